/**
 * The products whose Online ATP may have changed since a shop's baseline: the set difference of two snapshots.
 *
 * A row of the log belongs to the delta when the transaction that wrote it is visible now but was not visible in the
 * baseline's snapshot. That holds for any order of commits; a timestamp or a sequence loses what is committed late
 * (decision 0003). `txid >= xmin` only lets the index change_log_by_txid be used: below it everything was visible.
 */

import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import { selectChangedByClock } from '../master-data/selling-members.ts';

/** SQL expressions, such as parameters: the shop, its facility group, and the new effective time. */
export interface CandidateScope {
  readonly shop: string;
  readonly group: string;
  readonly at: string;
}

/**
 * Common table expressions, the last of them `touched(product_id, changed_at, is_due)`: each product once, with when the
 * oldest of its changes was made, and whether it is in the delta though its Online ATP is what it was. Some are not mapped.
 * No instant: it has no change but what is withheld of it, or the clock has let units go.
 *
 * What a row of the log concerns: its product, every product of its facility, or every product; only in its group, if it
 * names one, and only of its shop (decision 0055).
 */
export function touchedCte({ shop, group, at }: CandidateScope): string {
  return `
  base AS MATERIALIZED (
    SELECT snapshot, effective_at FROM shop_baseline WHERE shop_id = ${shop}
  ), changed AS MATERIALIZED (
    SELECT log.product_id, log.facility_id, log.facility_group_id, min(log.logged_at) AS changed_at
    FROM change_log AS log
    WHERE log.txid >= (SELECT pg_snapshot_xmin(snapshot) FROM base)
      AND NOT pg_visible_in_snapshot(log.txid, (SELECT snapshot FROM base))
      AND (log.shop_id IS NULL OR log.shop_id = ${shop})
      AND (log.facility_group_id IS NULL OR log.facility_group_id = ${group})
    GROUP BY log.product_id, log.facility_id, log.facility_group_id
  ), changed_facility AS MATERIALIZED (
    SELECT facility_id, changed_at FROM changed WHERE facility_id IS NOT NULL AND facility_group_id IS NULL
  ), changed_stock AS MATERIALIZED (
    SELECT facility_id, changed_at FROM changed WHERE facility_id IS NOT NULL AND facility_group_id IS NOT NULL
    UNION ALL
    -- The stock of a facility counts only where it sells, and it sells only where it is a member. A membership that was
    -- removed since the baseline is in the log by itself.
    SELECT facility_id, changed_at FROM (
      SELECT facility_id, changed_at FROM changed_facility
      UNION ALL
      -- Nobody writes a row when a membership begins or ends by the clock, or a facility closes.
      ${selectChangedByClock(group, at)}
    ) AS any_group
    WHERE EXISTS (
      SELECT FROM facility_group_member AS member
      WHERE member.facility_group_id = ${group} AND member.facility_id = any_group.facility_id)
  ), expired_debt AS MATERIALIZED (
    -- More units are kept back than were seen to go since the order watermark (src/domain/unseen-sales.ts): the others
    -- go on sale again. Not while a later file has the product already. A time that lies ahead is corrected by the file.
    -- By the index applied_row_in_debt.
    SELECT applied.product_id
    FROM applied_row AS applied
    JOIN shop USING (shop_id)
    CROSS JOIN LATERAL (
      SELECT sequence FROM published_row
      WHERE shop_id = applied.shop_id AND product_id = applied.product_id OFFSET 0
    ) AS published
    WHERE applied.shop_id = ${shop} AND applied.debt > 0 AND published.sequence <= applied.sequence
      -- A quarantined product would come with every file.
      AND applied.outcome IN ('APPLIED', 'UNCHANGED')
      AND (shop.sales_policy = 'overwrite' OR applied.debt > (
        SELECT coalesce(sum(seen.units), 0)
        FROM jsonb_to_recordset(applied.drops) AS seen (at timestamptz, units bigint)
        WHERE seen.at > coalesce(${orderWatermarkSql(shop)}, '-infinity') AND seen.at <= now()))
  ), touched AS (
    SELECT product_id, min(changed_at) AS changed_at, bool_or(is_due) AS is_due
    FROM (
      SELECT product_id, changed_at, false AS is_due FROM changed WHERE product_id IS NOT NULL
      UNION ALL
      SELECT product_id, changed_at, false FROM product_facility JOIN changed_stock USING (facility_id)
      UNION ALL
      -- A facility that becomes virtual, or no longer is, moves its open orders in or out of the brokering queue.
      SELECT product_id, changed_at, false FROM order_item JOIN changed_facility USING (facility_id)
      WHERE open_quantity > 0
      UNION ALL
      SELECT mapped.product_id, changed.changed_at, false
      FROM changed JOIN shop_product AS mapped ON mapped.shop_id = ${shop}
      WHERE changed.product_id IS NULL AND changed.facility_id IS NULL
      UNION ALL
      SELECT product_id, changed_at, true FROM owed_row WHERE shop_id = ${shop}
      UNION ALL
      -- What is withheld; of a plan that was just rejected, too: it is judged anew. Its instant stays with the plan while
      -- the plan is held, since the file has only what its sales have left.
      SELECT product_id, CASE WHEN plan.state <> 'HELD' THEN coalesce(changed_at, since) END, false
      FROM sync_plan_row JOIN sync_plan AS plan USING (shop_id, plan) WHERE shop_id = ${shop}
      UNION ALL
      SELECT product_id, NULL, true FROM expired_debt
    ) AS one
    GROUP BY product_id
  )`;
}
