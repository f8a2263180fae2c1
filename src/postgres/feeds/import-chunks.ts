/**
 * Large imports: judged in one transaction, and then applied chunk by chunk, each in a transaction of its own. What is left of them
 * is in the database, so whoever comes next goes on with it, whatever became of the process before and of the file.
 */
import { turnClassOf, type TurnClass } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { IMPORT_CHUNK_ROWS, IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { isOutOfRange } from '../sql-state.ts';
import { runInTransaction } from '../transaction.ts';
import { takeTurnAlone, tryTurnAlone, waitForTurn } from './import-turns.ts';
import { applyOrderChunk, finishOrders } from './order-chunks.ts';
import { postChunk, type ChunkOf, type PostedChunk } from './pending-postings.ts';
import { setChunk } from './pending-settings.ts';
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
  /** Called after each chunk is committed. */
  readonly onChunk?: ((progress: ChunksDone) => void | Promise<void>) | undefined;
}

interface ChunkedImport {
  readonly importId: number;
  readonly type: FeedType;
}

/** Types that are not applied in chunks have no class. */
export const classOf = (type: FeedType): TurnClass => turnClassOf(type) ?? 'stock';

interface ChunkKind {
  readonly table: 'pending_posting' | 'pending_order_row' | 'pending_setting';
  /** SQL of how many rows wait there. */
  readonly pending: string;
  readonly apply: (connection: Connection, of: ChunkOf, chunk: number) => Promise<PostedChunk>;
  readonly finish?: (connection: Connection, of: ChunkOf) => Promise<void>;
}

const POSTINGS: ChunkKind = {
  table: 'pending_posting',
  pending: 'coalesce(sum(cardinality(units)), 0)',
  apply: postChunk,
};
const ORDERS: ChunkKind = {
  table: 'pending_order_row',
  pending: 'coalesce(sum(cardinality(rows)), 0)',
  apply: applyOrderChunk,
  finish: finishOrders,
};

const SETTINGS: ChunkKind = {
  table: 'pending_setting',
  pending: 'coalesce(sum(cardinality(product_ids)), 0)',
  apply: setChunk,
};

const KINDS: Readonly<Record<TurnClass, ChunkKind>> = { stock: POSTINGS, orders: ORDERS, settings: SETTINGS };

const kindOfChunks = (type: FeedType): ChunkKind => KINDS[classOf(type)];

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

/** By feed_import_pkey. Waits for whoever undoes it, or works on a chunk of it. */
const TAKE = `
  SELECT import_id AS "importId", import_key AS key, feed_type AS type, file_name AS "fileName", source, sent_at AS "sentAt",
    claimed_path IS NOT NULL AS "isClaimed", may_reopen AS "mayReopen", after_entry AS "afterEntry",
    coalesce(last_entry, after_entry) AS "lastEntry", done_count AS done, pending_count AS pending,
    undone_to AS "undoneTo",
    set_config('atp.import_id', import_id::text, true),
    set_config('atp.happened_at', least(sent_at, now())::text, true)
  FROM feed_import WHERE import_id = $1 AND state = 'applying' FOR UPDATE`;

interface Applying extends ChunkOf {
  readonly done: number;
  readonly pending: number;
  /** Of one that is undone: its postings are taken back up to this entry. Null: nobody has undone it. */
  readonly undoneTo: number | null;
}

/** Locks an import that is applied in chunks, until the transaction ends; undefined: it is no such import any more. */
export async function takeApplying(connection: Connection, importId: number): Promise<Applying | undefined> {
  const { rows } = await connection.query<Applying>(TAKE, [importId]);
  return rows[0];
}

/**
 * Applies what is left of an import, in its turn; it may die between any two chunks. An import that somebody has undone
 * meanwhile has nothing left.
 */
export async function applyChunks(
  connection: Connection,
  { importId, type }: ChunkedImport,
  { waitMs = IMPORT_WAIT_MS, chunkRows = IMPORT_CHUNK_ROWS, onChunk }: ChunkOptions = {},
): Promise<void> {
  await connection.query(`SET lock_timeout = ${waitMs}`);
  await takeTurnAlone(connection, classOf(type));
  for (let last = -1; ;) {
    const applied = await runInTransaction(connection, 'BEGIN', () =>
      applyNext(connection, importId, { last, chunkRows }),
    );
    if (applied === null) return;
    const { chunk, ...done } = applied;
    last = chunk;
    await onChunk?.(done);
  }
}

/** @returns null: it is applied whole, or undone as a whole */
async function applyNext(
  connection: Connection,
  importId: number,
  { last, chunkRows }: { readonly last: number; readonly chunkRows: number },
): Promise<(ChunksDone & { readonly chunk: number }) | null> {
  const found = await takeApplying(connection, importId);
  if (!found) return null;
  if (found.undoneTo !== null) {
    const done = await undoNext(connection, found, { after: found.undoneTo, chunkRows });
    return done && { ...done, chunk: last };
  }
  const { table, apply, finish } = kindOfChunks(found.type);
  // By the primary key, behind the last chunk that was seen: those before it have left.
  const next = await connection.query<{ chunk: number | null }>(
    `SELECT min(chunk) AS chunk FROM ${table} WHERE import_id = $1 AND chunk > $2`,
    [importId, last],
  );
  const chunk = next.rows[0]?.chunk ?? null;
  if (chunk === null) {
    await finish?.(connection, found);
    await connection.query(`UPDATE feed_import SET state = 'applied' WHERE import_id = $1`, [importId]);
    return null;
  }
  const { rows: done, lastEntry } = await apply(connection, found, chunk);
  await connection.query(
    `UPDATE feed_import SET done_count = done_count + $2, pending_count = pending_count - $2,
       last_entry = coalesce($3, last_entry), moved_at = clock_timestamp()
     WHERE import_id = $1`,
    [importId, done, lastEntry],
  );
  return { chunk, done: found.done + done, total: found.done + found.pending };
}

/** @returns null: it is undone as a whole */
async function undoNext(
  connection: Connection,
  { importId, lastEntry, done, pending }: Applying,
  { after, chunkRows }: { readonly after: number; readonly chunkRows: number },
): Promise<ChunksDone | null> {
  const undone = await undoChunk(connection, { importId, after, upTo: lastEntry }, chunkRows);
  if (undone === null) {
    await connection.query(`UPDATE feed_import SET state = 'undone' WHERE import_id = $1`, [importId]);
    return null;
  }
  await connection.query(
    `UPDATE feed_import SET done_count = done_count + $2, pending_count = pending_count - $2, undone_to = $3,
       moved_at = clock_timestamp()
     WHERE import_id = $1`,
    [importId, undone.rows, undone.upTo],
  );
  return { done: done + undone.rows, total: done + pending };
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
      .session((own) => applyChunks(own, found, options))
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
        if (await tryTurnAlone(connection, classOf(each.type))) await applyChunks(connection, each, options);
      })
      .catch((error: unknown) => {
        // Somebody has moved a level to the end of its range since: only an undo helps, and doctor tells of it.
        if (!isOutOfRange(error)) first ??= error instanceof Error ? error : new Error(String(error));
      });
  }
  // The others must not wait for one that somebody is in the way of.
  if (first !== undefined) throw first;
}
