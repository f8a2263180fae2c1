/** SFTP servers of sources that have one of their own, and whether runs can use them. */
import type { ServerFault, SourceServer } from '../../domain/source-server.ts';
import type { Database } from '../database.ts';
import { findSource, type FeedSource } from './sources.ts';

/** The server of a source; null: it is that of all sources. */
export async function findServer(database: Database, source: string): Promise<SourceServer | null> {
  const [found] = await database.query<{ server: SourceServer | null }>(
    'SELECT server FROM feed_source WHERE source = $1',
    [source],
  );
  return found?.server ?? null;
}

/** What is said of how it writes stays. No run has used the server yet. @param server null: its feeds lie on that of all sources again */
export async function setServer(
  database: Database,
  source: string,
  server: SourceServer | null,
): Promise<FeedSource> {
  await findSource(database, source);
  await database.query(
    `UPDATE feed_source SET server = $2, server_fault = NULL,
       server_lost_since = CASE WHEN $2::jsonb IS NOT NULL THEN clock_timestamp() END
     WHERE source = $1`,
    [source, server === null ? null : JSON.stringify(server)],
  );
  return findSource(database, source);
}

/** Records whether a run could use the server of a source. @param fault null: it could */
export async function recordServerLook(
  database: Database,
  source: string,
  fault: Omit<ServerFault, 'source'> | null,
): Promise<void> {
  await database.query(
    `UPDATE feed_source SET server_fault = $2,
       server_lost_since = CASE WHEN $2::jsonb IS NOT NULL THEN coalesce(server_lost_since, clock_timestamp()) END
     WHERE source = $1 AND server IS NOT NULL
       AND (server_fault IS DISTINCT FROM $2::jsonb OR ($2::jsonb IS NULL AND server_lost_since IS NOT NULL))`,
    [source, fault && JSON.stringify(fault)],
  );
}

export interface LostServer extends ServerFault {
  readonly since: Date;
}

/** Those that the last run could not use, the first that was lost first. */
export async function listLostServers(database: Database): Promise<readonly LostServer[]> {
  return database.query<LostServer>(
    `SELECT source, server_fault ->> 'code' AS code, server_fault ->> 'message' AS message, server_lost_since AS since
     FROM feed_source WHERE server_fault IS NOT NULL ORDER BY server_lost_since, source`,
  );
}
