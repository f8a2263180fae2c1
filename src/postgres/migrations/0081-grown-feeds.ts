import type { Knex } from 'knex';

/** Of a feed that grew after it was imported, which import has told its first rows. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE import_file ADD COLUMN grown_from text;
    COMMENT ON COLUMN import_file.grown_from IS
      'The import of what the feed was before it grew, by its sha256: what that one has told is not told again. Null: it has not grown.';
    CREATE INDEX import_file_grown ON import_file (grown_from) WHERE grown_from IS NOT NULL;
  `);
}
