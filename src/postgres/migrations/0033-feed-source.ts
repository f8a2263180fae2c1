import type { Knex } from 'knex';

/** How a sender writes, where that cannot be recognised. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE feed_source (
      source   text PRIMARY KEY,
      settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
      added_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON COLUMN feed_source.source IS 'The folder below incoming/ in which its feeds come in; "incoming" is that folder itself.';
    COMMENT ON COLUMN feed_source.settings IS 'What was said of how it writes. What is absent is recognised, or has its default.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON feed_source
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
