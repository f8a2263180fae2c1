/**
 * A shop's order watermark: every sale that it made up to then is imported (decision 0022).
 *
 * Whoever sends the orders may state it. A shop for which nothing was stated has it inferred: an order is imported at the
 * latest its order lag after its sale, so whatever was sold so long before the newest order feed was written has come.
 * Feeds and statements that stop leave it where it is.
 */

/** In SQL, for the shop that the expression names, as a scalar; null: nothing is known of its orders. */
export function orderWatermarkSql(shop: string): string {
  return `(
    SELECT coalesce(orders.imported_until, orders.fed_until - marked.order_lag)
    FROM shop AS marked JOIN shop_orders AS orders USING (shop_id) WHERE marked.shop_id = ${shop})`;
}
