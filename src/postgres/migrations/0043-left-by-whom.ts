import type { Knex } from 'knex';

/**
 * An item that goes from a product to another one, and then to none, before a file was made for the second: it still shows
 * the quantity of the first. So the first stays remembered as the one whose quantity it shows.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION keep_left_items() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      still_there text := CASE TG_OP WHEN 'UPDATE' THEN 'EXISTS (SELECT FROM new_rows AS new
        WHERE new.shop_id = old.shop_id AND new.product_id = old.product_id
          AND new.inventory_item_id = old.inventory_item_id)' ELSE 'false' END;
    BEGIN
      EXECUTE format(
        'INSERT INTO left_item AS item (shop_id, location_id, inventory_item_id, product_id, state)
         SELECT old.shop_id, shop.location_id, old.inventory_item_id, old.product_id, ''WAITING''
         FROM old_rows AS old JOIN shop USING (shop_id) WHERE NOT %s
         ORDER BY 1, 2, 3
         ON CONFLICT (shop_id, location_id, inventory_item_id) DO UPDATE SET
           product_id = CASE WHEN EXISTS (SELECT FROM published_row AS published
               WHERE published.shop_id = excluded.shop_id AND published.product_id = excluded.product_id
                 AND published.inventory_item_id = excluded.inventory_item_id)
             OR EXISTS (SELECT FROM applied_row AS applied
               WHERE applied.shop_id = excluded.shop_id AND applied.product_id = excluded.product_id
                 AND applied.inventory_item_id = excluded.inventory_item_id)
             THEN excluded.product_id ELSE item.product_id END,
           state = excluded.state, left_at = excluded.left_at, sequence = NULL, error_code = NULL, units = NULL',
        still_there);
      RETURN NULL;
    END $$;
  `);
}
