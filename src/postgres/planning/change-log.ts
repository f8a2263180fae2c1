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

/** Common table expressions, the last of them `candidate(product_id)`: each product once. */
export function deltaCandidatesCte({ shop, group, at }: CandidateScope): string {
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
    UNION
    -- What is withheld; of a plan that was just rejected, too: it is judged anew.
    SELECT product_id FROM sync_plan_row WHERE shop_id = ${shop}
    UNION
    SELECT product_id FROM expired_debt
  ), candidate AS MATERIALIZED (
    -- By the primary key: a hash would read the whole mapping for the few that a delta has.
    SELECT touched.product_id FROM touched CROSS JOIN LATERAL (
      SELECT FROM shop_product WHERE shop_id = ${shop} AND product_id = touched.product_id OFFSET 0
    ) AS mapped
  )`;
}
