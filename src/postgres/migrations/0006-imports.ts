import type { Knex } from 'knex';

/** Feed files that came in: each content once, and each refused row with its reason. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE import_file (
      sha256        text PRIMARY KEY,
      file_name     text NOT NULL,
      feed_type     text NOT NULL,
      row_count     integer NOT NULL,
      applied_count integer NOT NULL,
      failed_count  integer NOT NULL,
      imported_at   timestamptz NOT NULL DEFAULT now(),
      filed_at      timestamptz
    );
    COMMENT ON COLUMN import_file.filed_at IS
      'When the file was moved out of incoming/; null = a run died in between, and the next one only has to move it.';

    CREATE TABLE import_file_error (
      sha256      text NOT NULL REFERENCES import_file,
      row_number  integer NOT NULL,
      column_name text NOT NULL,
      code        text NOT NULL,
      message     text NOT NULL,
      row_values  jsonb NOT NULL,
      PRIMARY KEY (sha256, row_number)
    );
    COMMENT ON COLUMN import_file_error.row_number IS 'Line of the feed: the header is line 1, the first row line 2.';
  `);
}
