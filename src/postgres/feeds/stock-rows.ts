/** What RESET_INVENTORY, REC_INV_COUNT and MDM_INV_VARIANCE have in common: a product, a facility that holds stock, and a quantity. */
import type { FacilityReference, ProductReference } from '../../domain/feed-type.ts';
import { UNITS_MAX } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import {
  IS_GOOD,
  lookUpProducts,
  refuseRows,
  refuseSql,
  refuseUnknownProducts,
  type ProductLookup,
} from './resolving.ts';
import type { CopyValue } from './staging.ts';

export const STOCK_COLUMNS = {
  id_type: 'text',
  id_value: 'text',
  facility_id: 'text',
  external_facility_id: 'text',
  quantity: 'integer',
} as const;

export function toStockValues(
  row: ProductReference & FacilityReference,
  quantity: number | null,
): CopyValue[] {
  return [row.idType, row.idValue, row.facilityId, row.externalFacilityId, quantity];
}

/** Facilities, and whether they hold stock. */
const PLACES =
  '(SELECT facility_id, external_id, is_virtual FROM facility JOIN facility_type USING (facility_type_id))';

/** Relies on product's three unique indexes, facility_pkey and facility_external_id_key. */
const resolveSql = ({ joins, productId }: ProductLookup, own: string) => `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.id_type, row.id_value, row.facility_id AS told_facility_id,
    row.external_facility_id, row.quantity, ${own},
    ${productId} AS product_id,
    CASE WHEN row.facility_id IS NULL THEN external.facility_id ELSE named.facility_id END AS facility_id,
    CASE WHEN row.facility_id IS NULL THEN external.is_virtual ELSE named.is_virtual END AS is_virtual,
    named.facility_id <> external.facility_id AS names_another
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ${joins}
  LEFT JOIN ${PLACES} AS named ON named.facility_id = row.facility_id
  LEFT JOIN ${PLACES} AS external ON external.external_id = row.external_facility_id`;

const TOLD_FACILITY = 'coalesce(row.told_facility_id, row.external_facility_id)';
const TOLD_FACILITY_COLUMN = `CASE WHEN row.told_facility_id IS NULL THEN 'externalFacilityId' ELSE 'facilityId' END`;

const FACILITY_REFUSALS: Parameters<typeof refuseRows>[2] = [
  {
    condition: 'row.facility_id IS NULL',
    column: TOLD_FACILITY_COLUMN,
    code: 'FACILITY_UNKNOWN',
    detail: `'facilityId', ${TOLD_FACILITY}`,
  },
  // The two ids name two facilities, and nobody can say which of them was counted.
  {
    condition: 'row.names_another',
    column: `'externalFacilityId'`,
    code: 'FEED_VALUE_INVALID',
    detail: `'column', 'externalFacilityId', 'reason', 'it is another facility than facilityId'`,
  },
  {
    condition: 'row.is_virtual',
    column: TOLD_FACILITY_COLUMN,
    code: 'FACILITY_VIRTUAL',
    detail: `'facilityId', row.facility_id`,
  },
];

/**
 * Resolves the staged rows into `resolved_row` and refuses those that cannot be resolved.
 *
 * @param own SQL of columns of `row` that only this feed type has
 */
export async function resolveStockRows(connection: Connection, own: string): Promise<void> {
  await connection.query(resolveSql(await lookUpProducts(connection), own));
  await connection.query('ANALYZE resolved_row');
  await refuseUnknownProducts(connection);
  await refuseRows(connection, 'resolved_row', FACILITY_REFUSALS);
}

/**
 * SQL that locks levels, and makes those that are not there: what does not exist cannot be locked, and a level of zeros means the same as
 * none. In key order, as the ledger's trigger does it, and in one pass: two passes are no order, and somebody who posts to
 * a new level and to an old one would wait in a circle with us. A row in conflict is locked though nothing of it is set (PostgreSQL
 * documentation, INSERT, "ON CONFLICT Clause"). By product_facility_pkey.
 *
 * @param levels SQL of rows (product_id, facility_id) of products that are there
 */
export const lockLevelsSql = (levels: string) => `
  INSERT INTO product_facility AS level (product_id, facility_id, minimum_stock)
  SELECT product_id, facility_id, default_safety_stock FROM (${levels}) AS wanted JOIN facility USING (facility_id)
  ORDER BY product_id, facility_id
  ON CONFLICT (product_id, facility_id) DO UPDATE SET minimum_stock = level.minimum_stock WHERE false`;

const LOCK_LEVELS = lockLevelsSql(
  `SELECT DISTINCT product_id, facility_id FROM resolved_row AS row WHERE ${IS_GOOD}`,
);

/** Locks the levels that the good rows are about, so that what is read next stays true until COMMIT. */
export async function lockLevels(connection: Connection): Promise<void> {
  await connection.query(LOCK_LEVELS);
}

/**
 * Refuses rows whose level would leave the range of a level, before the database fails the whole file.
 *
 * @param rows SQL of rows with `quantity_after`, the quantity on hand after them
 */
export async function refuseOutOfRange(
  connection: Connection,
  { rows, column }: { readonly rows: string; readonly column: string },
): Promise<void> {
  await connection.query(
    refuseSql({
      from: `(SELECT * FROM (${rows}) AS row WHERE ${IS_GOOD})`,
      condition: `abs(row.quantity_after) > ${UNITS_MAX}`,
      column: `'${column}'`,
      code: 'LEVEL_OUT_OF_RANGE',
      detail: '',
    }),
  );
}
