import { Client, Connection } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { AtpError } from '../domain/errors.ts';
import { TEMPORAL_CALL_TIMEOUT_MS, TEMPORAL_CONNECT_TIMEOUT_MS } from '../domain/limits.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';

/** Where Temporal is and how to sign in, as `@temporalio/envconfig` reads it from the environment. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  /** Whether anybody said where Temporal is; otherwise the address is Temporal's own default. */
  readonly isConfigured: boolean;
  /** What `Connection.connect` and `NativeConnection.connect` both take. May hold an API key: never log it. */
  readonly connection: Pick<
    ClientConnectConfig['connectionOptions'],
    'address' | 'apiKey' | 'tls' | 'metadata'
  >;
}

/** An open client, with its address for error messages. Whoever opened it closes it. */
export interface TemporalClient {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

/** Connects, or throws TEMPORAL_UNREACHABLE within `timeoutMs`. */
export async function connectTemporal(
  settings: TemporalSettings,
  timeoutMs = TEMPORAL_CONNECT_TIMEOUT_MS,
): Promise<TemporalClient> {
  const { address, namespace } = settings;
  const connection = await codeTemporalErrors(settings, () =>
    Connection.connect({ ...settings.connection, connectTimeout: timeoutMs }),
  );
  return {
    client: new Client({ connection, namespace }),
    address,
    namespace,
    close: () => connection.close(),
  };
}

/** The server, the namespace or the sign-in is not right, whatever was asked of it. */
const AWAY_STATUSES: readonly GrpcStatus[] = [
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.UNAUTHENTICATED,
];

/**
 * Runs calls to the server, which together may take `timeoutMs`.
 *
 * @throws AtpError TEMPORAL_UNREACHABLE (the server, the namespace or the sign-in is not right, or there was no answer in
 *   time), SEARCH_ATTRIBUTES_MISSING (the namespace is not made for us), and whatever else `work` throws
 */
export function askTemporal<Result>(
  temporal: TemporalClient,
  work: () => Promise<Result>,
  timeoutMs = TEMPORAL_CALL_TIMEOUT_MS,
): Promise<Result> {
  const { connection } = temporal.client;
  return codeTemporalErrors(temporal, () => connection.withDeadline(Date.now() + timeoutMs, work));
}

/** Gives the errors of calls to the server their codes, as `askTemporal` does, and the calls no deadline. */
export async function codeTemporalErrors<Result>(
  { address, namespace }: Pick<TemporalSettings, 'address' | 'namespace'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AtpError) throw error;
    const status = grpcStatusOf(error);
    // So a namespace refuses a search attribute that nobody has told it of.
    if (status?.code === GrpcStatus.INVALID_ARGUMENT && /search attribute/i.test(status.details)) {
      throw new AtpError(
        'SEARCH_ATTRIBUTES_MISSING',
        { reason: status.details, address, namespace },
        { cause: error },
      );
    }
    const reason = awayReason(error);
    if (reason === null) throw error;
    throw new AtpError('TEMPORAL_UNREACHABLE', { address, reason }, { cause: error });
  }
}

function awayReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof NamespaceNotFoundError) return error.message;
  const status = grpcStatusOf(error);
  if (status !== null) {
    return AWAY_STATUSES.includes(status.code) ? status.details : null;
  }
  // Without a gRPC status: the connection was not made at all.
  return /Failed to connect|connect before the deadline|deadline/i.test(error.message) ? error.message : null;
}
