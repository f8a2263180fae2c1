/** One import beside others: what comes before it, when its turn is, and what becomes of it when it is posted only in part. */
import { turnClassOf } from '../../domain/feed-kind.ts';
import { AtpError } from '../../domain/errors.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import { DRY_RUN_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { applyChunks, type ChunkOptions, type ChunksDone } from './apply-chunks.ts';
import { countUnfinishedRows, finishBefore, isBrokenOff } from './import-chunks.ts';
import { brokenOffError, halfPostedError, toDryRunError } from './import-errors.ts';
import { takeTurnAlone, takeTurnBesideOthers, waitForTurn } from './import-turns.ts';

interface FeedOfType {
  readonly type: FeedType;
  readonly fileName: string;
}

/** @throws AtpError IMPORT_UNFINISHED, IMPORT_STUCK */
export async function postLater(
  database: Database,
  connection: Connection,
  judged: FeedOfType & { readonly importId: number },
  { waitMs, chunksAtOnce, onChunk }: ChunkOptions,
): Promise<void> {
  let seen: ChunksDone | null = null;
  const options: ChunkOptions = {
    ...(waitMs !== undefined && { waitMs }),
    chunksAtOnce,
    onChunk: (progress) => {
      seen = progress;
      return onChunk?.(progress);
    },
  };
  await applyChunks(database, connection, judged, options).catch((error: unknown) => {
    throw halfPostedError(error, judged, seen);
  });
}

/** What a person has undone is not imported, though it is recorded. By feed_import_import_key_key. @throws AtpError IMPORT_UNDONE */
export async function refuseUndone(connection: Connection, key: string): Promise<void> {
  const { rows } = await connection.query<{ importId: number }>(
    `SELECT import_id AS "importId" FROM feed_import WHERE import_key = $1 AND state = 'undone'`,
    [key],
  );
  const [undone] = rows;
  if (undone) throw new AtpError('IMPORT_UNDONE', { ...undone });
}

/**
 * What was broken off of its class comes first. A dry run changes nothing, so it only sees whether it would have a turn.
 *
 * @returns the imports that wait for a person
 * @throws AtpError IMPORT_BUSY (a dry run)
 */
export async function finishOthers(
  database: Database,
  connection: Connection,
  { type, fileName }: FeedOfType,
  { dryRun, waitMs, chunksAtOnce, onChunk }: ChunkOptions & { readonly dryRun: boolean },
): Promise<readonly number[]> {
  const turns = turnClassOf(type);
  if (turns === null) return [];
  if (dryRun) {
    await connection.query(`SET lock_timeout = ${DRY_RUN_WAIT_MS}`);
    await waitForTurn(connection, turns).catch((error: unknown) => {
      throw toDryRunError(error, fileName);
    });
    return [];
  }
  return finishBefore(database, connection, turns, {
    ...(waitMs !== undefined && { waitMs }),
    chunksAtOnce,
    onChunk,
  });
}

/**
 * Waits for its turn, which it keeps until its session ends. To be called before it locks a level: whoever waits here keeps no
 * order from being posted.
 *
 * @returns what is to be told of a dry run
 * @throws AtpError IMPORT_BUSY
 */
export async function takeTurn(
  connection: Connection,
  { type, fileName }: FeedOfType,
  {
    dryRun,
    isLarge,
    stuck,
    waitMs,
  }: {
    readonly dryRun: boolean;
    readonly isLarge: boolean;
    readonly stuck: readonly number[];
    /** For the rows that it locks afterwards. */
    readonly waitMs: number;
  },
): Promise<readonly ImportWarning[]> {
  const turns = turnClassOf(type);
  if (turns === null) return [];
  const take = turns === 'orders' || (isLarge && !dryRun) ? takeTurnAlone : takeTurnBesideOthers;
  if (dryRun) {
    await connection.query(`SET LOCAL lock_timeout = ${DRY_RUN_WAIT_MS}`);
    await take(connection, turns).catch((error: unknown) => {
      throw toDryRunError(error, fileName);
    });
    await connection.query(`SET LOCAL lock_timeout = ${waitMs}`);
    // It changes nothing, so it does not finish them.
    const rows = await countUnfinishedRows(connection, turns);
    return rows > 0 ? [{ code: 'DRY_RUN_BESIDE_UNFINISHED', rows }] : [];
  }
  await take(connection, turns);
  if (await isBrokenOff(connection, turns, stuck)) {
    throw brokenOffError(fileName);
  }
  return [];
}
