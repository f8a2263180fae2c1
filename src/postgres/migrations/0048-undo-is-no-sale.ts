import type { Knex } from 'knex';

/** An undo takes back what an import has posted: whatever it lowers, nobody has sold it. */
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
      GROUP BY product_id, facility_id HAVING sum(units) <> 0;
      RETURN NULL;
    END $$;
  `);
}
