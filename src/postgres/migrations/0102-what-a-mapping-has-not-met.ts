import type { Knex } from 'knex';

/**
 * What the last mapping of a shop has not met is kept with it. To find it out anew takes a pass over all products for each shop: with two million
 * of them and a hundred shops, the watch did nothing else.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop ADD COLUMN not_on_shopify jsonb;
    COMMENT ON COLUMN shop.not_on_shopify IS
      'Products of which the last mapping has found no variant, and that were never published to the shop: {count, skus}, the first SKUs. Null: not known.';
  `);
}
