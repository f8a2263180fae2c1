/**
 * Large imports: judged in one transaction, and then applied chunk by chunk, each in a transaction of its own. What is left of them
 * is in the database, so whoever comes next goes on with it, whatever became of the process before and of the file.
 */
import type { TurnClass } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { isOutOfRange } from '../sql-state.ts';
import { applyChunks, type ChunkedImport, type ChunkOptions } from './apply-chunks.ts';
import { classOf, kindOfChunks } from './chunk-kinds.ts';
import { boundMemory } from './import-memory.ts';
import { tryTurnAlone, waitForTurn } from './import-turns.ts';

/** From here on the import is applied in chunks, once the transaction is committed. */
export async function beginChunks(connection: Connection, { importId, type }: ChunkedImport): Promise<void> {
  const { table, pending } = kindOfChunks(type);
  await connection.query(
    `UPDATE feed_import SET state = 'applying', done_count = 0, moved_at = clock_timestamp(),
       pending_count = (SELECT ${pending} FROM ${table} WHERE import_id = $1)
     WHERE import_id = $1`,
    [importId],
  );
}

/** The import in chunks that was broken off, of this key; null: there is none. */
export async function findBrokenOff(connection: Connection, key: string): Promise<number | null> {
  const { rows } = await connection.query<{ importId: number }>(
    `SELECT import_id AS "importId" FROM feed_import WHERE import_key = $1 AND state = 'applying'`,
    [key],
  );
  return rows[0]?.importId ?? null;
}

const LIST_BROKEN_OFF = `
  SELECT import_id AS "importId", feed_type AS type FROM feed_import WHERE state = 'applying' ORDER BY import_id`;

/** By feed_import_applying, the oldest first. */
async function listBrokenOff(connection: Connection, of: TurnClass): Promise<readonly ChunkedImport[]> {
  const { rows } = await connection.query<ChunkedImport>(LIST_BROKEN_OFF);
  return rows.filter(({ type }) => classOf(type) === of);
}

/**
 * Waits until nobody has the class for itself, and finishes what was broken off: what comes next must be judged by levels that
 * nothing is still to be posted to.
 *
 * @returns the imports that cannot be posted, and wait for a person
 */
export async function finishBefore(
  database: Database,
  connection: Connection,
  of: TurnClass,
  options: ChunkOptions = {},
): Promise<readonly number[]> {
  await connection.query(`SET lock_timeout = ${options.waitMs ?? IMPORT_WAIT_MS}`);
  await waitForTurn(connection, of);
  const stuck: number[] = [];
  for (const found of await listBrokenOff(connection, of)) {
    await database
      .session(async (own) => {
        await boundMemory(own);
        await applyChunks(database, own, found, options);
      })
      .catch((error: unknown) => {
        if (!isOutOfRange(error)) throw error;
        stuck.push(found.importId);
      });
  }
  return stuck;
}

/** Whether an import was broken off since; to be asked in one's turn. @param stuck those that wait for a person */
export async function isBrokenOff(
  connection: Connection,
  of: TurnClass,
  stuck: readonly number[],
): Promise<boolean> {
  return (await listBrokenOff(connection, of)).some(({ importId }) => !stuck.includes(importId));
}

/** Rows that are still to be posted of imports of the class, and of undos of them. By feed_import_applying. */
export async function countUnfinishedRows(connection: Connection, of: TurnClass): Promise<number> {
  const { rows } = await connection.query<{ type: FeedType; pending: number }>(
    `SELECT feed_type AS type, pending_count AS pending FROM feed_import WHERE state = 'applying'`,
  );
  return rows.reduce((sum, { type, pending }) => sum + (classOf(type) === of ? pending : 0), 0);
}

/**
 * Goes on with the imports that were broken off and nobody works on, the oldest first. By feed_import_applying.
 *
 * @param claimedPath only those of this claim; absent: all
 */
export async function finishBrokenOff(
  database: Database,
  options: ChunkOptions = {},
  claimedPath?: string,
): Promise<void> {
  const found = await database.query<ChunkedImport>(
    `SELECT import_id AS "importId", feed_type AS type FROM feed_import
     WHERE state = 'applying' AND ($1::text IS NULL OR claimed_path = $1) ORDER BY import_id`,
    [claimedPath ?? null],
  );
  let first: Error | undefined;
  for (const each of found) {
    await database
      .session(async (connection) => {
        await boundMemory(connection);
        if (await tryTurnAlone(connection, classOf(each.type)))
          await applyChunks(database, connection, each, options);
      })
      .catch((error: unknown) => {
        // Somebody has moved a level to the end of its range since: only an undo helps, and doctor tells of it.
        if (!isOutOfRange(error)) first ??= error instanceof Error ? error : new Error(String(error));
      });
  }
  // The others must not wait for one that somebody is in the way of.
  if (first !== undefined) throw first;
}
