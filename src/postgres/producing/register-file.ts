/** Makes planned rows a numbered file: immutable rows, WRITING until they are on SFTP. */
import { PACKED_ROWS_MIN, ROWS_PER_PACK } from '../../domain/limits.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import { passOver } from '../whole-pass.ts';
import { PLANNED } from '../planning/planned-rows.ts';
import { UNPACKED_RELEASE_WORKS } from '../worker-reports.ts';
import { IS_LET_THROUGH } from '../planning/withheld-rows.ts';
import type { Baseline } from '../planning/snapshot-chain.ts';
import type { KnownOrigin } from './shop-origin.ts';
import { findFileOfProducer, type UploadFile } from '../lane/upload-files.ts';

export interface FileToRegister {
  readonly shopId: string;
  readonly kind: UploadFileKind;
  readonly producerKey: string;
  readonly baseline: Baseline;
  readonly origin: KnownOrigin;
  /** When the oldest change was made that files carried which this transaction has superseded; null: there are none. */
  readonly oldestSuperseded: string | null;
}

/** In SQL, of a planned row: the file has it. A row that is withheld is in it when its sales have lowered it. */
const IS_TAKEN = '(NOT is_left_out AND (is_due OR file_quantity IS DISTINCT FROM quantity_before))';

/**
 * In SQL, of a planned row of shop $1: the file says less of it than the file before, and not 0. Of a Hard Sync, one of which the file
 * before has not come to Shopify counts as well: what Shopify shows may be more.
 */
function isFalling(kind: UploadFileKind): string {
  const isOnItsWay =
    kind === 'hard-sync'
      ? `sequence_before IN (SELECT sequence FROM upload_file WHERE shop_id = $1 AND state NOT IN ('APPLIED', 'PARTIAL'))`
      : 'false';
  return `(file_quantity > 0 AND (file_quantity < quantity_before OR ${isOnItsWay}))`;
}

/**
 * In SQL, of a planned row: its part of the file. The lane goes by position, so what would be sold too often comes first. Within a
 * part the order is that of the products' ids, by which one is found (product-pushes.ts).
 */
function partOf(kind: UploadFileKind): string {
  return `CASE WHEN file_quantity = 0 THEN 1 WHEN ${isFalling(kind)} THEN 2 ELSE 3 END`;
}

/**
 * In SQL, of a planned row that is taken: what is known to be published has to be written. A Hard Sync that says of a product what
 * a file before has brought to Shopify leaves it as it is, with that file's number (decision 0074).
 */
const IS_NEWLY_PUBLISHED = 'file_quantity IS DISTINCT FROM arrived_quantity';

/** In SQL, of planned rows: the oldest change that the file carries. What is withheld stays with the plan. */
const OLDEST_CHANGE = `min(CASE WHEN withheld_for IS NULL THEN least(changed_at, held_changed_at) ELSE changed_at END)`;

/** Takes the next number and writes the rows under it. Null: there are no such rows, and no number was taken. */
export async function registerFile(session: Connection, file: FileToRegister): Promise<UploadFile | null> {
  const { rows: opened } = await session.query<Opening>(
    `WITH planned AS MATERIALIZED (
       SELECT count(*) AS rows, count(*) FILTER (WHERE file_quantity = 0) AS zeros,
         count(*) FILTER (WHERE ${isFalling(file.kind)}) AS falling,
         count(*) FILTER (WHERE ${IS_NEWLY_PUBLISHED}) AS newly_published, bool_or(is_due) AS is_any_due,
         count(*) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'COLLAPSE') AS collapses,
         coalesce(sum(risen_units) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'SURGE'), 0) AS surges,
         count(*) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'SELL_OUT') AS sell_outs,
         count(*) FILTER (WHERE NOT is_approved AND file_quantity > 0)
           - count(*) FILTER (WHERE NOT is_approved AND quantity_before > 0) AS products_change,
         coalesce(sum(file_quantity::bigint - coalesce(quantity_before, 0)) FILTER (WHERE NOT is_approved), 0)
           AS units_change,
         ${OLDEST_CHANGE} AS oldest_change_at
       FROM ${PLANNED} WHERE ${IS_TAKEN}
     ), opened AS (
     INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until, row_count, to_zero_count, falling_count,
       collapse_count, surge_units, sell_out_count, stock_products_change, stock_units_change, oldest_change_at)
     SELECT shop.shop_id, $6, $2, 'WRITING', $3, shop.facility_group_id, shop.location_id, shop.restore_generation, $4, $5,
       ${orderWatermarkSql('$1')}, planned.rows, planned.zeros, planned.falling,
       planned.collapses, planned.surges, planned.sell_outs, planned.products_change, planned.units_change,
       -- A Hard Sync may have nothing new. A delta has: if nothing was logged, the clock has let units go just now.
       CASE WHEN $2 = 'hard-sync' THEN least(planned.oldest_change_at, $7::timestamptz)
         ELSE coalesce(planned.oldest_change_at, now()) END
     FROM shop, planned
     WHERE shop.shop_id = $1 AND planned.rows > 0
     RETURNING sequence
     ) SELECT opened.sequence, planned.newly_published::int AS "newlyPublished", planned.is_any_due AS "isAnyDue",
       $2 = 'hard-sync' AND planned.rows >= ${PACKED_ROWS_MIN} AND NOT ${UNPACKED_RELEASE_WORKS} AS "isPacked"
     FROM opened, planned`,
    [
      ...[file.shopId, file.kind, file.producerKey, file.baseline.snapshot, file.baseline.effectiveAt],
      ...[file.origin.nextSequence, file.oldestSuperseded],
    ],
  );
  const [opening] = opened;
  if (!opening) return null;
  const { sequence, newlyPublished, isAnyDue, isPacked } = opening;
  await (isPacked ? packRows : insertRows)(session, file, sequence);
  if (newlyPublished > 0) await publishRows(session, file, sequence, newlyPublished);
  // What is owed is due.
  if (isAnyDue) await payOwed(session, file.shopId);
  return findFileOfProducer(session, file.producerKey);
}

