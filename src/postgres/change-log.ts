/**
 * The products whose Online ATP may have changed since a shop's baseline: the set difference of two snapshots.
 *
 * A row of the log belongs to the delta when the transaction that wrote it is visible now but was not visible in the
 * baseline's snapshot. That holds for any order of commits; a timestamp or a sequence loses what is committed late
 * (decision 0003). `txid >= xmin` only lets the index change_log_by_txid be used: below it everything was visible.
 */

/** A common table expression `candidate(product_id)`; parameters: shop, group, the new effective time. */
export function deltaCandidatesCte({ shop, group, at }: { shop: string; group: string; at: string }): string {
  return `
  base AS MATERIALIZED (
    SELECT snapshot, effective_at FROM shop_baseline WHERE shop_id = ${shop}
  ), changed AS MATERIALIZED (
    SELECT DISTINCT log.product_id, log.facility_id, log.facility_group_id
    FROM change_log AS log
    WHERE log.txid >= (SELECT pg_snapshot_xmin(snapshot) FROM base)
      AND NOT pg_visible_in_snapshot(log.txid, (SELECT snapshot FROM base))
  ), changed_facility AS MATERIALIZED (
    SELECT facility_id FROM changed WHERE facility_id IS NOT NULL
    UNION
    -- Nobody writes a row when a membership begins or ends by the clock.
    SELECT member.facility_id
    FROM facility_group_member AS member, base
    WHERE member.facility_group_id = ${group}
      AND ((member.from_date > base.effective_at AND member.from_date <= ${at})
        OR (member.thru_date > base.effective_at AND member.thru_date <= ${at}))
  ), touched AS (
    SELECT product_id FROM changed WHERE product_id IS NOT NULL
    UNION
    SELECT product_id FROM product_facility WHERE facility_id IN (SELECT facility_id FROM changed_facility)
    UNION
    -- A facility that becomes virtual, or no longer is, moves its open orders in or out of the brokering queue.
    SELECT product_id FROM order_item
    WHERE open_quantity > 0 AND facility_id IN (SELECT facility_id FROM changed_facility)
    UNION
    SELECT product_id FROM shop_product
    WHERE shop_id = ${shop} AND EXISTS (SELECT FROM changed WHERE changed.facility_group_id = ${group})
    UNION
    SELECT product_id FROM owed_row WHERE shop_id = ${shop}
  ), candidate AS MATERIALIZED (
    SELECT product_id FROM touched JOIN shop_product USING (product_id) WHERE shop_product.shop_id = ${shop}
  )`;
}
