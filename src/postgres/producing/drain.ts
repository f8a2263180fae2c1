/**
 * A drain: a numbered file that sends to zero, at the shop's location of now, whatever was published there. It goes
 * through the lane like every other file, so all that was made before is applied before it, and all that is made later
 * waits until it is done. Its rows are settled only by a read that shows zero (lane/chunk-ledger.ts).
 */
import type { Connection } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import type { KnownOrigin } from './shop-origin.ts';

/** The number of the file; null: nothing was ever published, so there is nothing to send to zero. */
export type Drain = { readonly sequence: number; readonly rows: number } | null;

/**
 * Mapped products, and those that were published and have lost their mapping since: Shopify still sells what it got of
 * them. An item is in it once, as the product that it is mapped to.
 */
const DRAINED = `
  SELECT DISTINCT ON (inventory_item_id) product_id, inventory_item_id
  FROM (
    SELECT product_id, inventory_item_id, true AS is_mapped FROM shop_product WHERE shop_id = $1
    UNION ALL
    SELECT product_id, inventory_item_id, false FROM published_row AS published
    WHERE shop_id = $1 AND NOT EXISTS (SELECT FROM shop_product AS mapped
      WHERE mapped.shop_id = $1 AND mapped.product_id = published.product_id)
  ) AS sent
  ORDER BY inventory_item_id, is_mapped DESC, product_id`;

/** In a transaction that holds the shop's producer lock, and before the shop gets another location. */
export async function registerDrain(
  session: Connection,
  shopId: string,
  { nextSequence }: KnownOrigin,
): Promise<Drain> {
  // The file first: units of orders that are imported while its rows are written are then later than its time, and keep
  // more back, never less.
  const { rows: opened } = await session.query<{ sequence: number }>(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until)
     SELECT shop_id, $2, 'drain', 'WRITING', 'drain ' || gen_random_uuid(), facility_group_id,
       location_id, restore_generation, pg_current_snapshot(), clock_timestamp(),
       ${orderWatermarkSql('$1')}
     FROM shop WHERE shop_id = $1 AND EXISTS (SELECT FROM published_row WHERE shop_id = $1)
     RETURNING sequence`,
    [shopId, nextSequence],
  );
  const sequence = opened[0]?.sequence;
  if (sequence === undefined) return null;
  const { rowCount } = await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, row_number() OVER (ORDER BY product_id COLLATE "C") - 1, product_id, sku, inventory_item_id, 0,
       coalesce(units, 0)
     FROM (${DRAINED}) AS drained
     JOIN product USING (product_id)
     LEFT JOIN (SELECT product_id, units FROM shop_imported_units WHERE shop_id = $1) AS imported USING (product_id)`,
    [shopId, sequence],
  );
  const rows = rowCount ?? 0;
  await session.query(
    'UPDATE upload_file SET row_count = $3, to_zero_count = $3 WHERE shop_id = $1 AND sequence = $2',
    [shopId, sequence, rows],
  );
  return { sequence, rows };
}
