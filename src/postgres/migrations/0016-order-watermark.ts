import type { Knex } from 'knex';

/** What an order line has taken from Shopify and not given back, in units. */
const UNITS_SOLD = `(CASE WHEN status_id = 'ITEM_CANCELLED' THEN 0 ELSE greatest(0, quantity - cancel_quantity) END)`;

/** A shop's orders are complete up to what their sender states, or else by its own order lag: no date of an order tells. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop ADD COLUMN order_lag interval NOT NULL DEFAULT '6 hours'
      CHECK (order_lag BETWEEN '1 minute' AND '14 days');
    COMMENT ON COLUMN shop.order_lag IS 'So long after its sale an order is imported at the latest.';

    ALTER TABLE shop_orders ALTER COLUMN imported_until DROP NOT NULL, ADD COLUMN fed_until timestamptz;
    COMMENT ON COLUMN shop_orders.imported_until IS
      'Stated by whoever sends the orders: every sale of the shop up to then is imported. Null: nothing was stated, and it is inferred from fed_until.';
    COMMENT ON COLUMN shop_orders.fed_until IS
      'When the newest feed of orders was written that is imported, of whichever shop. Null: none since this release.';
    -- Until now both were the date of the newest order. That says nothing of older ones, so units stay kept back until
    -- the next feed of orders.
    UPDATE shop_orders SET imported_until = NULL;
    UPDATE upload_file SET orders_imported_until = NULL
      WHERE state NOT IN ('APPLIED', 'PARTIAL', 'SKIPPED', 'SUPERSEDED');
    COMMENT ON COLUMN upload_file.orders_imported_until IS
      'The shop''s order watermark in its snapshot: a drop on Shopify that was seen before it is no unseen sale.';

    CREATE OR REPLACE FUNCTION count_imported_units() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- In key order, so that two imports cannot wait for each other in a circle.
      IF TG_OP = 'INSERT' THEN
        INSERT INTO shop_imported_units AS counted (shop_id, product_id, units)
        SELECT shop_id, product_id, sum(${UNITS_SOLD}) FROM new_rows
        WHERE shop_id IS NOT NULL GROUP BY shop_id, product_id ORDER BY shop_id, product_id
        ON CONFLICT (shop_id, product_id) DO UPDATE SET units = counted.units + excluded.units;
      ELSE
        INSERT INTO shop_imported_units AS counted (shop_id, product_id, units)
        SELECT shop_id, product_id, sum(units) FROM (
          SELECT shop_id, product_id, ${UNITS_SOLD} AS units FROM new_rows
          UNION ALL
          SELECT shop_id, product_id, -${UNITS_SOLD} FROM old_rows
        ) AS line
        WHERE shop_id IS NOT NULL
        GROUP BY shop_id, product_id HAVING sum(units) <> 0 ORDER BY shop_id, product_id
        ON CONFLICT (shop_id, product_id) DO UPDATE SET units = counted.units + excluded.units;
      END IF;
      RETURN NULL;
    END $$;
  `);
}
