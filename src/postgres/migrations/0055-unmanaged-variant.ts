import type { Knex } from 'knex';

/** Variants of a shop that no product is mapped to are remembered, with the units that a verification has seen of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE unmanaged_variant (
      -- Cascading, because a worker of the release before removes shops, too, and does not know of it.
      shop_id           text NOT NULL REFERENCES shop ON DELETE CASCADE,
      inventory_item_id text NOT NULL,
      sku               text,
      units             integer,
      units_since       timestamptz,
      read_at           timestamptz,
      read_by           text,
      dismissed_at      timestamptz,
      PRIMARY KEY (shop_id, inventory_item_id)
    );
    CREATE INDEX unmanaged_variant_next ON unmanaged_variant (shop_id, read_at NULLS FIRST, inventory_item_id);
    CREATE INDEX unmanaged_variant_told ON unmanaged_variant (shop_id) WHERE units > 0 AND dismissed_at IS NULL;
    COMMENT ON TABLE unmanaged_variant IS
      'Inventory items that Shopify tracks and stocks at the shop''s location, and that no product is mapped to, as of the last mapping.';
    COMMENT ON COLUMN unmanaged_variant.sku IS 'Null: the variant has none.';
    COMMENT ON COLUMN unmanaged_variant.units IS 'For sale when a verification has read it last; null: none has.';
    COMMENT ON COLUMN unmanaged_variant.units_since IS 'When the first verification of now has seen units; null: there are none.';
    COMMENT ON COLUMN unmanaged_variant.read_by IS 'The run of the verification that has read it last: a later attempt reads it no more.';
    COMMENT ON COLUMN unmanaged_variant.dismissed_at IS 'When a person has said that somebody else looks after it; null: nobody has.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON unmanaged_variant
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');

    -- A variant without a SKU may have units, too.
    ALTER TABLE catalogue_variant ALTER COLUMN sku DROP NOT NULL;
    COMMENT ON TABLE catalogue_variant IS
      'Variants that the reading has brought so far; gone when they are matched.';
  `);
}
