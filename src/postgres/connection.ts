/**
 * One connection to Postgres, on which every wait ends, on the server and on our side.
 *
 * The server ends a statement, a wait for a lock, and a transaction or a session that does nothing (`settingsOf`). So a
 * worker that stands still, or is cut off, loses its locks.
 *
 * Our side cannot rely on the server's answer: the bytes of a connection may vanish without an error. So a statement
 * that takes long is looked at from another connection. It is given up when the server does not work on it, when it
 * outlives the server's own limit, and when the step that needs it is cancelled.
 */
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import {
  ANSWER_MARGIN_MS,
  BULK_LOCK_TIMEOUT_MS,
  BULK_STATEMENT_TIMEOUT_MS,
  CONNECTION_CHECK_INTERVAL_MS,
  DATABASE_CONNECT_TIMEOUT_MS,
  IDLE_IN_TRANSACTION_TIMEOUT_MS,
  IDLE_SESSION_TIMEOUT_MS,
  LOCK_TIMEOUT_MS,
  LOOK_INTERVAL_MS,
  MIGRATION_LOCK_TIMEOUT_MS,
  SILENT_LOOKS_MAX,
  STATEMENT_TIMEOUT_MS,
  TCP_DEAD_AFTER_MS,
  TCP_KEEPALIVE_COUNT,
  TCP_KEEPALIVE_IDLE_MS,
  TCP_KEEPALIVE_INTERVAL_MS,
} from '../domain/limits.ts';
import {
  readDatabaseUrl,
  type DatabaseAddress,
  type Protection,
  type TlsFile,
} from '../domain/database-url.ts';
import { AtpError } from '../domain/errors.ts';
import type { Backend, Lookout } from './lookout.ts';
import { isUnknownSetting } from './sql-state.ts';

export type Connection = pg.ClientBase;

/** What a connection may wait for, and how long. */
export interface ConnectionLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  /** 0: without an end. */
  readonly idleSessionMs: number;
}

/** By kind of work. */
export const CONNECTION_LIMITS = {
  /** A connection of the pool: short statements. It may rest in the pool for as long as it likes. */
  statement: { statementMs: STATEMENT_TIMEOUT_MS, lockMs: LOCK_TIMEOUT_MS, idleSessionMs: 0 },
  /** A session: a snapshot, an import, a mapping, and whoever holds a session lock. */
  bulk: {
    statementMs: BULK_STATEMENT_TIMEOUT_MS,
    lockMs: BULK_LOCK_TIMEOUT_MS,
    idleSessionMs: IDLE_SESSION_TIMEOUT_MS,
  },
  /** Changes of the schema: everybody queues behind one that waits for its lock. */
  migration: {
    statementMs: BULK_STATEMENT_TIMEOUT_MS,
    lockMs: MIGRATION_LOCK_TIMEOUT_MS,
    idleSessionMs: IDLE_SESSION_TIMEOUT_MS,
  },
} as const satisfies Record<string, ConnectionLimits>;

export type ConnectionKind = keyof typeof CONNECTION_LIMITS;

export interface ConnectionContext {
  readonly lookout: Lookout;
  /** Aborted: what waits for the statement has ended. Undefined: nobody cancels it. */
  readonly signalOf: () => AbortSignal | undefined;
}

/** @throws AtpError CONFIG_INVALID when the address does not say how the connection is protected, and must */
export function readAddress(databaseUrl: string): DatabaseAddress {
  const address = readDatabaseUrl(databaseUrl);
  if ('fault' in address) throw new AtpError('CONFIG_INVALID', { reason: `DATABASE_URL ${address.fault}` });
  return address;
}

/** @throws AtpError DATABASE_TLS_FAILED when a file of the address cannot be read */
export function clientConfig({ url, protection, files }: DatabaseAddress): pg.ClientConfig {
  return {
    connectionString: url,
    // Never absent: the driver would ask PGSSLMODE.
    ssl: protection === 'verified' || protection === 'encrypted' ? tlsOptions(protection, files) : false,
    connectionTimeoutMillis: DATABASE_CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: TCP_KEEPALIVE_IDLE_MS,
    fallback_application_name: 'atp-sync',
  };
}

function tlsOptions(protection: Protection, files: DatabaseAddress['files']) {
  const read = (name: TlsFile) => {
    const path = files[name];
    return path === undefined ? undefined : readTlsFile(path);
  };
  const [ca, cert, key] = [read('sslrootcert'), read('sslcert'), read('sslkey')];
  return {
    rejectUnauthorized: protection === 'verified',
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function readTlsFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AtpError('DATABASE_TLS_FAILED', { reason: `${path} cannot be read (${code})`, fault: 'file' });
  }
}

export interface WatchedConnection {
  /** Whether a statement is on its way. */
  readonly isBusy: () => boolean;
}

/** Puts the limits of its kind on a connection that was just opened, and watches it from now on. */
export async function watchConnection(
  client: pg.Client,
  kind: ConnectionKind,
  context: ConnectionContext,
): Promise<WatchedConnection> {
  const late = new AtpError('DATABASE_UNREACHABLE', { reason: 'it does not answer a new connection' });
  const end = setTimeout(() => client.connection.stream.destroy(late), DATABASE_CONNECT_TIMEOUT_MS);
  // A connection that dies between two statements must fail the next statement, not the process.
  client.on('error', () => undefined);
  try {
    const backend = await applySettings(client, settingsOf(CONNECTION_LIMITS[kind]));
    return watchStatements(client, CONNECTION_LIMITS[kind].statementMs + ANSWER_MARGIN_MS, backend, context);
  } finally {
    clearTimeout(end);
  }
}

