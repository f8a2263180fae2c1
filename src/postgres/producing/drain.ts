/**
 * A drain: a numbered file that sends to zero, at a location, whatever was published there, or what products of the shop
 * have left there. It goes through the lane like every other file, so all that was made before is applied before it, and
 * all that is made later waits until it is done. Its rows are settled only by a read that shows zero
 * (lane/chunk-ledger.ts).
 */
import { AtpError } from '../../domain/errors.ts';
import type { UploadFileState } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { forgetReturned, type LeftItemState } from '../lane/left-items.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import type { Baseline } from '../planning/snapshot-chain.ts';
import type { KnownOrigin } from './shop-origin.ts';

/**
 * The number of the file, of the last one where there are two, and the rows of all. Null: nothing was ever published, so
 * there is nothing to send to zero.
 */
export type Drain = { readonly sequence: number; readonly rows: number } | null;

/** A drain of a location, by the number that it gets. */
export interface NumberedDrain {
  readonly shopId: string;
  readonly locationId: string;
  readonly sequence: number;
  /** Of the file that is made with it and follows it: the order of numbers is that of snapshots. Absent: it is made alone. */
  readonly baseline?: Baseline;
}

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
  WHERE EXISTS (SELECT FROM published_row WHERE shop_id = $1)
  ORDER BY inventory_item_id, is_mapped DESC, product_id`;

/** What the drain $2 has taken of left_item. */
const TAKEN = `
  SELECT product_id, inventory_item_id FROM left_item
  WHERE shop_id = $1 AND location_id = $3 AND sequence = $2 AND state = 'DRAINING'`;

/**
 * In a transaction that holds the shop's producer lock, and before the shop gets another location. What products have left
 * comes in a file of its own, because what is known of a row is known by its product; and last, so that of such a product
 * the item that we have filled is remembered, should Shopify not take its zero.
 */
export async function registerDrain(
  session: Connection,
  shopId: string,
  { nextSequence }: KnownOrigin,
): Promise<Drain> {
  const locationId = await readLocationId(session, shopId);
  await forgetReturned(session, shopId);
  const drain = await numberDrain(session, { shopId, locationId, sequence: nextSequence }, DRAINED);
  if (drain === null) return null;
  // An item of a product that is not mapped any more is in it already.
  await session.query(
    `UPDATE left_item AS item SET state = 'DRAINING', sequence = $3, error_code = NULL
     FROM upload_file_rows($1, $3) AS row
     WHERE item.shop_id = $1 AND item.location_id = $2
       AND item.inventory_item_id = row.inventory_item_id`,
    [shopId, locationId, drain.sequence],
  );
  const left = await drainLeft(session, { shopId, locationId, sequence: drain.sequence + 1 }, [
    'WAITING',
    'WITHHELD',
    'ON_SALE',
  ]);
  return left ? { ...left, rows: drain.rows + left.rows } : drain;
}

/** The shop's location of now. Throws SHOP_UNKNOWN. */
export async function readLocationId(session: Connection, shopId: string): Promise<string> {
  const { rows } = await session.query<{ locationId: string }>(
    'SELECT location_id AS "locationId" FROM shop WHERE shop_id = $1',
    [shopId],
  );
  if (!rows[0]) throw new AtpError('SHOP_UNKNOWN', { shopId });
  return rows[0].locationId;
}

/**
 * Numbers a drain of what products have left at the location: of each product one item, so another one of it is for the
 * next drain. Null: there is none in these states.
 */
export async function drainLeft(
  session: Connection,
  file: NumberedDrain,
  states: readonly LeftItemState[],
): Promise<Drain> {
  const { rowCount } = await session.query(
    `UPDATE left_item AS item SET state = 'DRAINING', sequence = $3, error_code = NULL
     FROM (
       SELECT DISTINCT ON (product_id) inventory_item_id FROM left_item
       WHERE shop_id = $1 AND location_id = $2 AND state = ANY($4) ORDER BY product_id, left_at, inventory_item_id
     ) AS first
     WHERE item.shop_id = $1 AND item.location_id = $2 AND item.inventory_item_id = first.inventory_item_id`,
    [file.shopId, file.locationId, file.sequence, states],
  );
  return rowCount === 0 ? null : numberDrain(session, file, TAKEN);
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

/** @param items SQL of products and their items, of the shop $1, the file $2 and the location $3 */
async function numberDrain(
  session: Connection,
  { shopId, locationId, sequence, baseline }: NumberedDrain,
  items: string,
): Promise<Drain> {
  const file = [shopId, sequence, locationId];
  // The file first: units of orders that are imported while its rows are written are then later than its time, and keep
  // more back, never less.
  const { rowCount: opened } = await session.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until)
     SELECT shop_id, $2, 'drain', 'WRITING', 'drain ' || gen_random_uuid(), facility_group_id,
       $3, restore_generation, coalesce($4::pg_snapshot, pg_current_snapshot()), coalesce($5::timestamptz, clock_timestamp()),
       ${orderWatermarkSql('$1')}
     FROM shop WHERE shop_id = $1 AND EXISTS (${items})`,
    [...file, baseline?.snapshot, baseline?.effectiveAt],
  );
  if (opened === 0) return null;
  const { rowCount } = await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, row_number() OVER (ORDER BY product_id COLLATE "C") - 1, product_id, sku, inventory_item_id, 0,
       coalesce(units, 0)
     FROM (${items}) AS drained
     JOIN product USING (product_id)
     LEFT JOIN (SELECT product_id, units FROM shop_imported_units WHERE shop_id = $1) AS imported USING (product_id)
     WHERE $3::text IS NOT NULL`,
    file,
  );
  const rows = rowCount ?? 0;
  await session.query(
    'UPDATE upload_file SET row_count = $3, to_zero_count = $3 WHERE shop_id = $1 AND sequence = $2',
    [shopId, sequence, rows],
  );
  return { sequence, rows };
}
