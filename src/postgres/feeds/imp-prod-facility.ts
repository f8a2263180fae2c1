/** IMP_PROD_FACILITY: safety stock and brokering of products at facilities. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { FacilitySettingRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { refuseContradictions } from './contradictions.ts';
import type { PostedLater } from './pending-postings.ts';
import { applySettings, keepSettings } from './pending-settings.ts';
import { IS_GOOD } from './resolving.ts';
import type { StagingShape } from './staging.ts';
import { resolveStockRows, STOCK_COLUMNS, toStockValues } from './stock-rows.ts';

export const FACILITY_SETTING_STAGING: StagingShape<FacilitySettingRow> = {
  columns: { ...STOCK_COLUMNS, allow_brokering: 'boolean' },
  valuesOf: (row) => [...toStockValues(row, row.facilitySafetyStock), row.allowBrokering],
};

/** What is null stays as it is. Several rows of a level are one, known by the last of them. */
const TOLD = `
  SELECT product_id, facility_id, max(row_number) AS row_number,
    (array_agg(quantity ORDER BY row_number DESC) FILTER (WHERE quantity IS NOT NULL))[1] AS safety_stock,
    (array_agg(own ORDER BY row_number DESC) FILTER (WHERE own IS NOT NULL))[1] AS allow_brokering
  FROM resolved_row AS row WHERE ${IS_GOOD}
  GROUP BY product_id, facility_id`;

/** Sets what is given of each product at each facility. Of a large feed it keeps what changes. */
export async function applyFacilitySettings(
  connection: Connection,
  { equalKeys, later }: { readonly equalKeys?: EqualKeyRule | null; readonly later: PostedLater | null },
): Promise<void> {
  await resolveStockRows(connection, 'row.allow_brokering AS own');
  await refuseContradictions(connection, equalKeys, {
    key: 'product_id, facility_id',
    values: ['quantity', 'own'],
    column: 'idValue',
  });
  if (later === null) await applySettings(connection, { sql: TOLD, values: [] });
  else await keepSettings(connection, later, TOLD);
}
