import type { Knex } from 'knex';

/**
 * What the last reading of a shop's catalogue found: why Online ATP cannot arrive at a product, or has no effect
 * there. Apart from shop_product, whose changes are changes of Online ATP and end up in the next file.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE mapping_finding (
      shop_id    text NOT NULL REFERENCES shop,
      product_id text NOT NULL REFERENCES product,
      finding    text NOT NULL CHECK (finding IN ('AMBIGUOUS', 'UNTRACKED', 'INACTIVE', 'SELLS_BELOW_ZERO')),
      PRIMARY KEY (shop_id, product_id, finding)
    );
    COMMENT ON TABLE mapping_finding IS
      'AMBIGUOUS: several items carry the SKU, so none is mapped. UNTRACKED, INACTIVE: Shopify does not count it, or not at the location. SELLS_BELOW_ZERO: its inventoryPolicy is CONTINUE, so it sells whatever we write.';

    ALTER TABLE shop ADD COLUMN mapped_at timestamptz;
    COMMENT ON COLUMN shop.mapped_at IS 'When its catalogue was read last; null: never.';
  `);
}
