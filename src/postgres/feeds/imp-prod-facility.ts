/** IMP_PROD_FACILITY: safety stock and brokering of products at facilities. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { FacilitySettingRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { refuseContradictions } from './contradictions.ts';
import { IS_GOOD } from './resolving.ts';
import type { StagingShape } from './staging.ts';
import { makeLevels, resolveStockRows, STOCK_COLUMNS, toStockValues } from './stock-rows.ts';

export const FACILITY_SETTING_STAGING: StagingShape<FacilitySettingRow> = {
  columns: { ...STOCK_COLUMNS, allow_brokering: 'boolean' },
  valuesOf: (row) => [...toStockValues(row, row.facilitySafetyStock), row.allowBrokering],
};

/** What is null stays as it is. A level that comes again unchanged is neither locked nor written, so that no delta looks at it. */
const FIND_CHANGED = `
  CREATE TEMPORARY TABLE changed_setting ON COMMIT DROP AS
  SELECT told.* FROM (
    SELECT product_id, facility_id,
      (array_agg(quantity ORDER BY row_number DESC) FILTER (WHERE quantity IS NOT NULL))[1] AS safety_stock,
      (array_agg(own ORDER BY row_number DESC) FILTER (WHERE own IS NOT NULL))[1] AS allow_brokering
    FROM resolved_row AS row WHERE ${IS_GOOD}
    GROUP BY product_id, facility_id
  ) AS told JOIN product_facility AS level USING (product_id, facility_id)
  WHERE told.safety_stock <> level.minimum_stock OR told.allow_brokering <> level.allow_brokering`;

/** In key order, as every import does. By product_facility_pkey. */
const LOCK_CHANGED = `
  SELECT count(*) FROM (
    SELECT FROM product_facility WHERE (product_id, facility_id) IN (SELECT product_id, facility_id FROM changed_setting)
    ORDER BY product_id, facility_id FOR NO KEY UPDATE
  ) AS locked`;

const SET = `
  UPDATE product_facility AS level
  SET minimum_stock = coalesce(told.safety_stock, level.minimum_stock),
    allow_brokering = coalesce(told.allow_brokering, level.allow_brokering)
  FROM changed_setting AS told
  WHERE (level.product_id, level.facility_id) = (told.product_id, told.facility_id)`;

/** Sets what is given of each product at each facility. */
export async function applyFacilitySettings(
  connection: Connection,
  { equalKeys }: { readonly equalKeys?: EqualKeyRule | null },
): Promise<void> {
  await resolveStockRows(connection, 'row.allow_brokering AS own');
  await refuseContradictions(connection, equalKeys, {
    key: 'product_id, facility_id',
    values: ['quantity', 'own'],
    column: 'idValue',
  });
  await makeLevels(connection);
  await connection.query(FIND_CHANGED);
  await connection.query('ANALYZE changed_setting');
  await connection.query(LOCK_CHANGED);
  await connection.query(SET);
}
