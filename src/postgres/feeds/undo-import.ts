/**
 * Taking back what an import has posted: by postings of the opposite, so that each level becomes what it would be without the
 * import. A level that was counted since is so already.
 */
import { AtpError } from '../../domain/errors.ts';
import { isCount, kindOf } from '../../domain/feed-kind.ts';
import { parseFeedType, type FeedType } from '../../domain/feed-type.ts';
import { COUNTED_SINCE_NAMED, IMPORT_CHUNK_ROWS, IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { findImport } from './feed-imports.ts';
import { applyChunks, type ChunkOptions } from './apply-chunks.ts';
import { finishBefore, isBrokenOff } from './import-chunks.ts';
import { boundMemory } from './import-memory.ts';
import { brokenOffError, halfUndoneError, toCodedError } from './import-errors.ts';
import { takeImport, takeTurnAlone, takeTurnBesideOthers } from './import-turns.ts';
import { findContinuation } from './sent-again.ts';
import { countPostings, findPostings, lockLevelsOf, postOpposites } from './undo-postings.ts';
import type { ImportState, UndoneImport } from '../../domain/feed-import.ts';

interface Applied {
  readonly fileName: string;
  readonly type: string;
  readonly state: ImportState;
  readonly afterEntry: number | null;
  readonly lastEntry: number | null;
  /** Of one that is being undone already: up to where. */
  readonly undoneTo: number | null;
}

/** Of levels that its chunks have not made yet, and never will. */
const FORGET_COUNTS = `
  DELETE FROM last_count WHERE import_id = $1 AND NOT EXISTS (SELECT FROM product_facility AS level
    WHERE level.product_id = last_count.product_id AND level.facility_id = last_count.facility_id)`;

/** By inventory_item_detail_by_product. */
const CHANGED_SINCE = `
  SELECT sku, facility_id AS "facilityId", level.quantity_on_hand AS "onHand"
  FROM (SELECT product_id, facility_id, max(entry_id) AS last_entry FROM own_entry WHERE NOT is_counted
    GROUP BY product_id, facility_id) AS own
  JOIN product_facility AS level USING (product_id, facility_id)
  JOIN product USING (product_id)
  WHERE EXISTS (SELECT FROM inventory_item_detail AS later
    WHERE later.product_id = own.product_id AND later.facility_id = own.facility_id
      AND later.inventory_item_detail_id > own.last_entry AND later.import_id IS DISTINCT FROM $1)
  ORDER BY sku, facility_id LIMIT $2`;

/** In key order. By last_count_by_import, if there is one. */
const LOCK_OWN_COUNTS = `
  SELECT count(*) FROM (
    SELECT FROM last_count WHERE import_id = $1 ORDER BY product_id, facility_id FOR NO KEY UPDATE
  ) AS locked`;

const COUNT_LEVELS = `
  SELECT (count(*) FILTER (WHERE is_unknown)
      + (SELECT count(*) FROM last_count WHERE import_id = $1 AND hides_undo))::int AS unknown,
    (count(DISTINCT (product_id, facility_id)) FILTER (WHERE is_counted))::int AS "countedSince",
    (count(*) FILTER (WHERE NOT is_counted))::int AS postings, count(*)::int AS entries
  FROM own_entry`;

/** What the undo comes to, as it is judged. */
interface JudgedUndo extends UndoneImport {
  readonly type: FeedType;
  /** Its postings are taken back in chunks, which are still to be made. */
  readonly isLater: boolean;
}

/**
 * Undoes an import as a whole, or not at all. One of many postings is judged as a whole, and taken back chunk by chunk; what is left of
 * it when this process dies is taken back by whoever comes next, as with imports, or when it is asked for again.
 *
 * @throws AtpError IMPORT_UNKNOWN, IMPORT_NOT_APPLIED, IMPORT_UNDONE, IMPORT_NOT_UNDOABLE (its type, or an earlier release has
 *   posted it), IMPORT_CONTINUED (the rest of its file was sent again later), IMPORT_UNDO_INEXACT (a count that came after it was undone, or it is a count that hides such an undo),
 *   LEVEL_OUT_OF_RANGE, IMPORT_BUSY; once it is judged only IMPORT_UNDO_UNFINISHED
 */
export async function undoImport(
  database: Database,
  importId: number,
  { by, reason }: { readonly by: string; readonly reason: string },
  { chunkRows = IMPORT_CHUNK_ROWS, ...options }: ChunkOptions = {},
): Promise<UndoneImport> {
  try {
    return await database.session(async (connection) => {
      await boundMemory(connection);
      const { state: before } = await findImport(database, importId);
      const stuck =
        before === 'applying'
          ? []
          : await finishBefore(database, connection, 'stock', { chunksAtOnce: options.chunksAtOnce });
      const { isLater, type, ...undone } = await runInTransaction(connection, 'BEGIN', () =>
        judgeUndo(connection, { importId, by, reason, stuck, chunkRows }),
      );
      if (isLater) await undoLater(database, connection, { ...undone, type }, { ...options, chunkRows });
      return undone;
    });
  } catch (error) {
    throw toCodedError(error, `import ${importId}`, IMPORT_WAIT_MS);
  }
}

interface AskedUndo {
  readonly importId: number;
  readonly by: string;
  readonly reason: string;
  readonly stuck: readonly number[];
  readonly chunkRows: number;
}

/** Takes back what is few, in the caller's transaction; of what is many it records what is to be taken back, and locks no level. */
async function judgeUndo(
  connection: Connection,
  { importId, by, reason, stuck, chunkRows }: AskedUndo,
): Promise<JudgedUndo> {
  const { fileName, type, state, afterEntry, lastEntry, undoneTo } = await findUndoable(connection, importId);
  const range = { importId, after: undoneTo ?? afterEntry ?? 0, upTo: lastEntry ?? 0 };
  const isLater = undoneTo !== null || (await countPostings(connection, range, chunkRows + 1)) > chunkRows;
  // One that is being applied has the turn, or nobody has, and whoever takes it must finish that one first: it waits for us.
  if (state === 'applied') await takeTurn(connection, fileName, { stuck, isLater });
  // One that is not posted whole yet never will be.
  await connection.query('DELETE FROM pending_posting WHERE import_id = $1', [importId]);
  await connection.query(FORGET_COUNTS, [importId]);
  if (!isLater) await lockLevelsOf(connection, range);
  await findPostings(connection, range);
  const { rows } = await connection.query<{
    unknown: number;
    countedSince: number;
    postings: number;
    entries: number;
  }>(COUNT_LEVELS, [importId]);
  const [{ unknown, countedSince, postings, entries } = NOTHING] = rows;
  // One that is half undone was judged before.
  if (unknown > 0 && undoneTo === null)
    throw new AtpError('IMPORT_UNDO_INEXACT', { importId, levels: unknown });
  const { rows: changedSince } = await connection.query<UndoneImport['changedSince'][number]>(CHANGED_SINCE, [
    importId,
    COUNTED_SINCE_NAMED,
  ]);
  if (!isLater) await postOpposites(connection, importId);
  await connection.query(LOCK_OWN_COUNTS, [importId]);
  await connection.query('UPDATE last_count SET is_undone = true WHERE import_id = $1', [importId]);
  await connection.query(
    `UPDATE feed_import SET state = $4, decided_at = clock_timestamp(), decided_by = $2, decision_reason = $3
     WHERE import_id = $1`,
    [importId, by, reason, isLater ? 'applying' : 'undone'],
  );
  if (isLater && undoneTo === null) {
    await connection.query(
      `UPDATE feed_import SET undone_to = $2, done_count = 0, pending_count = $3, moved_at = clock_timestamp() WHERE import_id = $1`,
      [importId, range.after, entries],
    );
  }
  return { importId, fileName, type, isLater, postings, countedSince, changedSince };
}

const NOTHING = { unknown: 0, countedSince: 0, postings: 0, entries: 0 };

/** @throws AtpError IMPORT_UNDO_UNFINISHED */
async function undoLater(
  database: Database,
  connection: Connection,
  { importId, fileName, type }: Pick<JudgedUndo, 'importId' | 'fileName' | 'type'>,
  options: ChunkOptions,
): Promise<void> {
  await applyChunks(database, connection, { importId, type }, options).catch((error: unknown) => {
    throw halfUndoneError(error, { importId, fileName });
  });
}

async function takeTurn(
  connection: Connection,
  fileName: string,
  { stuck, isLater }: { readonly stuck: readonly number[]; readonly isLater: boolean },
): Promise<void> {
  await (isLater ? takeTurnAlone : takeTurnBesideOthers)(connection, 'stock');
  if (await isBrokenOff(connection, 'stock', stuck)) throw brokenOffError(fileName);
}

async function findUndoable(
  connection: Connection,
  importId: number,
): Promise<Omit<Applied, 'type'> & { readonly type: FeedType }> {
  await takeImport(connection, importId);
  const { rows } = await connection.query<Applied>(
    `SELECT file_name AS "fileName", feed_type AS type, state, after_entry AS "afterEntry", last_entry AS "lastEntry",
       undone_to AS "undoneTo"
     FROM feed_import WHERE import_id = $1 FOR UPDATE`,
    [importId],
  );
  const [found] = rows;
  if (!found) throw new AtpError('IMPORT_UNKNOWN', { importId });
  if (found.state === 'undone') throw new AtpError('IMPORT_UNDONE', { importId });
  if (found.state !== 'applied' && found.state !== 'applying')
    throw new AtpError('IMPORT_NOT_APPLIED', { importId, state: found.state });
  const type = parseFeedType(found.type);
  if (type === null || !(isCount(type) || kindOf(type) === 'difference')) {
    throw new AtpError('IMPORT_NOT_UNDOABLE', { importId, type: found.type });
  }
  // Sent again, it would be taken for what that one has left, and the rows that are undone here would be lost.
  const rest = isCount(type) ? null : await findContinuation(connection, importId);
  if (rest !== null) throw new AtpError('IMPORT_CONTINUED', { importId, rest });
  return { ...found, type };
}
