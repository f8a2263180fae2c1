/** Rows of order lines that wait to be applied, and that a later feed has told. */
import type { FeedType } from '../../domain/feed-type.ts';
import { addWarnings } from '../../domain/import-warning.ts';
import { CLOCKS_APART_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { readCounts } from './import-records.ts';
import { IS_GOOD } from './resolving.ts';

const TYPE: FeedType = 'ORDER_ITEMS';

/** Feeds of order lines before this one that cannot be applied whole. By feed_import_applying. */
const UNFINISHED = `
  SELECT import_id, import_key FROM feed_import
  WHERE state = 'applying' AND feed_type = '${TYPE}' AND import_id < current_setting('atp.import_id')::bigint`;

/** Whether orders that came before this feed wait to be applied. */
export const HAS_UNFINISHED_ORDERS = `EXISTS (${UNFINISHED})`;

/**
 * The last row of a line is its state, so a row that waits is an older one than what was told since; but where both say since when
 * the line is so, that decides as ever. Rare, so it reads all that waits.
 */
const LEAVE_OUT = `
  WITH told AS MATERIALIZED (
    SELECT row.order_id, row.order_item_seq_id, max(row.updated_at) AS told_at
    FROM resolved_row AS row LEFT JOIN judged_row AS judged USING (row_number)
    WHERE judged.refused IS NULL AND ${IS_GOOD} GROUP BY row.order_id, row.order_item_seq_id
  ), waiting AS (
    SELECT import_id, chunk, part, element AS sent, EXISTS (
      SELECT FROM told WHERE told.order_id = element.order_id AND told.order_item_seq_id = element.order_item_seq_id
        AND (element.updated_at > told_at
          AND element.updated_at <= now() + make_interval(secs => ${CLOCKS_APART_MS / 1000})) IS NOT TRUE
    ) AS is_told
    FROM pending_order_row, unnest(rows) AS element WHERE import_id = $1
  ), kept AS (
    SELECT import_id, chunk, part, coalesce(array_agg(sent) FILTER (WHERE NOT is_told), '{}') AS rows
    FROM waiting GROUP BY import_id, chunk, part HAVING bool_or(is_told)
  ), shortened AS (
    UPDATE pending_order_row AS pending SET rows = kept.rows FROM kept
    WHERE kept.import_id = pending.import_id AND kept.chunk = pending.chunk AND kept.part = pending.part
  )
  SELECT count(*)::int AS rows FROM waiting WHERE is_told`;

/**
 * Leaves them out, in the turn of the orders. To be called once `judged_row` is judged, and before a level is locked. They count as
 * rows that were taken and changed nothing, and their feed says so.
 */
export async function leaveOutTold(connection: Connection): Promise<void> {
  const { rows: unfinished } = await connection.query<{ importId: number; key: string }>(
    `SELECT import_id AS "importId", import_key AS key FROM (${UNFINISHED} ORDER BY import_id FOR UPDATE) AS unfinished`,
  );
  for (const { importId, key } of unfinished) {
    const { rows: left } = await connection.query<{ rows: number }>(LEAVE_OUT, [importId]);
    const rows = left[0]?.rows ?? 0;
    if (rows > 0) await recordLeftOut(connection, { importId, key, rows });
  }
}

async function recordLeftOut(
  connection: Connection,
  { importId, key, rows }: { readonly importId: number; readonly key: string; readonly rows: number },
): Promise<void> {
  const before = await readCounts(connection, key);
  const warnings = addWarnings(before?.warnings ?? [], [{ code: 'ORDER_OVERTAKEN', rows }]);
  await connection.query(
    'UPDATE import_file SET applied_count = applied_count + $2, warnings = $3 WHERE sha256 = $1',
    [key, rows, JSON.stringify(warnings)],
  );
  await connection.query(
    'UPDATE feed_import SET done_count = done_count + $2, pending_count = pending_count - $2 WHERE import_id = $1',
    [importId, rows],
  );
}
