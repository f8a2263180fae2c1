import { UNKNOWN_SKUS_LOOKED_UP_MAX } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';

/** What a person may have meant by each id that no facility has: the same but for case and zeros in front, another of its ids, or its name. */
const NAME_LIKELY = `
  WITH told AS (
    SELECT detail ->> 'facilityId' AS id FROM refused_row
    WHERE code = 'FACILITY_UNKNOWN' GROUP BY 1 ORDER BY min(row_number) LIMIT $1
  ), meant AS (
    SELECT told.id, string_agg(DISTINCT facility.facility_id || CASE
        WHEN ltrim(lower(facility.facility_id), '0') = ltrim(lower(told.id), '0') THEN ' (facilityId)'
        WHEN ltrim(lower(facility.external_id), '0') = ltrim(lower(told.id), '0')
          THEN ', whose externalFacilityId is ' || facility.external_id
        ELSE ', whose name it is' END, '; ') AS facilities
    FROM told JOIN facility ON told.id <> '' AND ltrim(lower(told.id), '0') IN
      (ltrim(lower(facility.facility_id), '0'), ltrim(lower(facility.external_id), '0'), ltrim(lower(facility.facility_name), '0'))
    GROUP BY told.id
  )
  UPDATE refused_row SET detail = detail || jsonb_build_object('likely', meant.facilities)
  FROM meant WHERE code = 'FACILITY_UNKNOWN' AND detail ->> 'facilityId' = meant.id`;

/** Adds to refused rows of unknown facilities which ones may be meant, for the first ids of a feed. Facilities are few: all are read. */
export async function nameLikelyFacilities(connection: Connection): Promise<void> {
  await connection.query(NAME_LIKELY, [UNKNOWN_SKUS_LOOKED_UP_MAX]);
}
