import type { Knex } from 'knex';

/** What a held count says, as far as that is needed to know that a later one says it, too. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE held_level (
      import_id   bigint NOT NULL,
      product_id  text NOT NULL,
      facility_id text NOT NULL,
      PRIMARY KEY (import_id, product_id, facility_id)
    );
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON held_level
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE held_level IS 'Levels that a held count is about: a later count of all of them takes its place.';
  `);
}
