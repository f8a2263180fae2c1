/**
 * A drain: a numbered file that sends to zero, at the shop's location of now, whatever was published there. It goes
 * through the lane like every other file, so all that was made before is applied before it, and all that is made later
 * waits until it is done. Its rows are settled only by a read that shows zero (lane/chunk-ledger.ts).
 */
import type { UploadFileState } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import type { KnownOrigin } from './shop-origin.ts';

/**
 * The number of the file, of the last one where there are two, and the rows of all. Null: nothing was ever published, so
 * there is nothing to send to zero.
 */
export type Drain = { readonly sequence: number; readonly rows: number } | null;

/** One of the files of a drain. */
export interface DrainFile {
  readonly sequence: number;
  readonly state: UploadFileState;
  readonly rows: number;
}

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

/**
 * Items that a push has filled, and whose product is mapped to another item by now: Shopify still sells what it got. They
 * are rows of a file of their own, because what is known of a row is known by its product. Not an item that is mapped to
 * another product: that has it in its row. An item is in it once, whoever had it.
 */
const LEFT_BEHIND = `
  SELECT DISTINCT ON (item) product_id, item AS inventory_item_id
  FROM shop_product AS mapped
  JOIN published_row AS published USING (shop_id, product_id)
  LEFT JOIN applied_row AS applied USING (shop_id, product_id)
  CROSS JOIN LATERAL coalesce(applied.inventory_item_id, published.inventory_item_id) AS item
  WHERE shop_id = $1 AND item <> mapped.inventory_item_id AND NOT EXISTS (
    SELECT FROM shop_product AS other WHERE other.shop_id = $1 AND other.inventory_item_id = item)
  ORDER BY item, product_id`;

/**
 * In a transaction that holds the shop's producer lock, and before the shop gets another location. What was left behind
 * comes last, so that of such a product the item that we have filled is remembered, should Shopify not take its zero.
 */
export async function registerDrain(
  session: Connection,
  shopId: string,
  { nextSequence }: KnownOrigin,
): Promise<Drain> {
  const drain = await numberDrain(session, shopId, nextSequence, DRAINED);
  if (drain === null) return null;
  const leftBehind = await numberDrain(session, shopId, drain.sequence + 1, LEFT_BEHIND);
  return leftBehind ? { ...leftBehind, rows: drain.rows + leftBehind.rows } : drain;
}

/** The files of the newest drain since the shop is being closed, in their order: one transaction numbers them all. */
export async function listDrainFiles(session: Connection, shopId: string): Promise<readonly DrainFile[]> {
  const { rows } = await session.query<DrainFile>(
    `SELECT sequence, state, row_count AS rows FROM upload_file AS file
     WHERE shop_id = $1 AND kind = 'drain' AND created_at = (
       SELECT max(newest.created_at) FROM upload_file AS newest JOIN shop USING (shop_id)
       WHERE shop_id = $1 AND newest.kind = 'drain' AND newest.created_at >= closing_since)
     ORDER BY sequence`,
    [shopId],
  );
  return rows;
}

/** Of all the files of a drain. */
export function summarizeDrain(files: readonly DrainFile[]): Drain {
  const last = files.at(-1);
  return last ? { sequence: last.sequence, rows: files.reduce((sum, { rows }) => sum + rows, 0) } : null;
}

async function numberDrain(
  session: Connection,
  shopId: string,
  sequence: number,
  items: string,
): Promise<Drain> {
  // The file first: units of orders that are imported while its rows are written are then later than its time, and keep
  // more back, never less.
  const { rowCount: opened } = await session.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until)
     SELECT shop_id, $2, 'drain', 'WRITING', 'drain ' || gen_random_uuid(), facility_group_id,
       location_id, restore_generation, pg_current_snapshot(), clock_timestamp(),
       ${orderWatermarkSql('$1')}
     FROM shop WHERE shop_id = $1 AND EXISTS (SELECT FROM published_row WHERE shop_id = $1)
       AND EXISTS (${items})`,
    [shopId, sequence],
  );
  if (opened === 0) return null;
  const { rowCount } = await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, row_number() OVER (ORDER BY product_id COLLATE "C") - 1, product_id, sku, inventory_item_id, 0,
       coalesce(units, 0)
     FROM (${items}) AS drained
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
