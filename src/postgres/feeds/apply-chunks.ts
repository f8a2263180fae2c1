/**
 * Applies the chunks of a large import, or takes back those of one that is undone. Chunks are of other products, or of other orders,
 * so two of them are applied at once, each in a session of its own. A chunk is claimed in its transaction: whoever else works
 * on the import, also a process that lost its turn, applies another one or none.
 */
import type { FeedType } from '../../domain/feed-type.ts';
import { IMPORT_CHUNK_ROWS, IMPORT_CHUNKS_AT_ONCE, IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { breaksUnique, isDeadlock } from '../sql-state.ts';
import { runInTransaction } from '../transaction.ts';
import { classOf, kindOfChunks } from './chunk-kinds.ts';
import { boundMemory } from './import-memory.ts';
import { joinImport, takeImport, takeTurnAlone } from './import-turns.ts';
import type { ChunkOf, PostedChunk } from './pending-postings.ts';
import { undoChunk } from './undo-postings.ts';

/** Rows that are done, of all that are to be posted. */
export interface ChunksDone {
  readonly done: number;
  readonly total: number;
}

export interface ChunkOptions {
  /** How long each chunk waits for rows that another transaction has locked. */
  readonly waitMs?: number;
  /** Postings that one chunk of an undo takes back; absent: IMPORT_CHUNK_ROWS. */
  readonly chunkRows?: number;
  /** Chunks of an import that are applied at the same time; absent: IMPORT_CHUNKS_AT_ONCE. */
  readonly chunksAtOnce?: number | undefined;
  /** Called after each chunk is committed. */
  readonly onChunk?: ((progress: ChunksDone) => void | Promise<void>) | undefined;
}

export interface ChunkedImport {
  readonly importId: number;
  readonly type: FeedType;
}

/** By feed_import_pkey. */
const TAKE = `
  SELECT import_id AS "importId", import_key AS key, feed_type AS type, file_name AS "fileName", source, sent_at AS "sentAt",
    claimed_path IS NOT NULL AS "isClaimed", may_reopen AS "mayReopen", after_entry AS "afterEntry",
    coalesce(last_entry, after_entry) AS "lastEntry", undone_to AS "undoneTo",
    set_config('atp.import_id', import_id::text, true),
    set_config('atp.happened_at', least(sent_at, now())::text, true)
  FROM feed_import WHERE import_id = $1 AND state = 'applying'`;

interface Applying extends ChunkOf {
  /** Of one that is undone: its postings are taken back up to this entry. Null: nobody has undone it. */
  readonly undoneTo: number | null;
}

/**
 * Locks an import that is applied in chunks, until the transaction ends; undefined: it is no such import any more. Waits for whoever
 * undoes it, and for all who work on a chunk of it.
 */
export async function takeApplying(connection: Connection, importId: number): Promise<Applying | undefined> {
  await takeImport(connection, importId);
  const { rows } = await connection.query<Applying>(`${TAKE} FOR UPDATE`, [importId]);
  return rows[0];
}

/**
 * The same for one chunk of it, beside others: it may be counted on meanwhile, but nobody ends it or undoes it.
 */
async function takeBesideOthers(connection: Connection, importId: number): Promise<Applying | undefined> {
  await joinImport(connection, importId);
  // A worker of an earlier release takes the whole row for its chunk.
  const { rows } = await connection.query<Applying>(`${TAKE} FOR KEY SHARE`, [importId]);
  return rows[0];
}

/**
 * Applies what is left of an import, in its turn; it may die between any two chunks. An import that somebody has undone
 * meanwhile has nothing left.
 */
export async function applyChunks(
  database: Database,
  connection: Connection,
  { importId, type }: ChunkedImport,
  options: ChunkOptions = {},
): Promise<void> {
  await limitWaits(connection, options);
  await takeTurnAlone(connection, classOf(type));
  await applyAtOnce(database, connection, { importId, type }, options);
  // What is left: the end of the import, its undo, and whatever could not be applied beside another chunk.
  while (await applyNext(connection, importId, options));
}

async function limitWaits(connection: Connection, { waitMs = IMPORT_WAIT_MS }: ChunkOptions): Promise<void> {
  await connection.query(`SET lock_timeout = ${waitMs}`);
}

/**
 * Applies its chunks, in as many sessions as may be had. When one fails, the others stop after their chunk; one that was only in another's way
 * is left, and they go on.
 */
async function applyAtOnce(
  database: Database,
  connection: Connection,
  { importId, type }: ChunkedImport,
  options: ChunkOptions,
): Promise<void> {
  const { rows } = await connection.query<{ chunk: number }>(
    `SELECT DISTINCT chunk FROM ${kindOfChunks(type).table} WHERE import_id = $1 ORDER BY chunk`,
    [importId],
  );
  // All sessions take from the same one.
  const chunks = rows.values();
  let isBroken = false;
  const applyThem = async (session: Connection) => {
    for (const { chunk } of chunks) {
      if (isBroken) return;
      try {
        await applyOne(session, { importId, chunk }, options);
      } catch (error) {
        if (isConflict(error)) continue;
        isBroken = true;
        throw error;
      }
    }
  };
  const more = Array.from(
    { length: Math.min(options.chunksAtOnce ?? IMPORT_CHUNKS_AT_ONCE, rows.length) - 1 },
    () =>
      inOneMoreSession(database, async (session) => {
        await boundMemory(session);
        await limitWaits(session, options);
        await applyThem(session);
      }),
  );
  const ended = await Promise.allSettled([applyThem(connection), ...more]);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}

/** The server may have no connection left for us, or this process: then it is done without. */
async function inOneMoreSession(
  database: Database,
  work: (session: Connection) => Promise<void>,
): Promise<void> {
  let isOpen = false;
  try {
    await database.session((session) => {
      isOpen = true;
      return work(session);
    });
  } catch (error) {
    if (isOpen) throw error;
  }
}

/** Of two chunks that were in each other's way: alone, each can be applied. */
const isConflict = (error: unknown): boolean => isDeadlock(error) || breaksUnique(error);

/** A chunk that is gone has been applied by somebody else; of an import that is undone none is applied. */
async function applyOne(
  connection: Connection,
  { importId, chunk }: { readonly importId: number; readonly chunk: number },
  { onChunk }: ChunkOptions,
): Promise<void> {
  const progress = await runInTransaction(connection, 'BEGIN', async () => {
    const found = await takeBesideOthers(connection, importId);
    if (!found || found.undoneTo !== null) return null;
    const { table, apply } = kindOfChunks(found.type);
    const claimed = await connection.query(
      `SELECT FROM ${table} WHERE import_id = $1 AND chunk = $2 FOR UPDATE`,
      [importId, chunk],
    );
    if (claimed.rowCount === 0) return null;
    return countDone(connection, importId, await apply(connection, found, chunk));
  });
  if (progress) await onChunk?.(progress);
}

/** To be called last: chunks that are applied at once wait here for each other's end. */
async function countDone(
  connection: Connection,
  importId: number,
  { rows: done, lastEntry }: PostedChunk,
): Promise<ChunksDone> {
  const { rows } = await connection.query<ChunksDone>(
    `UPDATE feed_import SET done_count = done_count + $2, pending_count = pending_count - $2,
       last_entry = greatest(last_entry, $3), moved_at = clock_timestamp()
     WHERE import_id = $1 RETURNING done_count AS done, done_count + pending_count AS total`,
    [importId, done, lastEntry],
  );
  return rows[0] ?? { done, total: done };
}

/** Applies or takes back one more chunk, or ends the import. @returns false: nothing is left of it */
async function applyNext(
  connection: Connection,
  importId: number,
  { chunkRows = IMPORT_CHUNK_ROWS, onChunk }: ChunkOptions,
): Promise<boolean> {
  const progress = await runInTransaction(connection, 'BEGIN', async () => {
    const found = await takeApplying(connection, importId);
    if (!found) return null;
    const done =
      found.undoneTo === null
        ? await applyFirst(connection, found)
        : await undoNext(connection, found, { after: found.undoneTo, chunkRows });
    if (done !== null) return countDone(connection, importId, done);
    const state = found.undoneTo === null ? 'applied' : 'undone';
    await connection.query('UPDATE feed_import SET state = $2 WHERE import_id = $1', [importId, state]);
    return null;
  });
  if (progress) await onChunk?.(progress);
  return progress !== null;
}

/** @returns null: it is applied whole */
async function applyFirst(connection: Connection, found: Applying): Promise<PostedChunk | null> {
  const { table, apply, finish } = kindOfChunks(found.type);
  const next = await connection.query<{ chunk: number | null }>(
    `SELECT min(chunk) AS chunk FROM ${table} WHERE import_id = $1`,
    [found.importId],
  );
  const chunk = next.rows[0]?.chunk ?? null;
  if (chunk !== null) return apply(connection, found, chunk);
  await finish?.(connection, found);
  return null;
}

/** @returns null: it is undone whole */
async function undoNext(
  connection: Connection,
  { importId, lastEntry }: Applying,
  { after, chunkRows }: { readonly after: number; readonly chunkRows: number },
): Promise<PostedChunk | null> {
  const undone = await undoChunk(connection, { importId, after, upTo: lastEntry }, chunkRows);
  if (undone === null) return null;
  await connection.query('UPDATE feed_import SET undone_to = $2 WHERE import_id = $1', [
    importId,
    undone.upTo,
  ]);
  return { rows: undone.rows, lastEntry: null };
}
