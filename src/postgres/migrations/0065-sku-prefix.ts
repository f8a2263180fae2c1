import type { Knex } from 'knex';

/**
 * The index of SKUs in any case also finds those that begin with a text, whatever the language of the database orders by.
 * It takes a second or two for a million products; whoever adds one waits meanwhile.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX product_sku_in_any_case;
    CREATE INDEX product_sku_in_any_case ON product (lower(sku) text_pattern_ops);
  `);
}