interface Opening {
  readonly sequence: number;
  readonly newlyPublished: number;
  /** Some of its rows may be owed. */
  readonly isAnyDue: boolean;
  readonly isPacked: boolean;
}

/** In SQL, of a planned row: where it is in the file. */
function positionIn(kind: UploadFileKind): string {
  return `(row_number() OVER (ORDER BY ${partOf(kind)}, product_id COLLATE "C") - 1)::int`;
}

async function insertRows(
  session: Connection,
  { shopId, kind }: FileToRegister,
  sequence: number,
): Promise<void> {
  await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, ${positionIn(kind)}, product_id, sku, inventory_item_id, file_quantity, imported_units
     FROM ${PLANNED} WHERE ${IS_TAKEN}`,
    [shopId, sequence],
  );
}

/**
 * The same, ROWS_PER_PACK in a record (decision 0086). The rows come sorted, so that one record at a time is put together and the
 * elements are in their order; a hash table would hold the whole file.
 */
async function packRows(
  session: Connection,
  { shopId, kind }: FileToRegister,
  sequence: number,
): Promise<void> {
  await session.query('SET LOCAL enable_hashagg = off');
  await session.query(
    `INSERT INTO upload_file_pack
       (shop_id, sequence, first_position, product_ids, skus, inventory_item_ids, quantities, imported_units)
     SELECT $1, $2, pack * ${ROWS_PER_PACK}, array_agg(product_id), array_agg(sku), array_agg(inventory_item_id),
       array_agg(file_quantity), array_agg(imported_units)
     FROM (
       SELECT *, position / ${ROWS_PER_PACK} AS pack
       FROM (SELECT *, ${positionIn(kind)} AS position FROM ${PLANNED} WHERE ${IS_TAKEN}) AS planned
       ORDER BY pack, position
     ) AS row
     GROUP BY pack`,
    [shopId, sequence],
  );
  await session.query('RESET enable_hashagg');
}

/** What the file has is not owed any more. */
async function payOwed(session: Connection, shopId: string): Promise<void> {
  await passOver(
    session,
    `DELETE FROM owed_row USING ${PLANNED} AS planned
     WHERE owed_row.shop_id = $1 AND owed_row.product_id = planned.product_id AND ${IS_TAKEN}`,
    [shopId],
  );
}

/**
 * Records what the file publishes of each product that has a row in it. A row that was read for a delta is written where it was read, which
 * is half of the work; it is where it was, since this snapshot has seen it and nobody else writes it.
 */
async function publishRows(
  session: Connection,
  { shopId, kind }: FileToRegister,
  sequence: number,
  newlyPublished: number,
): Promise<void> {
  let written = 0;
  if (kind === 'recent-changes') {
    const { rowCount } = await session.query(
      `UPDATE published_row AS published SET sequence = $1, inventory_item_id = planned.inventory_item_id,
         quantity = planned.file_quantity, imported_units = planned.imported_units
       FROM ${PLANNED} AS planned
       WHERE published.ctid = planned.published_row_id AND ${IS_TAKEN} AND ${IS_NEWLY_PUBLISHED}`,
      [sequence],
    );
    written += rowCount ?? 0;
  }
  if (written === newlyPublished) return;
  const { rowCount } = await session.query(
    `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity, imported_units)
     SELECT $1, product_id, $2, inventory_item_id, file_quantity, imported_units FROM ${PLANNED}
     WHERE published_row_id IS NULL AND ${IS_TAKEN} AND ${IS_NEWLY_PUBLISHED}
     ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence,
       inventory_item_id = excluded.inventory_item_id, quantity = excluded.quantity,
       imported_units = excluded.imported_units`,
    [shopId, sequence],
  );
  written += rowCount ?? 0;
  if (written !== newlyPublished) {
    throw new Error(`File ${sequence} publishes ${newlyPublished} products, and ${written} were recorded.`);
  }
}
