import type { VarianceRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { keepForLater, type PostedLater, type PostingsToCome } from './pending-postings.ts';
import { IS_GOOD } from './resolving.ts';
import type { StagingShape } from './staging.ts';
import {
  lockLevels,
  refuseOutOfRange,
  resolveStockRows,
  STOCK_COLUMNS,
  toStockValues,
} from './stock-rows.ts';

export const VARIANCE_STAGING: StagingShape<VarianceRow> = {
  columns: { ...STOCK_COLUMNS, reason_enum_id: 'text' },
  valuesOf: (row) => [...toStockValues(row, row.availableDelta), row.reasonEnumId],
};

/** The sum of all rows of a product and facility: each row alone may be in range and their sum not. */
const ROWS_WITH_SUM = `
  SELECT row.row_number, coalesce(level.quantity_on_hand, 0)
    + sum(row.quantity) OVER (PARTITION BY row.product_id, row.facility_id) AS quantity_after
  FROM resolved_row AS row LEFT JOIN product_facility AS level USING (product_id, facility_id) WHERE ${IS_GOOD}`;

const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  SELECT product_id, facility_id, quantity, 0, own, $1 || ':' || row_number
  FROM resolved_row AS row
  WHERE quantity <> 0 AND ${IS_GOOD}
  ORDER BY row_number`;

const POSTINGS: PostingsToCome = {
  rows: `
    SELECT product_id, facility_id, quantity AS units, own AS reason, row_number, NULL::timestamptz AS happened_at
    FROM resolved_row AS row WHERE ${IS_GOOD}`,
  moves: `
    SELECT product_id, facility_id, coalesce(level.quantity_on_hand, 0) + units AS after,
      coalesce(level.quantity_on_hand, 0)::bigint AS before
    FROM (
      SELECT product_id, facility_id, sum(quantity) AS units FROM resolved_row AS row WHERE ${IS_GOOD}
      GROUP BY product_id, facility_id HAVING sum(quantity) <> 0
    ) AS moved
    LEFT JOIN product_facility AS level USING (product_id, facility_id)`,
};

/** Adds each row's difference to the quantity on hand; several rows of one product add up. */
export async function applyInventoryVariance(
  connection: Connection,
  { fileName, later = null }: { readonly fileName: string; readonly later?: PostedLater | null },
): Promise<void> {
  await resolveStockRows(connection, 'row.reason_enum_id AS own');
  if (later === null) await lockLevels(connection);
  await refuseOutOfRange(connection, { rows: ROWS_WITH_SUM, column: 'availableDelta' });
  if (later === null) await connection.query(POST, [fileName]);
  else await keepForLater(connection, later, POSTINGS);
}
