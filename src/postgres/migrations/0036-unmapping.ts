import type { Knex } from 'knex';

/**
 * Too many products that lose their variant at once wait for a person, and keep their item meanwhile. And a shop says how
 * SKUs are compared.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop ADD COLUMN unmap_limit_percent integer NOT NULL DEFAULT 20
      CHECK (unmap_limit_percent BETWEEN 0 AND 100);
    COMMENT ON COLUMN shop.unmap_limit_percent IS
      'Share of its mapped products that one mapping may unmap; more of them are held until a person approves.';
    ALTER TABLE shop ADD COLUMN sku_match text NOT NULL DEFAULT 'exact' CHECK (sku_match IN ('exact', 'loose'));
    COMMENT ON COLUMN shop.sku_match IS
      'loose: where no item has a product''s SKU as it is, case, blanks around it and the leading zeros of a number do not matter.';
    ALTER TABLE mapping_finding
      DROP CONSTRAINT mapping_finding_finding_check,
      ADD CONSTRAINT mapping_finding_finding_check
        CHECK (finding IN ('AMBIGUOUS', 'NAMESAKE', 'LEAVING', 'NEARLY', 'UNTRACKED', 'INACTIVE', 'SELLS_BELOW_ZERO'));
    COMMENT ON TABLE mapping_finding IS
      'AMBIGUOUS: several items carry the SKU, so none is mapped. NAMESAKE: several do, and the product keeps the one that it had first. LEAVING: its item has lost the SKU, with those of too many others, so a person decides whether it is unmapped. NEARLY: not mapped, and one item has its SKU but for case, blanks or leading zeros. UNTRACKED, INACTIVE: Shopify does not count it, or not at the location. SELLS_BELOW_ZERO: its inventoryPolicy is CONTINUE, so it sells whatever we write.';
  `);
}
