import type { Knex } from 'knex';

/** Finds the product that a SKU in other letters may mean: nobody can list the spellings of one in mixed case. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX product_sku_in_any_case ON product (lower(sku))');
}
