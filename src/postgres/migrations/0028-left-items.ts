import type { Knex } from 'knex';

/** Items of Shopify that a product has left: what we have put on sale there is remembered until it is known to be gone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE left_item (
      -- Cascading, because a worker of the release before removes shops, too, and does not know of it.
      shop_id           text NOT NULL REFERENCES shop ON DELETE CASCADE,
      location_id       text NOT NULL,
      inventory_item_id text NOT NULL,
      product_id        text NOT NULL,
      state             text NOT NULL CHECK (state IN ('WAITING', 'WITHHELD', 'DRAINING', 'ON_SALE')),
      left_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
      sequence          bigint,
      error_code        text,
      units             integer,
      PRIMARY KEY (shop_id, location_id, inventory_item_id)
    );
    COMMENT ON TABLE left_item IS
      'Items that a product of the shop has had and has no more, at a location: a row is gone when Shopify was seen to sell nothing of it there, or when a person says so.';
    COMMENT ON COLUMN left_item.product_id IS 'Whose quantity it shows.';
    COMMENT ON COLUMN left_item.state IS
      'WAITING: the next file of the shop comes with a drain of it. WITHHELD: too many at once, a person decides. DRAINING: a drain has it. ON_SALE: its drain was left out, or Shopify could not take it.';
    COMMENT ON COLUMN left_item.sequence IS 'The last drain that has it; null: none yet.';
    COMMENT ON COLUMN left_item.error_code IS 'Why Shopify could not take its zero; null: it was not asked, or could.';
    COMMENT ON COLUMN left_item.units IS 'Units on sale when its drain ended; null: not known.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON left_item
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');

    CREATE FUNCTION keep_left_items() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      still_there text := CASE TG_OP WHEN 'UPDATE' THEN 'EXISTS (SELECT FROM new_rows AS new
        WHERE new.shop_id = old.shop_id AND new.product_id = old.product_id
          AND new.inventory_item_id = old.inventory_item_id)' ELSE 'false' END;
    BEGIN
      EXECUTE format(
        'INSERT INTO left_item (shop_id, location_id, inventory_item_id, product_id, state)
         SELECT old.shop_id, shop.location_id, old.inventory_item_id, old.product_id, ''WAITING''
         FROM old_rows AS old JOIN shop USING (shop_id) WHERE NOT %s
         ORDER BY 1, 2, 3
         ON CONFLICT (shop_id, location_id, inventory_item_id) DO UPDATE SET product_id = excluded.product_id,
           state = excluded.state, left_at = excluded.left_at, sequence = NULL, error_code = NULL, units = NULL',
        still_there);
      RETURN NULL;
    END $$;
    CREATE TRIGGER keep_left_on_update AFTER UPDATE ON shop_product
      REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION keep_left_items();
    CREATE TRIGGER keep_left_on_delete AFTER DELETE ON shop_product REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION keep_left_items();

    -- What was left before. Of a product that is not mapped any more, a person has been told; so a person decides.
    INSERT INTO left_item (shop_id, location_id, inventory_item_id, product_id, state)
    SELECT DISTINCT ON (shop_id, had.location_id, had.inventory_item_id) shop_id, had.location_id,
      had.inventory_item_id, product_id, CASE WHEN mapped.product_id IS NULL THEN 'WITHHELD' ELSE 'WAITING' END
    FROM (
      SELECT shop_id, location_id, inventory_item_id, product_id
      FROM published_row JOIN upload_file USING (shop_id, sequence)
      UNION
      SELECT applied.shop_id, location_id, applied.inventory_item_id, product_id
      FROM applied_row AS applied
      JOIN upload_file AS pushed ON pushed.shop_id = applied.shop_id AND pushed.sequence = applied.pushed_sequence
      WHERE applied.last_known > 0
    ) AS had
    JOIN shop USING (shop_id, location_id)
    LEFT JOIN shop_product AS mapped USING (shop_id, product_id)
    WHERE NOT EXISTS (SELECT FROM shop_product AS now
      WHERE now.shop_id = had.shop_id AND now.inventory_item_id = had.inventory_item_id);
  `);
}
