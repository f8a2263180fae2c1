import { LEDGER_REASONS } from '../../domain/feed.ts';
import type { ResetRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';
import type { StagingShape } from './staging.ts';
import {
  lockLevels,
  refuseOutOfRange,
  resolveStockRows,
  STOCK_COLUMNS,
  toStockValues,
} from './stock-rows.ts';

export const RESET_STAGING: StagingShape<ResetRow> = {
  columns: { ...STOCK_COLUMNS, reset_by_atp: 'boolean' },
  valuesOf: (row) => [...toStockValues(row, row.availableQty), row.resetByAtp],
};

/** A product is counted twice at a facility in one file: nobody can say which count is right, so the first one stands. */
const REFUSE_SECOND_COUNT = refuseSql({
  from: `(SELECT row_number, facility_id,
            min(row_number) OVER (PARTITION BY product_id, facility_id) AS first_row
          FROM resolved_row AS row WHERE ${IS_GOOD})`,
  condition: 'row.row_number > row.first_row',
  column: `'idValue'`,
  code: 'FEED_ROW_DUPLICATE',
  detail: `'firstRow', row.first_row, 'facilityId', row.facility_id`,
});

/**
 * A count of what is available leaves out what is reserved, so that is added: of 10 on hand with 5 reserved, a count of
 * 4 makes 9 on hand. What is reserved stays. In bigint, because both may be large.
 */
const QUANTITY_AFTER = 'good.quantity::bigint + CASE WHEN good.own THEN level.reserved ELSE 0 END';

const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  SELECT product_id, facility_id, ${QUANTITY_AFTER} - level.quantity_on_hand, 0, $2, $1 || ':' || good.row_number
  FROM (SELECT * FROM resolved_row AS row WHERE ${IS_GOOD}) AS good
  JOIN product_facility AS level USING (product_id, facility_id)
  WHERE ${QUANTITY_AFTER} <> level.quantity_on_hand
  ORDER BY good.row_number`;

/** Makes the quantity on hand of each product and facility what the feed counted. */
export async function applyResetInventory(
  connection: Connection,
  { fileName }: { readonly fileName: string },
): Promise<void> {
  await resolveStockRows(connection, 'row.reset_by_atp');
  await connection.query(REFUSE_SECOND_COUNT);
  await lockLevels(connection);
  await refuseOutOfRange(connection, { quantityAfter: QUANTITY_AFTER, column: 'availableQty' });
  await connection.query(POST, [fileName, LEDGER_REASONS.reset]);
}