/** Not every operating system can do it: there, the server refuses the value. */
const OPTIONAL_SETTING = 'client_connection_check_interval';

function settingsOf({ statementMs, lockMs, idleSessionMs }: ConnectionLimits): Record<string, string> {
  return {
    // Compiling a query takes longer than any of ours gains by it.
    jit: 'off',
    statement_timeout: `${statementMs}`,
    lock_timeout: `${lockMs}`,
    idle_in_transaction_session_timeout: `${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    idle_session_timeout: `${idleSessionMs}`,
    tcp_keepalives_idle: `${TCP_KEEPALIVE_IDLE_MS / 1000}`,
    tcp_keepalives_interval: `${TCP_KEEPALIVE_INTERVAL_MS / 1000}`,
    tcp_keepalives_count: `${TCP_KEEPALIVE_COUNT}`,
    tcp_user_timeout: `${TCP_DEAD_AFTER_MS}`,
    [OPTIONAL_SETTING]: `${CONNECTION_CHECK_INTERVAL_MS}`,
  };
}

/** A server that is too old for us lacks some: `atp doctor` must get to say so. */
async function applySettings(client: pg.Client, settings: Record<string, string>): Promise<Backend> {
  try {
    const { rows } = await client.query<Backend>(
      `SELECT pid, backend_start::text AS "startedAt",
         (SELECT count(set_config(name, value, false)) FROM unnest($1::text[], $2::text[]) AS setting (name, value)
          WHERE pg_catalog.current_setting(name, true) IS NOT NULL) AS set
       FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
      [Object.keys(settings), Object.values(settings)],
    );
    const [backend] = rows;
    if (!backend) throw new AtpError('DATABASE_UNREACHABLE', { reason: 'it does not show our own session' });
    return backend;
  } catch (error) {
    if (!isUnknownSetting(error) || !(OPTIONAL_SETTING in settings)) throw error;
    const { [OPTIONAL_SETTING]: _, ...others } = settings;
    return applySettings(client, others);
  }
}

/** One statement, or a row of them without a pause. */
interface Work {
  readonly startedAt: number;
  readonly looks: NodeJS.Timeout;
  readonly signal: AbortSignal | undefined;
  bytes: number;
  silentLooks: number;
}

function watchStatements(
  client: pg.Client,
  answerMs: number,
  backend: Backend,
  { lookout, signalOf }: ConnectionContext,
): WatchedConnection {
  let work: Work | null = null;
  /** Why the connection cannot be used any more. */
  let lost: Error | null = null;

  function giveUp(reason: Error): void {
    if (client.connection.stream.destroyed) return;
    // Its error is what the statement fails with.
    client.connection.stream.destroy(reason);
    void lookout.end(backend);
  }

  function lose(reason: Error): void {
    lost ??= reason;
    stop();
  }

  function abort(this: AbortSignal): void {
    giveUp(this.reason as Error);
  }

  function begin(): void {
    const signal = signalOf();
    if (signal?.aborted) giveUp(signal.reason as Error);
    if (work) return;
    signal?.addEventListener('abort', abort, { once: true });
    const looks = setInterval(() => void look(), LOOK_INTERVAL_MS);
    work = { startedAt: performance.now(), looks, signal, bytes: countBytes(client), silentLooks: 0 };
  }

  function stop(): void {
    if (!work) return;
    clearInterval(work.looks);
    work.signal?.removeEventListener('abort', abort);
    work = null;
  }

  async function look(): Promise<void> {
    const looked = work;
    if (!looked) return;
    const seconds = Math.round((performance.now() - looked.startedAt) / 1000);
    if (performance.now() - looked.startedAt > answerMs) {
      giveUp(new AtpError('DATABASE_TIMEOUT', { reason: `a statement had no answer for ${seconds} s` }));
      return;
    }
    const seen = await lookout.look(backend);
    const bytes = countBytes(client);
    if (seen === 'working' || bytes !== looked.bytes) looked.silentLooks = 0;
    else if (seen === 'silent') looked.silentLooks += 1;
    looked.bytes = bytes;
    if (work !== looked || looked.silentLooks < SILENT_LOOKS_MAX) return;
    const reason = `a statement had no answer for ${seconds} s, and the server does not work on it`;
    giveUp(new AtpError('DATABASE_TIMEOUT', { reason }));
  }

  client.on('drain', stop);
  client.on('end', () => {
    lose(new Error('Connection terminated'));
  });
  client.on('error', lose);
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    // Why it was lost says more than the driver's "not queryable". A stream and a callback get the driver's own error.
    if (lost && !isStream(args[0]) && typeof args.at(-1) !== 'function') return Promise.reject(lost);
    if (!lost) begin();
    return query(...args);
  }) as typeof client.query;
  return { isBusy: () => work !== null };
}

/** A COPY; it brings its own error. */
function isStream(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'submit' in statement;
}

function countBytes({ connection: { stream } }: pg.Client): number {
  const { bytesRead = 0, bytesWritten = 0 } = stream as { bytesRead?: number; bytesWritten?: number };
  return bytesRead + bytesWritten;
}
