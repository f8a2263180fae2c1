import type { Knex } from 'knex';

/** A second variant with a product's SKU is a finding of its own: the product keeps the item that it had first. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE mapping_finding
      DROP CONSTRAINT mapping_finding_finding_check,
      ADD CONSTRAINT mapping_finding_finding_check
        CHECK (finding IN ('AMBIGUOUS', 'NAMESAKE', 'UNTRACKED', 'INACTIVE', 'SELLS_BELOW_ZERO'));
    COMMENT ON TABLE mapping_finding IS
      'AMBIGUOUS: several items carry the SKU, so none is mapped. NAMESAKE: several do, and the product keeps the one that it had first. UNTRACKED, INACTIVE: Shopify does not count it, or not at the location. SELLS_BELOW_ZERO: its inventoryPolicy is CONTINUE, so it sells whatever we write.';
  `);
}
