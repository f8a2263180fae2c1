import type { Knex } from 'knex';

/**
 * A second variant with a product's SKU is a finding of its own: the product keeps the item that it had first. And a reading
 * of a catalogue is kept, so that it goes on after a worker that died.
 */
// Cascading, because a worker of the release before removes shops, too, and does not know of readings. Unlogged, because
// a catalogue can be read again: after a crash of the server both tables are empty.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE mapping_finding
      DROP CONSTRAINT mapping_finding_finding_check,
      ADD CONSTRAINT mapping_finding_finding_check
        CHECK (finding IN ('AMBIGUOUS', 'NAMESAKE', 'UNTRACKED', 'INACTIVE', 'SELLS_BELOW_ZERO'));
    COMMENT ON TABLE mapping_finding IS
      'AMBIGUOUS: several items carry the SKU, so none is mapped. NAMESAKE: several do, and the product keeps the one that it had first. UNTRACKED, INACTIVE: Shopify does not count it, or not at the location. SELLS_BELOW_ZERO: its inventoryPolicy is CONTINUE, so it sells whatever we write.';

    CREATE UNLOGGED TABLE catalogue_reading (
      shop_id     text PRIMARY KEY REFERENCES shop ON DELETE CASCADE,
      reading     text NOT NULL,
      location_id text NOT NULL,
      cursor      text,
      pages       integer NOT NULL DEFAULT 0,
      variants    integer NOT NULL DEFAULT 0,
      is_complete boolean NOT NULL DEFAULT false,
      result      jsonb
    );
    COMMENT ON TABLE catalogue_reading IS
      'The last reading of a shop''s catalogue, and how far it has come. Another one takes its place.';
    COMMENT ON COLUMN catalogue_reading.reading IS 'Made by who began it; a reader with another one has been replaced.';
    COMMENT ON COLUMN catalogue_reading.cursor IS 'Where Shopify goes on; null: at the start, or it is complete.';
    COMMENT ON COLUMN catalogue_reading.result IS 'What the matching has found, for whoever asks again; null: it was not matched.';

    CREATE UNLOGGED TABLE catalogue_variant (
      shop_id           text NOT NULL REFERENCES shop ON DELETE CASCADE,
      sku               text NOT NULL,
      inventory_item_id text NOT NULL,
      variant_id        text NOT NULL,
      tracked           boolean NOT NULL,
      level_active      boolean NOT NULL,
      sells_below_zero  boolean NOT NULL
    );
    CREATE INDEX catalogue_variant_shop ON catalogue_variant (shop_id);
    COMMENT ON TABLE catalogue_variant IS
      'Variants with a SKU that the reading has brought so far; gone when they are matched.';
  `);
  for (const table of ['catalogue_reading', 'catalogue_variant']) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
}
