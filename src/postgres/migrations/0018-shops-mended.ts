import type { Knex } from 'knex';

/** Shops can be changed and removed without losing what was promised. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE removed_shop (
      shop_id    text PRIMARY KEY,
      domain     text NOT NULL,
      removed_at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE removed_shop IS
      'Shops that were removed: orders with their id are imported without a shop, since they still claim stock.';

    ALTER TABLE import_file ADD COLUMN warnings jsonb;
    COMMENT ON COLUMN import_file.warnings IS
      'Rows that were taken, though something of them was not known: [{"code", "rows"}, …]; null: none.';
    CREATE INDEX import_file_with_warnings ON import_file (imported_at) WHERE warnings IS NOT NULL;

    ALTER TABLE upload_file
      DROP CONSTRAINT upload_file_kind_check,
      ADD CONSTRAINT upload_file_kind_check CHECK (kind IN ('hard-sync', 'recent-changes', 'drain'));

    ALTER TABLE shop
      ADD COLUMN refill_due boolean NOT NULL DEFAULT false,
      ADD COLUMN closing_since timestamptz;
    COMMENT ON COLUMN shop.refill_due IS
      'Its location or group was changed: the next file has every product, whichever job makes it, and no guard judges it.';
    COMMENT ON COLUMN shop.closing_since IS
      'From then on no file is made for it: it is emptied, to be removed. Null: it sells.';
  `);
}
