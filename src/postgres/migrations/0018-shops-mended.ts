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
  `);
}
