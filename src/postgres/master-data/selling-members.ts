/**
 * Who sells online, in SQL: the only place of the rule.
 *
 * A facility sells a product in a facility group at an instant t when
 * - it is a member of the group: from_date <= t < thru_date,
 * - it is not closed: t < closed_date,
 * - it is not virtual, and
 * - brokering is allowed for the product there.
 *
 * The conditions are about rows with these aliases: `member` of facility_group_member, `facility`, `facility_type`,
 * and `level` of product_facility. `at` is an expression of the instant.
 */

/** Whether the membership `member` is in force. */
export function isInForce(at: string): string {
  return `(member.from_date <= ${at} AND (member.thru_date IS NULL OR ${at} < member.thru_date))`;
}

/** Whether `facility` is a member of the group: the planner hashes the group's members once. */
export function isMemberOf(group: string, at: string): string {
  return `EXISTS (
    SELECT FROM facility_group_member AS member
    WHERE member.facility_group_id = ${group} AND member.facility_id = facility.facility_id AND ${isInForce(at)})`;
}

/** Whether `facility` is not closed at the instant. */
export function isOpen(at: string): string {
  return `(facility.closed_date IS NULL OR ${at} < facility.closed_date)`;
}

/**
 * Whether `facility`, of the type `facility_type`, sells in the group; of which products, `sellsProduct` says.
 *
 * @param isMember that it is a member of the group: `isInForce` of a membership at hand, or `isMemberOf`
 */
export function sellsInGroup(isMember: string, at: string): string {
  return `(${isOpen(at)}
    AND NOT facility_type.is_virtual AND ${isMember})`;
}

/**
 * Whether the facility of `level` sells its product. Where a product has no level, brokering is allowed.
 *
 * @param sells that the facility sells in the group
 */
export function sellsProduct(sells: string): string {
  return `(${sells} AND level.allow_brokering IS NOT FALSE)`;
}

/**
 * A SELECT of the facilities that begin or cease to sell in the group by the clock alone, and when (`changed_at`): after
 * `base.effective_at` and not later than `until`. Nobody writes a row then. It must name each instant of the rule above.
 */
export function selectChangedByClock(group: string, until: string): string {
  const isDue = (time: string) => `(${time} > base.effective_at AND ${time} <= ${until})`;
  return `
    SELECT member.facility_id, due.at AS changed_at
    FROM base, facility_group_member AS member
    CROSS JOIN LATERAL (VALUES (member.from_date), (member.thru_date)) AS due (at)
    WHERE member.facility_group_id = ${group} AND ${isDue('due.at')}
    UNION ALL
    SELECT facility.facility_id, facility.closed_date FROM facility, base WHERE ${isDue('facility.closed_date')}`;
}
