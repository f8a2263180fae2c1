import type { Knex } from 'knex';

/** Since when feeds of a source are expected, and what lies in incoming/ and is read by nobody. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_source ADD COLUMN expected_since timestamptz;
    COMMENT ON COLUMN feed_source.expected_since IS
      'When it was said how often its feeds are to come: before, none was missing. Null: it was not said.';

    CREATE TABLE untaken_file (
      path       text PRIMARY KEY,
      seen_since timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE untaken_file IS 'What lies in incoming/ and is read by nobody, as the last run of the import saw it; the first ones.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON untaken_file
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
