import type { VarianceRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
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
const QUANTITY_AFTER = `level.quantity_on_hand
  + sum(good.quantity) OVER (PARTITION BY good.product_id, good.facility_id)`;

const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  SELECT product_id, facility_id, quantity, 0, own, $1 || ':' || row_number
  FROM resolved_row AS row
  WHERE quantity <> 0 AND ${IS_GOOD}
  ORDER BY row_number`;

/** Adds each row's difference to the quantity on hand; several rows of one product add up. */
export async function applyInventoryVariance(
  connection: Connection,
  { fileName }: { readonly fileName: string },
): Promise<void> {
  await resolveStockRows(connection, 'row.reason_enum_id');
  await lockLevels(connection);
  await refuseOutOfRange(connection, { quantityAfter: QUANTITY_AFTER, column: 'availableDelta' });
  await connection.query(POST, [fileName]);
}
