/** One import beside others: what comes before it, when its turn is, and what becomes of it when it is posted only in part. */
import { turnClassOf } from '../../domain/feed-kind.ts';
import { AtpError } from '../../domain/errors.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection, Database } from '../database.ts';
import {
  applyChunks,
  finishBefore,
  isBrokenOff,
  type ChunkOptions,
  type ChunksDone,
} from './import-chunks.ts';
import { brokenOffError, halfPostedError } from './import-errors.ts';
import { takeTurnAlone, takeTurnBesideOthers } from './import-turns.ts';

interface FeedOfType {
  readonly type: FeedType;
  readonly fileName: string;
}

/** @throws AtpError IMPORT_UNFINISHED, IMPORT_STUCK, IMPORT_UNDONE (by a person, meanwhile) */
export async function postLater(
  connection: Connection,
  judged: FeedOfType & { readonly importId: number },
  { waitMs, onChunk }: ChunkOptions,
): Promise<void> {
  let seen: ChunksDone | null = null;
  const options: ChunkOptions = {
    ...(waitMs !== undefined && { waitMs }),
    onChunk: (progress) => {
      seen = progress;
      return onChunk?.(progress);
    },
  };
  await applyChunks(connection, judged, options).catch((error: unknown) => {
    throw halfPostedError(error, judged, seen);
  });
  const { rows } = await connection.query(
    `SELECT FROM feed_import WHERE import_id = $1 AND state = 'undone'`,
    [judged.importId],
  );
  if (rows.length > 0) throw new AtpError('IMPORT_UNDONE', { importId: judged.importId });
}

/** What was broken off of its class comes first. A dry run changes nothing. @returns the imports that wait for a person */
export async function finishOthers(
  database: Database,
  connection: Connection,
  type: FeedType,
  { dryRun, waitMs, onChunk }: ChunkOptions & { readonly dryRun: boolean },
): Promise<readonly number[]> {
  const turns = turnClassOf(type);
  if (turns === null || dryRun) return [];
  return finishBefore(database, connection, turns, { ...(waitMs !== undefined && { waitMs }), onChunk });
}

/**
 * Waits for its turn, which it keeps until its session ends. To be called before it locks a level: whoever waits here keeps no
 * order from being posted.
 *
 * @throws AtpError IMPORT_BUSY
 */
export async function takeTurn(
  connection: Connection,
  { type, fileName }: FeedOfType,
  {
    dryRun,
    isLarge,
    stuck,
  }: { readonly dryRun: boolean; readonly isLarge: boolean; readonly stuck: readonly number[] },
): Promise<void> {
  const turns = turnClassOf(type);
  if (turns === null) return;
  if (turns === 'orders' || (isLarge && !dryRun)) await takeTurnAlone(connection, turns);
  else await takeTurnBesideOthers(connection, turns);
  if (!dryRun && (await isBrokenOff(connection, turns, stuck))) {
    throw brokenOffError(fileName);
  }
}
