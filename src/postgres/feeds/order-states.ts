/** Which state each order line has after a feed: its rows are taken one after the other, by the rules of take_order_row. */
import type { Connection } from '../database.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';

/**
 * Puts beside each row the state of its line once the row was taken, or left. Without the rows of lines that nobody knows and that one
 * row is about, as nearly all are: those have the state that the row tells (HAS_NO_STORY). By order_item_pkey.
 */
const JUDGE = `
  CREATE TEMPORARY TABLE judged_row ON COMMIT DROP AS
  WITH several AS MATERIALIZED (
    SELECT order_id, order_item_seq_id FROM resolved_row AS row WHERE ${IS_GOOD}
    GROUP BY order_id, order_item_seq_id HAVING count(*) > 1
  )
  SELECT told.row_number, told.order_id, told.order_item_seq_id, told.is_last, (told.state).status_id,
    (told.state).product_id, (told.state).quantity, (told.state).cancel_quantity, (told.state).facility_id,
    (told.state).updated_at, (told.state).row_number AS told_by, (told.state).refused
  FROM (
    SELECT row.row_number, row.order_id, row.order_item_seq_id, lead(row.row_number) OVER line IS NULL AS is_last,
      order_line_after(
        ROW(known.status_id, known.product_id, known.quantity, known.cancel_quantity, known.facility_id, known.updated_at,
          NULL, NULL)::order_line_state,
        ROW(row.status_id, row.product_id, row.quantity, row.cancel_quantity, row.facility_id, row.updated_at,
          row.row_number, NULL)::order_line_state,
        $1) OVER line AS state
    FROM resolved_row AS row
    LEFT JOIN order_item AS known
      ON known.order_id = row.order_id AND known.order_item_seq_id = row.order_item_seq_id
    WHERE ${IS_GOOD} AND (row.is_known OR EXISTS (SELECT FROM several WHERE several.order_id = row.order_id
      AND several.order_item_seq_id = row.order_item_seq_id))
    WINDOW line AS (PARTITION BY row.order_id, row.order_item_seq_id ORDER BY row.row_number
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ) AS told`;

/** A good row of `resolved_row` that tells the state of its line by itself. */
export const HAS_NO_STORY =
  'NOT EXISTS (SELECT FROM judged_row AS judged WHERE judged.row_number = row.row_number)';

/**
 * A completed line may be repeated, but not changed; and of one that was cancelled, an open state is older than that: states come
 * late, and again. The sender's updatedAt says so where it is otherwise.
 */
const REFUSALS = (['ORDER_ITEM_COMPLETED', 'ORDER_ITEM_CANCELLED'] as const).map((code) =>
  refuseSql({
    from: 'judged_row',
    condition: `row.refused = '${code}'`,
    column: `'statusId'`,
    code,
    detail: `'orderId', row.order_id, 'orderItemSeqId', row.order_item_seq_id`,
  }),
);

/** Makes `judged_row` from good rows of `resolved_row`, and refuses those that change what cannot change. */
export async function judgeOrderLines(connection: Connection, mayReopen: boolean): Promise<void> {
  const judged = await connection.query(JUDGE, [mayReopen]);
  if (judged.rowCount === 0) return;
  await connection.query('ANALYZE judged_row (row_number)');
  for (const refuse of REFUSALS) await connection.query(refuse);
}
