/** IMP_THRESHOLD: products' own thresholds in facility groups. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { ThresholdRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { refuseContradictions } from './contradictions.ts';
import {
  IS_GOOD,
  lookUpProducts,
  refuseSql,
  refuseUnknownProducts,
  type ProductLookup,
} from './resolving.ts';
import type { StagingShape } from './staging.ts';

export const THRESHOLD_STAGING: StagingShape<ThresholdRow> = {
  columns: { id_type: 'text', id_value: 'text', facility_group_id: 'text', threshold: 'integer' },
  valuesOf: (row) => [row.idType, row.idValue, row.facilityGroupId, row.threshold],
};

/** Relies on product's three unique indexes and facility_group_pkey. */
const resolveSql = ({ joins, productId }: ProductLookup) => `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.id_type, row.id_value, row.facility_group_id, row.threshold, ${productId} AS product_id,
    facility_group.facility_group_id IS NULL AS is_group_unknown
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ${joins}
  LEFT JOIN facility_group ON facility_group.facility_group_id = row.facility_group_id`;

const REFUSE_UNKNOWN_GROUP = refuseSql({
  from: 'resolved_row',
  condition: 'row.is_group_unknown',
  column: `'facilityGroupId'`,
  code: 'FACILITY_GROUP_UNKNOWN',
  detail: `'facilityGroupId', row.facility_group_id`,
});

const TOLD = `
  SELECT DISTINCT ON (product_id, facility_group_id) product_id, facility_group_id, threshold
  FROM resolved_row AS row WHERE ${IS_GOOD}
  ORDER BY product_id, facility_group_id, row_number DESC`;

/** A threshold that comes again unchanged is not written, so that no delta looks at it. By product_facility_group_pkey. */
const SET = `
  INSERT INTO product_facility_group AS own (product_id, facility_group_id, threshold)
  SELECT product_id, facility_group_id, threshold FROM (${TOLD}) AS told WHERE threshold IS NOT NULL
  ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold
    WHERE own.threshold <> excluded.threshold`;

const CLEAR = `
  DELETE FROM product_facility_group AS own USING (${TOLD}) AS told
  WHERE told.threshold IS NULL
    AND (own.product_id, own.facility_group_id) = (told.product_id, told.facility_group_id)`;

/** Sets each product's own threshold, or takes it away so that the group's counts. */
export async function applyThresholds(
  connection: Connection,
  { equalKeys }: { readonly equalKeys?: EqualKeyRule | null },
): Promise<void> {
  await connection.query(resolveSql(await lookUpProducts(connection)));
  await connection.query('ANALYZE resolved_row');
  await refuseUnknownProducts(connection);
  await connection.query(REFUSE_UNKNOWN_GROUP);
  await refuseContradictions(connection, equalKeys, {
    key: 'product_id, facility_group_id',
    values: ['coalesce(threshold, -1)'],
    column: 'threshold',
  });
  await connection.query(SET);
  await connection.query(CLEAR);
}
