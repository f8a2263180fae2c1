/**
 * Items of Shopify that a product of the shop has had and has no more, and items at a location that the shop has left.
 * What we have put on sale there stays known until a read has shown that nothing of it is sold, or a person dismisses it.
 *
 * A row is written by a trigger of the mapping, which counts whoever changes that, and by what a drain could not do.
 */
import { LEFT_ITEMS_NAMED_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

/**
 * WAITING: the shop's next file comes with a drain of it. WITHHELD: too many were left at once, and a person decides.
 * DRAINING: a drain has it. ON_SALE: its drain was left out, or Shopify could not take it; a person decides.
 */
export type LeftItemState = 'WAITING' | 'WITHHELD' | 'DRAINING' | 'ON_SALE';

/** Items of one location and state. */
export interface LeftItems {
  readonly locationId: string;
  readonly state: LeftItemState;
  readonly items: number;
  /** Units on sale, as far as our last pushes tell. */
  readonly units: number;
  /** Of the products that had them: at most LEFT_ITEMS_NAMED_MAX. */
  readonly skus: readonly string[];
  /** The last drain that has some of them; null: none yet. */
  readonly sequence: number | null;
  /** ISO 8601: when the first of them was left. */
  readonly since: string;
}

/**
 * In SQL, of a row `item` of left_item and its `shop`: a product has it again, and the next file says what it shows. A shop
 * that is being closed gets no such file.
 */
const IS_MAPPED_AGAIN = `(shop.closing_since IS NULL AND item.location_id = shop.location_id AND EXISTS (
    SELECT FROM shop_product AS mapped
    WHERE mapped.shop_id = item.shop_id AND mapped.inventory_item_id = item.inventory_item_id))`;

/** In SQL, of a row `item` of left_item: no file has ever had it, so it shows what somebody else has set. */
const WAS_NEVER_FILLED = `(item.state = 'WAITING'
  AND NOT EXISTS (SELECT FROM published_row AS published
    WHERE published.shop_id = item.shop_id AND published.product_id = item.product_id
      AND published.inventory_item_id = item.inventory_item_id)
  AND NOT EXISTS (SELECT FROM applied_row AS applied
    WHERE applied.shop_id = item.shop_id AND applied.product_id = item.product_id
      AND applied.inventory_item_id = item.inventory_item_id))`;

/** In SQL, of a row `item` of left_item and its `shop`: it counts. By left_item_pkey and shop_product's keys. */
export const IS_LEFT = `NOT ${IS_MAPPED_AGAIN} AND NOT ${WAS_NEVER_FILLED}`;

/** What the shop has left, by location and state; none: []. */
export async function listLeftItems(database: Database, shopId: string): Promise<readonly LeftItems[]> {
  const rows = await database.query<Omit<LeftItems, 'since'> & { readonly since: Date }>(
    `SELECT item.location_id AS "locationId", item.state, count(*)::int AS items,
       coalesce(sum(coalesce(item.units, CASE WHEN applied.inventory_item_id = item.inventory_item_id
         THEN applied.last_known END)), 0)::int AS units,
       (array_agg(product.sku ORDER BY product.sku))[1:$2] AS skus, max(item.sequence) AS sequence,
       min(item.left_at) AS since
     FROM left_item AS item
     JOIN shop USING (shop_id)
     JOIN product USING (product_id)
     LEFT JOIN applied_row AS applied USING (shop_id, product_id)
     WHERE shop_id = $1 AND ${IS_LEFT}
     GROUP BY item.location_id, item.state ORDER BY 1, 2`,
    [shopId, LEFT_ITEMS_NAMED_MAX],
  );
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

/** Forgets what a product has again, and what no file has ever filled. */
export async function forgetReturned(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `DELETE FROM left_item AS item USING shop WHERE shop.shop_id = item.shop_id AND item.shop_id = $1
       AND item.state <> 'DRAINING' AND NOT (${IS_LEFT})`,
    [shopId],
  );
}

/**
 * In the transaction that closes a file. Of a drain: an item that was seen to sell nothing is forgotten, and one that
 * Shopify could not take stays on sale. An item that Shopify does not know, or does not stock at the location, is not sold
 * from there. Nor is one that is not tracked ours to end, unless we have put units of it on sale.
 */
export async function settleLeftItems(
  connection: Connection,
  shopId: string,
  sequence: number,
): Promise<void> {
  await keepOnSale(
    connection,
    shopId,
    sequence,
    `applied.sequence = $2 AND applied.outcome = 'QUARANTINED'
     AND applied.error_code NOT IN ('ITEM_NOT_FOUND', 'LEVEL_INACTIVE')
     AND ((applied.inventory_item_id = row.inventory_item_id AND applied.last_known > 0)
       OR (applied.observed > 0 AND applied.error_code <> 'ITEM_NOT_TRACKED'))`,
  );
  await forgetDrained(connection, shopId, sequence);
}

/** In the transaction in which a person leaves a file out. Of a drain: all that no read has shown at zero stays on sale. */
export async function keepSkippedOnSale(
  connection: Connection,
  shopId: string,
  sequence: number,
): Promise<void> {
  await keepOnSale(
    connection,
    shopId,
    sequence,
    `NOT coalesce(applied.sequence >= $2 AND applied.outcome = 'UNCHANGED', false)`,
  );
  await forgetDrained(connection, shopId, sequence);
}

/**
 * The shop leaves the location without a drain. Whatever we have put on sale there stays, and so do items that were left
 * and are not drained yet.
 */
export async function keepAllOnSale(session: Connection, shopId: string, locationId: string): Promise<void> {
  await forgetReturned(session, shopId);
  await session.query(
    `UPDATE left_item SET state = 'ON_SALE' WHERE shop_id = $1 AND location_id = $2 AND state <> 'DRAINING'`,
    [shopId, locationId],
  );
  await session.query(
    `INSERT INTO left_item AS item (shop_id, location_id, inventory_item_id, product_id, state, units)
     SELECT DISTINCT ON (applied.inventory_item_id) applied.shop_id, $2, applied.inventory_item_id, product_id, 'ON_SALE',
       last_known
     FROM applied_row AS applied
     JOIN upload_file AS pushed ON pushed.shop_id = applied.shop_id AND pushed.sequence = applied.pushed_sequence
     WHERE applied.shop_id = $1 AND applied.last_known > 0 AND pushed.location_id = $2
     ORDER BY applied.inventory_item_id, product_id
     ON CONFLICT DO NOTHING`,
    [shopId, locationId],
  );
}

/** By the primary keys of the file's rows, only of a drain. */
async function keepOnSale(
  connection: Connection,
  shopId: string,
  sequence: number,
  isOnSale: string,
): Promise<void> {
  await connection.query(
    `INSERT INTO left_item AS item (shop_id, location_id, inventory_item_id, product_id, state, sequence, error_code, units)
     SELECT row.shop_id, file.location_id, row.inventory_item_id, row.product_id, 'ON_SALE', row.sequence,
       CASE WHEN applied.sequence = row.sequence THEN applied.error_code END,
       greatest(CASE WHEN applied.inventory_item_id = row.inventory_item_id THEN applied.last_known END,
         CASE WHEN applied.sequence = row.sequence THEN applied.observed END)
     FROM upload_file AS file
     CROSS JOIN upload_file_rows($1, $2) AS row
     LEFT JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = row.product_id
     WHERE file.shop_id = $1 AND file.sequence = $2 AND file.kind = 'drain' AND (${isOnSale})
     ORDER BY row.inventory_item_id
     ON CONFLICT (shop_id, location_id, inventory_item_id) DO UPDATE SET state = excluded.state,
       sequence = excluded.sequence, error_code = excluded.error_code, units = excluded.units`,
    [shopId, sequence],
  );
}

async function forgetDrained(connection: Connection, shopId: string, sequence: number): Promise<void> {
  await connection.query(
    `DELETE FROM left_item WHERE shop_id = $1 AND sequence = $2 AND state = 'DRAINING'`,
    [shopId, sequence],
  );
}

export interface LeftItemKey {
  readonly locationId: string;
  readonly inventoryItemId: string;
}

/** Items about whose drain a person decides. */
export async function listUndecidedItems(
  database: Database,
  shopId: string,
): Promise<readonly LeftItemKey[]> {
  return database.query<LeftItemKey>(
    `SELECT item.location_id AS "locationId", item.inventory_item_id AS "inventoryItemId"
     FROM left_item AS item JOIN shop USING (shop_id)
     WHERE shop_id = $1 AND item.state IN ('WITHHELD', 'ON_SALE') AND ${IS_LEFT}`,
    [shopId],
  );
}

/** An item that was left, and whether it was at the location that the shop has now. */
export interface DismissedItem {
  readonly inventoryItemId: string;
  readonly isHere: boolean;
}

/** A person has looked at these, and nothing of ours is to be done about them. Left out: what was decided meanwhile. */
export async function dismissLeftItems(
  connection: Connection,
  shopId: string,
  items: readonly LeftItemKey[],
): Promise<readonly DismissedItem[]> {
  await forgetReturned(connection, shopId);
  const { rows } = await connection.query<DismissedItem>(
    `DELETE FROM left_item AS item USING shop, unnest($2::text[], $3::text[]) AS seen (location_id, inventory_item_id)
     WHERE shop.shop_id = item.shop_id AND item.shop_id = $1 AND item.state IN ('WITHHELD', 'ON_SALE')
       AND item.location_id = seen.location_id AND item.inventory_item_id = seen.inventory_item_id
     RETURNING item.inventory_item_id AS "inventoryItemId", item.location_id = shop.location_id AS "isHere"`,
    [shopId, items.map(({ locationId }) => locationId), items.map(({ inventoryItemId }) => inventoryItemId)],
  );
  return rows;
}
