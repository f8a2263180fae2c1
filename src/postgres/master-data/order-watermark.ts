/**
 * A shop's order watermark: every sale that it made up to then is imported (decision 0022).
 *
 * Whoever sends the orders may state it. A shop for which nothing was stated has it inferred: an order is imported at the
 * latest its order lag after its sale, so whatever was sold so long before the newest order feed was written has come.
 * Feeds and statements that stop leave it where it is.
 *
 * A time that lies ahead was recorded before the clock was set back. Of a feed it counts as now, until the next feed corrects
 * it. A statement says in its place that all has come, so nothing is known until the next one.
 */

/** In SQL, for the shop that the expression names, as a scalar; null: nothing is known of its orders. */
export function orderWatermarkSql(shop: string): string {
  return `(
    SELECT CASE WHEN orders.imported_until IS NULL THEN least(orders.fed_until, now()) - marked.order_lag
      WHEN orders.imported_until <= now() THEN orders.imported_until END
    FROM shop AS marked JOIN shop_orders AS orders USING (shop_id) WHERE marked.shop_id = ${shop})`;
}
