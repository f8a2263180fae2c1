/**
 * Taking back what an import has posted: by postings of the opposite, so that each level becomes what it would be without the
 * import. A level that was counted since is so already.
 */
import { AtpError } from '../../domain/errors.ts';
import { isCount, kindOf } from '../../domain/feed-kind.ts';
import { parseFeedType } from '../../domain/feed-type.ts';
import { LEDGER_REASONS } from '../../domain/feed.ts';
import { COUNTED_SINCE_NAMED, IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { findImport } from './feed-imports.ts';
import { finishBefore, isBrokenOff } from './import-chunks.ts';
import { brokenOffError, toCodedError } from './import-errors.ts';
import { takeTurnBesideOthers } from './import-turns.ts';
import { findContinuation } from './sent-again.ts';
import type { ImportState, UndoneImport } from '../../domain/feed-import.ts';

interface Applied {
  readonly fileName: string;
  readonly type: string;
  readonly state: ImportState;
  readonly afterEntry: number | null;
  readonly lastEntry: number | null;
}

/** By inventory_item_detail_pkey. A count takes the place of what had happened by then, as far as it was posted before it. */
const FIND_POSTINGS = `
  CREATE TEMPORARY TABLE own_entry ON COMMIT DROP AS
  SELECT entry.inventory_item_detail_id AS entry_id, entry.product_id, entry.facility_id, quantity_on_hand_diff,
    reserved_diff, coalesce(entry.happened_at, entry.created_at) AS happened_at,
    count.import_id IS NOT NULL AS is_counted, coalesce(count.is_undone, false) AS is_unknown
  FROM inventory_item_detail AS entry
  LEFT JOIN last_count AS count ON count.product_id = entry.product_id AND count.facility_id = entry.facility_id
    AND count.after_entry >= entry.inventory_item_detail_id
    AND count.counted_at >= coalesce(entry.happened_at, entry.created_at)
  WHERE entry.inventory_item_detail_id > $2 AND entry.inventory_item_detail_id <= $3 AND entry.import_id = $1`;

/** In key order, as every import does. */
const LOCK_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility WHERE (product_id, facility_id) IN (
      SELECT product_id, facility_id FROM inventory_item_detail
      WHERE inventory_item_detail_id > $2 AND inventory_item_detail_id <= $3 AND import_id = $1)
    ORDER BY product_id, facility_id FOR UPDATE
  ) AS locked`;

const POST = `
  INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id,
    source, import_id, happened_at)
  SELECT product_id, facility_id, -quantity_on_hand_diff, -reserved_diff, $2, $3, $1, happened_at
  FROM own_entry WHERE NOT is_counted ORDER BY entry_id`;

/** Of levels that its chunks have not made yet, and never will. */
const FORGET_COUNTS = `
  DELETE FROM last_count WHERE import_id = $1 AND NOT EXISTS (SELECT FROM product_facility AS level
    WHERE level.product_id = last_count.product_id AND level.facility_id = last_count.facility_id)`;

const HIDE_UNDO = `
  UPDATE last_count SET hides_undo = true
  FROM (SELECT DISTINCT product_id, facility_id FROM own_entry WHERE is_counted) AS own
  WHERE own.product_id = last_count.product_id AND own.facility_id = last_count.facility_id`;

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

/**
 * Undoes an import as a whole, or not at all.
 *
 * @throws AtpError IMPORT_UNKNOWN, IMPORT_NOT_APPLIED, IMPORT_UNDONE, IMPORT_NOT_UNDOABLE (its type, or an earlier release has
 *   posted it), IMPORT_CONTINUED (the rest of its file was sent again later), IMPORT_UNDO_INEXACT (a count that came after it was undone, or it is a count that hides such an undo),
 *   LEVEL_OUT_OF_RANGE, IMPORT_BUSY
 */
export async function undoImport(
  database: Database,
  importId: number,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<UndoneImport> {
  try {
    return await database.session(async (connection) => {
      const { state: before } = await findImport(database, importId);
      const stuck = before === 'applying' ? [] : await finishBefore(database, connection, 'stock');
      return runInTransaction(connection, 'BEGIN', async () => {
        const { fileName, state, afterEntry, lastEntry } = await findUndoable(connection, importId);
        // One that is being applied has the turn, or nobody has, and whoever takes it must finish that one first: it waits for us.
        if (state === 'applied') await takeTurn(connection, fileName, stuck);
        const range = [importId, afterEntry ?? 0, lastEntry ?? 0];
        // One that is not posted whole yet never will be.
        await connection.query('DELETE FROM pending_posting WHERE import_id = $1', [importId]);
        await connection.query(FORGET_COUNTS, [importId]);
        await connection.query(LOCK_LEVELS, range);
        await connection.query(FIND_POSTINGS, range);
        const { rows } = await connection.query<{ unknown: number; countedSince: number }>(
          `SELECT (count(*) FILTER (WHERE is_unknown)
               + (SELECT count(*) FROM last_count WHERE import_id = $1 AND hides_undo))::int AS unknown,
             (count(DISTINCT (product_id, facility_id)) FILTER (WHERE is_counted))::int AS "countedSince"
           FROM own_entry`,
          [importId],
        );
        const [{ unknown, countedSince } = { unknown: 0, countedSince: 0 }] = rows;
        if (unknown > 0) throw new AtpError('IMPORT_UNDO_INEXACT', { importId, levels: unknown });
        const { rows: changedSince } = await connection.query<UndoneImport['changedSince'][number]>(
          CHANGED_SINCE,
          [importId, COUNTED_SINCE_NAMED],
        );
        const source = `undo of import ${importId}`;
        const posted = await connection.query(POST, [importId, LEDGER_REASONS.undone, source]);
        await connection.query('UPDATE last_count SET is_undone = true WHERE import_id = $1', [importId]);
        await connection.query(HIDE_UNDO);
        await connection.query(
          `UPDATE feed_import SET state = 'undone', decided_at = clock_timestamp(), decided_by = $2, decision_reason = $3
           WHERE import_id = $1`,
          [importId, by, reason],
        );
        return { importId, fileName, postings: posted.rowCount ?? 0, countedSince, changedSince };
      });
    });
  } catch (error) {
    throw toCodedError(error, `import ${importId}`, IMPORT_WAIT_MS);
  }
}

async function takeTurn(connection: Connection, fileName: string, stuck: readonly number[]): Promise<void> {
  await takeTurnBesideOthers(connection, 'stock');
  if (await isBrokenOff(connection, 'stock', stuck)) throw brokenOffError(fileName);
}

async function findUndoable(connection: Connection, importId: number): Promise<Applied> {
  const { rows } = await connection.query<Applied>(
    `SELECT file_name AS "fileName", feed_type AS type, state, after_entry AS "afterEntry", last_entry AS "lastEntry"
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
  return found;
}
