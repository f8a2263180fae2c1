/** Products that lose their item with a mapping: when they are too many, they keep it until a person has approved. */
import { isUnmappingHeld } from '../../domain/unmapping.ts';
import type { Connection } from '../database.ts';

/**
 * Looks into `matched` for the products that are mapped and would not be any more. When they are too many, they are held, and
 * so are those that would get another item: `matched` then has each with the item that it has, which no other product gets
 * meanwhile. Products that are new still meet their variants.
 *
 * @param isApproved a person lets those go that the mapping before has held; others that have joined them are judged anew
 */
export async function holdUnmapping(session: Connection, shopId: string, isApproved: boolean): Promise<void> {
  await session.query(
    'CREATE TEMPORARY TABLE leaving (product_id text, inventory_item_id text, variant_id text) ON COMMIT DROP',
  );
  await session.query(
    `INSERT INTO leaving
     SELECT product_id, inventory_item_id, variant_id FROM shop_product AS mapped
     WHERE shop_id = $1
       AND NOT EXISTS (SELECT FROM matched WHERE is_unique AND matched.product_id = mapped.product_id)`,
    [shopId],
  );
  if (isApproved) {
    await session.query(
      `DELETE FROM leaving USING mapping_finding AS held
       WHERE held.shop_id = $1 AND held.product_id = leaving.product_id AND held.finding = 'LEAVING'`,
      [shopId],
    );
  }
  const { rows } = await session.query<{ leaving: number; mapped: number; limitPercent: number }>(
    `SELECT (SELECT count(*) FROM leaving) AS leaving, unmap_limit_percent AS "limitPercent",
       (SELECT count(*) FROM shop_product WHERE shop_id = $1) AS mapped
     FROM shop WHERE shop_id = $1`,
    [shopId],
  );
  if (!rows[0] || !isUnmappingHeld(rows[0])) return;
  await session.query(
    `INSERT INTO leaving
     SELECT product_id, mapped.inventory_item_id, mapped.variant_id
     FROM shop_product AS mapped JOIN matched USING (product_id)
     WHERE shop_id = $1 AND is_unique AND mapped.inventory_item_id <> matched.inventory_item_id`,
    [shopId],
  );
  await session.query(`
    DELETE FROM matched USING leaving WHERE matched.product_id = leaving.product_id;
    UPDATE matched SET is_unique = false FROM leaving
      WHERE is_unique AND matched.inventory_item_id = leaving.inventory_item_id;
    INSERT INTO matched (product_id, inventory_item_id, variant_id, is_unique, is_held)
      SELECT product_id, inventory_item_id, variant_id, true, true FROM leaving`);
}
