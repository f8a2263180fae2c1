/** Whether the services that a worker needs can be used now: asked before it takes work, and for `/readyz`. */
import type { ConfigFor } from '../config/config.ts';
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import { AtpError } from '../domain/errors.ts';
import { POSTGRES_MAJOR_MIN, SERVICE_CHECK_TIMEOUT_MS } from '../domain/limits.ts';
import { withinTime } from '../metrics/readings.ts';
import type { Database } from '../postgres/database.ts';
import { requireMigrations } from '../postgres/migrate.ts';
import { requireOneNode } from '../postgres/one-node.ts';
import { requireOwnSessions } from '../postgres/own-sessions.ts';
import { readServerVersion, requireWritable } from '../postgres/server-version.ts';
import type { OpenFileDrop } from '../sftp/file-drop.ts';
import { connectTemporal, type TemporalClient } from '../temporal/connection.ts';
import { namespaceExists, requireSearchAttributes } from '../temporal/namespace-check.ts';

export type ServiceName = 'Postgres' | 'SFTP' | 'Temporal';

export interface ServiceCheck {
  readonly name: ServiceName;
  /** Undefined: it can be used. */
  readonly error: Error | undefined;
}

/** What is asked; `temporal` opens a client where none is open yet. */
export interface Services {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly temporal: TemporalClient | ConfigFor<'temporal'>['temporal'];
}

/**
 * Asks all of them at the same time. It never throws.
 *
 * @param options `isStart`: also what does not change while a worker runs
 */
export async function checkServices(
  { database, fileDrop, temporal }: Services,
  { isStart }: { readonly isStart: boolean },
): Promise<ServiceCheck[]> {
  return Promise.all([
    check('Postgres', () => checkDatabase(database, isStart)),
    check('SFTP', () => fileDrop((drop) => drop.list(INCOMING_FOLDER))),
    check('Temporal', () => checkTemporal(temporal)),
  ]);
}

async function check(name: ServiceName, work: () => Promise<unknown>): Promise<ServiceCheck> {
  try {
    await withinTime(work(), SERVICE_CHECK_TIMEOUT_MS);
    return { name, error: undefined };
  } catch (error) {
    return { name, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function checkDatabase(database: Database, isStart: boolean): Promise<void> {
  await requireServerVersion(database);
  if (isStart) await requireWritable(database);
  if (isStart) await requireOwnSessions(database);
  await requireMigrations(database);
  if (isStart) await requireOneNode(database);
}

/** @throws AtpError DATABASE_UNREACHABLE (also for a server that is too old) */
export async function requireServerVersion(database: Database): Promise<void> {
  const { major, text } = await readServerVersion(database);
  if (major >= POSTGRES_MAJOR_MIN) return;
  const reason = `it is Postgres ${text}, older than ${POSTGRES_MAJOR_MIN}`;
  throw new AtpError('DATABASE_UNREACHABLE', { reason });
}

/** @throws AtpError TEMPORAL_UNREACHABLE, SEARCH_ATTRIBUTES_MISSING */
export async function checkTemporal(temporal: Services['temporal']): Promise<void> {
  if ('client' in temporal) return checkNamespace(temporal);
  const client = await connectTemporal(temporal);
  try {
    await checkNamespace(client);
  } finally {
    await client.close();
  }
}

async function checkNamespace(temporal: TemporalClient): Promise<void> {
  const { address, namespace } = temporal;
  if (!(await namespaceExists(temporal)))
    throw new AtpError('TEMPORAL_UNREACHABLE', { address, reason: `it has no namespace ${namespace}` });
  await requireSearchAttributes(temporal);
}
