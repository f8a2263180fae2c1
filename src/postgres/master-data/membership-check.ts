/** Whether a shop's facility group promises stock at all, and stock that no other shop promises as well. */
import type { Database } from '../database.ts';

export interface MembershipCheck {
  /** Facilities that hold stock and are members now. */
  readonly facilityIds: readonly string[];
  /** Those of them that a group of another shop counts, too: the same units are promised twice. */
  readonly promisedTwice: readonly {
    readonly facilityId: string;
    readonly facilityGroupIds: readonly string[];
  }[];
}

export async function checkMemberships(
  database: Database,
  facilityGroupId: string,
): Promise<MembershipCheck> {
  const rows = await database.query<{ facilityId: string; facilityGroupIds: string[] }>(
    `WITH member AS (
       SELECT facility_id, facility_group_id
       FROM facility_group_member JOIN facility USING (facility_id) JOIN facility_type USING (facility_type_id)
       WHERE NOT is_virtual AND from_date <= now() AND (thru_date IS NULL OR now() < thru_date)
     )
     SELECT member.facility_id AS "facilityId",
       array(SELECT DISTINCT other.facility_group_id FROM member AS other JOIN shop USING (facility_group_id)
         WHERE other.facility_id = member.facility_id ORDER BY 1) AS "facilityGroupIds"
     FROM member WHERE member.facility_group_id = $1 ORDER BY 1`,
    [facilityGroupId],
  );
  return {
    facilityIds: rows.map(({ facilityId }) => facilityId),
    promisedTwice: rows.filter(({ facilityGroupIds }) => facilityGroupIds.length > 1),
  };
}
