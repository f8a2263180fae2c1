/** Whether a shop's facility group promises any stock, and whether other shops promise the same stock. */
import type { Database } from '../database.ts';
import { isInForce, sellsInGroup } from './selling-members.ts';
import { findShop } from './shops.ts';

export interface MembershipCheck {
  /** Facilities that sell in the group now. */
  readonly facilityIds: readonly string[];
  /** Those of them whose stock several shops sell, of this group or of others: the same units are promised twice. */
  readonly promisedTwice: readonly {
    readonly facilityId: string;
    readonly shopIds: readonly string[];
    readonly facilityGroupIds: readonly string[];
  }[];
}

export async function checkMemberships(
  database: Database,
  facilityGroupId: string,
): Promise<MembershipCheck> {
  const rows = await database.query<MembershipCheck['promisedTwice'][number]>(
    `WITH selling AS (
       SELECT facility_id, member.facility_group_id
       FROM facility_group_member AS member
       JOIN facility USING (facility_id)
       JOIN facility_type USING (facility_type_id)
       WHERE ${sellsInGroup(isInForce('now()'), 'now()')}
     ), by_shops AS (
       SELECT facility_id, array_agg(shop_id ORDER BY shop_id) AS shop_ids,
         array_agg(DISTINCT facility_group_id ORDER BY facility_group_id) AS facility_group_ids
       FROM selling JOIN shop USING (facility_group_id)
       WHERE closing_since IS NULL
       GROUP BY facility_id
     )
     SELECT facility_id AS "facilityId", coalesce(shop_ids, '{}') AS "shopIds",
       coalesce(facility_group_ids, '{}') AS "facilityGroupIds"
     FROM selling LEFT JOIN by_shops USING (facility_id)
     WHERE selling.facility_group_id = $1 ORDER BY 1`,
    [facilityGroupId],
  );
  return {
    facilityIds: rows.map(({ facilityId }) => facilityId),
    promisedTwice: rows.filter(({ shopIds }) => shopIds.length > 1),
  };
}

/** The other shops that promise units which this shop promises, by their ids. Throws SHOP_UNKNOWN. */
export async function sharedWith(database: Database, shopId: string): Promise<readonly string[]> {
  const { facilityGroupId } = await findShop(database, shopId);
  const { promisedTwice } = await checkMemberships(database, facilityGroupId);
  const others = promisedTwice.flatMap(({ shopIds }) => shopIds).filter((id) => id !== shopId);
  return [...new Set(others)].sort();
}
