import type { Knex } from 'knex';

/**
 * The same logs, from fewer rows. Postings that are no sale, such as those of a count, are left out before they are added up. And
 * a level stays where it is, so its product before a change is its product after it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION log_sales_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO sale_log (product_id, facility_id, units)
      SELECT product_id, facility_id, sum(units) FROM (
        SELECT product_id, facility_id, reserved_diff::bigint + CASE
          WHEN reason_enum_id = 'ORDER_SHIPPED' THEN -quantity_on_hand_diff::bigint
          WHEN reason_enum_id IN ('VAR_EXT_RESET', 'IMPORT_UNDONE') THEN 0
          ELSE greatest(0, -quantity_on_hand_diff::bigint) END AS units
        FROM posted
      ) AS posting
      WHERE units <> 0
      GROUP BY product_id, facility_id HAVING sum(units) <> 0;
      RETURN NULL;
    END $$;

    CREATE FUNCTION log_change_in_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO change_log (product_id) SELECT DISTINCT product_id FROM new_rows;
      RETURN NULL;
    END $$;
    DROP TRIGGER log_update ON product_facility;
    CREATE TRIGGER log_update AFTER UPDATE ON product_facility REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_place();
  `);
}
