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
 * Common table expressions, the last of them `candidate(product_id, changed_at)`: each product once, with when the oldest
 * of its changes was made. Null: it has no change but what is withheld of it, or the clock has let units go.
 */
export function deltaCandidatesCte({ shop, group, at }: CandidateScope): string {
  return `
  base AS MATERIALIZED (
    SELECT snapshot, effective_at FROM shop_baseline WHERE shop_id = ${shop}
  ), changed AS MATERIALIZED (
    SELECT log.product_id, log.facility_id, log.facility_group_id, min(log.logged_at) AS changed_at
    FROM change_log AS log
    WHERE log.txid >= (SELECT pg_snapshot_xmin(snapshot) FROM base)
      AND NOT pg_visible_in_snapshot(log.txid, (SELECT snapshot FROM base))
    GROUP BY log.product_id, log.facility_id, log.facility_group_id
  ), changed_facility AS MATERIALIZED (
    SELECT facility_id, changed_at FROM changed WHERE facility_id IS NOT NULL
    UNION ALL
    -- Nobody writes a row when a membership begins or ends by the clock, or a facility closes.
    ${selectChangedByClock(group, at)}
  ), expired_debt AS MATERIALIZED (
    -- More units are kept back than were seen to go since the order watermark (src/domain/unseen-sales.ts): the others
    -- go on sale again. Not while a later file has the product already. By the index applied_row_in_debt.
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
        WHERE seen.at > coalesce(${orderWatermarkSql(shop)}, '-infinity')))
  ), touched AS (
    SELECT product_id, changed_at FROM changed WHERE product_id IS NOT NULL
    UNION ALL
    SELECT product_id, changed_at FROM product_facility JOIN changed_facility USING (facility_id)
    UNION ALL
    -- A facility that becomes virtual, or no longer is, moves its open orders in or out of the brokering queue.
    SELECT product_id, changed_at FROM order_item JOIN changed_facility USING (facility_id) WHERE open_quantity > 0
    UNION ALL
    SELECT mapped.product_id, changed.changed_at
    FROM changed JOIN shop_product AS mapped ON mapped.shop_id = ${shop}
    WHERE changed.facility_group_id = ${group}
    UNION ALL
    SELECT product_id, changed_at FROM owed_row WHERE shop_id = ${shop}
    UNION ALL
    -- What is withheld; of a plan that was just rejected, too: it is judged anew. Its instant stays with the plan while
    -- the plan is held, since the file has only what its sales have left.
    SELECT product_id, CASE WHEN plan.state <> 'HELD' THEN coalesce(changed_at, since) END
    FROM sync_plan_row JOIN sync_plan AS plan USING (shop_id, plan) WHERE shop_id = ${shop}
    UNION ALL
    SELECT product_id, NULL FROM expired_debt
  ), candidate AS MATERIALIZED (
    -- By the primary key: a hash would read the whole mapping for the few that a delta has.
    SELECT touched.product_id, touched.changed_at
    FROM (SELECT product_id, min(changed_at) AS changed_at FROM touched GROUP BY product_id) AS touched
    CROSS JOIN LATERAL (
      SELECT FROM shop_product WHERE shop_id = ${shop} AND product_id = touched.product_id OFFSET 0
    ) AS mapped
  )`;
}
