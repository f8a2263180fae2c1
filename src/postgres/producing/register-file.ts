/** Makes planned rows a numbered file: immutable rows, WRITING until they are on SFTP. */
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import { GOES_OUT_THOUGH_HELD, PLANNED } from '../planning/planned-rows.ts';
import type { Baseline } from '../planning/snapshot-chain.ts';
import { HIGHEST_SEQUENCE } from './shop-origin.ts';
import { findFileOfProducer, type UploadFile } from '../lane/upload-files.ts';

export interface FileToRegister {
  readonly shopId: string;
  readonly kind: UploadFileKind;
  readonly producerKey: string;
  readonly baseline: Baseline;
  /** `decreases`: only what is published though the delta is held. */
  readonly rows: 'all' | 'decreases';
}

/** Takes the next number and writes the rows under it. Null: there are no such rows, and no number was taken. */
export async function registerFile(session: Connection, file: FileToRegister): Promise<UploadFile | null> {
  const taken = file.rows === 'all' ? 'true' : GOES_OUT_THOUGH_HELD;
  const { rows: opened } = await session.query<{ sequence: number }>(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       restore_generation, snapshot, effective_at, orders_imported_until, row_count, to_zero_count)
     SELECT shop.shop_id,
       ${HIGHEST_SEQUENCE} + 1,
       $2, 'WRITING', $3, shop.facility_group_id, shop.location_id, shop.restore_generation, $4, $5,
       ${orderWatermarkSql('$1')}, planned.rows, planned.zeros
     FROM shop, (
       SELECT count(*) AS rows, count(*) FILTER (WHERE quantity = 0) AS zeros FROM ${PLANNED} WHERE ${taken}
     ) AS planned
     WHERE shop.shop_id = $1 AND planned.rows > 0
     RETURNING sequence`,
    [file.shopId, file.kind, file.producerKey, file.baseline.snapshot, file.baseline.effectiveAt],
  );
  const sequence = opened[0]?.sequence;
  if (sequence === undefined) return null;
  await session.query(
    `INSERT INTO upload_file_row
       (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, $2, row_number() OVER (ORDER BY product_id COLLATE "C") - 1,
       product_id, sku, inventory_item_id, quantity, imported_units
     FROM ${PLANNED} WHERE ${taken}`,
    [file.shopId, sequence],
  );
  await session.query(
    `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity, imported_units)
     SELECT $1, product_id, $2, inventory_item_id, quantity, imported_units FROM ${PLANNED} WHERE ${taken}
     ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence,
       inventory_item_id = excluded.inventory_item_id, quantity = excluded.quantity,
       imported_units = excluded.imported_units`,
    [file.shopId, sequence],
  );
  await session.query(
    `DELETE FROM owed_row USING ${PLANNED} AS planned
     WHERE owed_row.shop_id = $1 AND owed_row.product_id = planned.product_id AND ${taken}`,
    [file.shopId],
  );
  return findFileOfProducer(session, file.producerKey);
}
