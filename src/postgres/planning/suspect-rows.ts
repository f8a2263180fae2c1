/**
 * The guard in SQL: the same as in src/domain/guard.ts, for many products at once. A property test holds the two
 * together.
 */
import { SUSPECT_FACTOR } from '../../domain/limits.ts';
import { sellsProduct } from '../master-data/selling-members.ts';

/** SQL expressions of the numbers of a move. */
export interface MoveInSql {
  readonly before: string;
  readonly quantity: string;
  readonly sold: string;
  readonly soldByShop: string;
}

export function quantityBySalesSql({ before, quantity, sold }: MoveInSql): string {
  return `least(greatest(${before}, ${quantity}),
    greatest(${before} - ${sold}, CASE WHEN ${quantity} < ${before} THEN ${quantity} ELSE 0 END))`;
}

export function quantityByOwnSalesSql({ before, quantity, soldByShop }: MoveInSql): string {
  return `greatest(${before} - ${soldByShop}, CASE WHEN ${quantity} < ${before} THEN ${quantity} ELSE 0 END)`;
}

/**
 * @param move its quantities are bigint: four times the largest quantity is more than an integer holds
 * @param heldFor expression of the cause for which the product is withheld already, or null
 */
export function suspicionSql(move: MoveInSql, heldFor: string): string {
  const { before, quantity } = move;
  const bySales = quantityBySalesSql(move);
  const byOwnSales = quantityByOwnSalesSql(move);
  return `CASE
    WHEN ${before} IS NULL THEN NULL
    WHEN ${bySales} > 0 AND ${quantity} * ${SUSPECT_FACTOR} <= ${bySales}
      THEN CASE WHEN ${heldFor} = 'SELL_OUT' THEN 'SELL_OUT' ELSE 'COLLAPSE' END
    WHEN ${quantity} > greatest(${before}, ${bySales}) * ${SUSPECT_FACTOR} THEN 'SURGE'
    WHEN ${byOwnSales} > 0 AND ${quantity} * ${SUSPECT_FACTOR} <= ${byOwnSales} THEN 'SELL_OUT' END`;
}

/**
 * Whether the quantity has moved so far that the move may be suspect, whatever was sold. Null and false: it is not. Sales explain a part of
 * a move and never add to it: by sales, a product is left with the larger of its two quantities at most. A property test proves it.
 */
export function isStrikingSql({ before, quantity }: Pick<MoveInSql, 'before' | 'quantity'>): string {
  return `(${before} > 0 AND ${quantity} * ${SUSPECT_FACTOR} <= ${before}) OR ${quantity} > ${before} * ${SUSPECT_FACTOR}`;
}

export function risenUnitsSql(move: MoveInSql): string {
  return `CASE WHEN ${move.before} IS NULL THEN 0
    ELSE greatest(0, ${move.quantity} - greatest(${move.before}, ${quantityBySalesSql(move)})) END`;
}

/**
 * A common table expression `sold(product_id, units)`: what orders and sales took of the products of `striking` between the
 * snapshot of `base` and now, where the group sells. It needs `base`, `place` and `striking` before it, and reads by the indexes
 * sale_log_by_txid and product_facility_pkey.
 */
export const SOLD_CTE = `
  sold AS MATERIALIZED (
    SELECT taken.product_id, sum(taken.units) AS units
    FROM (
      SELECT product_id, facility_id, sum(units) AS units FROM sale_log AS log
      WHERE log.txid >= (SELECT pg_snapshot_xmin(snapshot) FROM base)
        AND NOT pg_visible_in_snapshot(log.txid, (SELECT snapshot FROM base))
        -- By a hash, however few the planner expects: a join might compare each row of the log with each product.
        AND (product_id IN (SELECT product_id FROM striking)) IS TRUE
      GROUP BY product_id, facility_id
    ) AS taken
    LEFT JOIN place USING (facility_id)
    LEFT JOIN LATERAL (
      SELECT allow_brokering FROM product_facility
      WHERE product_id = taken.product_id AND facility_id = taken.facility_id OFFSET 0
    ) AS level ON true
    WHERE taken.facility_id IS NULL OR ${sellsProduct('place.sells')}
    GROUP BY taken.product_id
  )`;
