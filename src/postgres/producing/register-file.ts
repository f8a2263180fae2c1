/** Makes planned rows a numbered file: immutable rows, WRITING until they are on SFTP. */
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import { PLANNED } from '../planning/planned-rows.ts';
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

/** In SQL, of a planned row: the file says less of it than the file before, and not 0. */
const IS_FALLING = 'file_quantity > 0 AND file_quantity < quantity_before';

/**
 * In SQL, of a planned row: its part of the file. The lane goes by position, so what would be sold too often comes first. Within a
 * part the order is that of the products' ids, by which one is found (product-pushes.ts).
 */
const PART = `CASE WHEN file_quantity = 0 THEN 1 WHEN ${IS_FALLING} THEN 2 ELSE 3 END`;

/**
 * In SQL, of a planned row that is taken: what is known to be published has to be written. A Hard Sync that says of a product what
 * a file before has brought to Shopify leaves it as it is, with that file's number (decision 0074).
 */
const IS_NEWLY_PUBLISHED = 'file_quantity IS DISTINCT FROM arrived_quantity';

/** In SQL, of planned rows: the oldest change that the file carries. What is withheld stays with the plan. */
const OLDEST_CHANGE = `min(CASE WHEN withheld_for IS NULL THEN least(changed_at, held_changed_at) ELSE changed_at END)`;

/** Takes the next number and writes the rows under it. Null: there are no such rows, and no number was taken. */
export async function registerFile(session: Connection, file: FileToRegister): Promise<UploadFile | null> {
  const { rows: opened } = await session.query<{ sequence: number }>(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until, row_count, to_zero_count, falling_count,
       collapse_count, surge_units, sell_out_count, stock_products_change, stock_units_change, oldest_change_at)
     SELECT shop.shop_id, $6, $2, 'WRITING', $3, shop.facility_group_id, shop.location_id, shop.restore_generation, $4, $5,
       ${orderWatermarkSql('$1')}, planned.rows, planned.zeros, planned.falling,
       planned.collapses, planned.surges, planned.sell_outs, planned.products_change, planned.units_change,
       -- A Hard Sync may have nothing new. A delta has: if nothing was logged, the clock has let units go just now.
       CASE WHEN $2 = 'hard-sync' THEN least(planned.oldest_change_at, $7::timestamptz)
         ELSE coalesce(planned.oldest_change_at, now()) END
     FROM shop, (
       SELECT count(*) AS rows, count(*) FILTER (WHERE file_quantity = 0) AS zeros,
         count(*) FILTER (WHERE ${IS_FALLING}) AS falling,
         count(*) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'COLLAPSE') AS collapses,
         coalesce(sum(risen_units) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'SURGE'), 0) AS surges,
         count(*) FILTER (WHERE ${IS_LET_THROUGH} AND suspicion = 'SELL_OUT') AS sell_outs,
         count(*) FILTER (WHERE NOT is_approved AND file_quantity > 0)
           - count(*) FILTER (WHERE NOT is_approved AND quantity_before > 0) AS products_change,
         coalesce(sum(file_quantity::bigint - coalesce(quantity_before, 0)) FILTER (WHERE NOT is_approved), 0)
           AS units_change,
         ${OLDEST_CHANGE} AS oldest_change_at
       FROM ${PLANNED} WHERE ${IS_TAKEN}
     ) AS planned
     WHERE shop.shop_id = $1 AND planned.rows > 0
     RETURNING sequence`,
    [
      ...[file.shopId, file.kind, file.producerKey, file.baseline.snapshot, file.baseline.effectiveAt],
      ...[file.origin.nextSequence, file.oldestSuperseded],
    ],
  );
  const sequence = opened[0]?.sequence;
  if (sequence === undefined) return null;
  await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, row_number() OVER (ORDER BY ${PART}, product_id COLLATE "C") - 1,
       product_id, sku, inventory_item_id, file_quantity, imported_units
     FROM ${PLANNED} WHERE ${IS_TAKEN}`,
    [file.shopId, sequence],
  );
  await session.query(
    `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity, imported_units)
     SELECT $1, product_id, $2, inventory_item_id, file_quantity, imported_units FROM ${PLANNED}
     WHERE ${IS_TAKEN} AND ${IS_NEWLY_PUBLISHED}
     ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence,
       inventory_item_id = excluded.inventory_item_id, quantity = excluded.quantity,
       imported_units = excluded.imported_units`,
    [file.shopId, sequence],
  );
  await session.query(
    `DELETE FROM owed_row USING ${PLANNED} AS planned
     WHERE owed_row.shop_id = $1 AND owed_row.product_id = planned.product_id AND ${IS_TAKEN}`,
    [file.shopId],
  );
  return findFileOfProducer(session, file.producerKey);
}
