/** IMP_FACILITY: facilities, by their ids. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { FacilityRow } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { refuseContradictions } from './contradictions.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';
import type { StagingShape } from './staging.ts';

export const FACILITY_STAGING: StagingShape<FacilityRow> = {
  columns: { facility_id: 'text', external_id: 'text', facility_name: 'text', facility_type_id: 'text' },
  valuesOf: (row) => [row.facilityId, row.externalFacilityId, row.name, row.type],
};

/** First key of the advisory lock under which feeds of facilities take turns; the second is 0. */
const FACILITIES_LOCK = 7_201_158;

const RESOLVE = `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.facility_id, row.external_id, row.facility_name, row.facility_type_id,
    facility.facility_id IS NULL AS is_new, kind.facility_type_id IS NULL AS is_type_unknown
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  LEFT JOIN facility ON facility.facility_id = row.facility_id
  LEFT JOIN facility_type AS kind ON kind.facility_type_id = row.facility_type_id`;

const REFUSALS: readonly string[] = [
  refuseSql({
    from: 'resolved_row',
    condition: 'row.facility_type_id IS NOT NULL AND row.is_type_unknown',
    column: `'type'`,
    code: 'FACILITY_TYPE_UNKNOWN',
    detail: `'facilityTypeId', row.facility_type_id`,
  }),
  refuseSql({
    from: 'resolved_row',
    condition: 'row.facility_type_id IS NULL AND row.is_new',
    column: `'type'`,
    code: 'FEED_VALUE_INVALID',
    detail: `'column', 'type', 'reason', 'a new facility needs one, such as RETAIL_STORE or WAREHOUSE'`,
  }),
  refuseSql({
    from: `(
      SELECT row.row_number, row.facility_id,
        EXISTS (SELECT FROM facility AS other
          WHERE other.external_id = row.external_id AND other.facility_id <> row.facility_id)
        OR min(row.facility_id) OVER same <> max(row.facility_id) OVER same AS is_taken
      FROM resolved_row AS row WHERE row.external_id IS NOT NULL AND ${IS_GOOD}
      WINDOW same AS (PARTITION BY row.external_id))`,
    condition: 'row.is_taken',
    column: `'externalFacilityId'`,
    code: 'FACILITY_EXISTS',
    detail: `'facilityId', row.facility_id`,
  }),
];

const TOLD = `
  SELECT DISTINCT ON (facility_id) * FROM resolved_row AS row WHERE ${IS_GOOD} ORDER BY facility_id, row_number DESC`;

const ADD = `
  INSERT INTO facility (facility_id, facility_name, facility_type_id, external_id)
  SELECT facility_id, coalesce(facility_name, facility_id), facility_type_id, external_id
  FROM (${TOLD}) AS told WHERE is_new`;

/** What is empty stays as it is. One that comes again unchanged is not written: no delta looks at its products. */
const SET = `
  UPDATE facility
  SET facility_name = coalesce(told.facility_name, facility.facility_name),
    facility_type_id = coalesce(told.facility_type_id, facility.facility_type_id),
    external_id = coalesce(told.external_id, facility.external_id)
  FROM (${TOLD}) AS told
  WHERE NOT told.is_new AND facility.facility_id = told.facility_id
    AND (facility.facility_name, facility.facility_type_id, facility.external_id)
      IS DISTINCT FROM (coalesce(told.facility_name, facility.facility_name),
        coalesce(told.facility_type_id, facility.facility_type_id), coalesce(told.external_id, facility.external_id))`;

/** Adds facilities, and sets what is given of those that are there. A new one is in no group: it sells nowhere yet. */
export async function applyFacilities(
  connection: Connection,
  { equalKeys }: { readonly equalKeys?: EqualKeyRule | null },
): Promise<void> {
  await connection.query('SELECT pg_advisory_xact_lock($1, 0)', [FACILITIES_LOCK]);
  await connection.query(RESOLVE);
  await connection.query('ANALYZE resolved_row');
  await refuseContradictions(connection, equalKeys, {
    key: 'facility_id',
    values: ['external_id', 'facility_name', 'facility_type_id'],
    column: 'facilityId',
  });
  for (const refuse of REFUSALS) await connection.query(refuse);
  await connection.query(ADD);
  await connection.query(SET);
}
