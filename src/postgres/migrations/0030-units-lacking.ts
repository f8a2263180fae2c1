import type { Knex } from 'knex';

/** A verification remembers of which products Shopify had too few units: mostly they were sold, and their orders come. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE applied_row ADD COLUMN lacked_since timestamptz;
    COMMENT ON COLUMN applied_row.lacked_since IS
      'Since when verifications have seen fewer units on Shopify than the last push has left, mostly because of sales; null: none has since the push.';
  `);
}
