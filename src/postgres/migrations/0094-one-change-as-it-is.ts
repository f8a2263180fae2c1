import type { Knex } from 'knex';

/** Of one level that has changed, there is nothing to make distinct: its product is logged as it is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION log_change_in_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) AS changed) = 1 THEN
        INSERT INTO change_log (product_id) SELECT product_id FROM new_rows;
      ELSE
        INSERT INTO change_log (product_id) SELECT DISTINCT product_id FROM new_rows;
      END IF;
      RETURN NULL;
    END $$;
  `);
}
