import type { Knex } from 'knex';

/**
 * A posting to the ledger inserts its level or changes it, so both triggers of the change log run for each, one of them without a row. That
 * one planned its statement anew each time; a statement that is always the same is planned once in a session.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE TRIGGER log_insert AFTER INSERT ON product_facility REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_change_in_place();
    COMMENT ON FUNCTION log_change_in_place IS
      'Logs the products of the rows that a statement has inserted, or changed without a change of their product.';
  `);
}
