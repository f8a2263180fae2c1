/** A catalogue, and feeds of any size about it. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { INCOMING_FOLDER } from '../../src/domain/drop-folders.ts';
import type { Database } from '../../src/postgres/database.ts';
import type { OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { sha256OfFile } from '../../src/sftp/file-hash.ts';
import { withScratchFolder } from '../../src/sftp/scratch-folder.ts';
import { randomOf } from './random.ts';

export const FACILITIES = ['NEW_YORK', 'SAN_FRANCISCO', 'NEW_JERSEY_DC', 'OUTLET'] as const;

export interface SentFeed {
  readonly kind: 'count' | 'orders' | 'settings';
  readonly name: string;
  readonly path: string;
  /** The first so many products of the catalogue are in it. */
  readonly products: number;
}

/** Products at all facilities, with units at each. */
export async function prepareCatalogue(database: Database, products: number): Promise<void> {
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id)
     SELECT id, id, 'RETAIL_STORE' FROM unnest($1::text[]) AS id`,
    [FACILITIES],
  );
  await database.session(async (session) => {
    await session.query(
      `INSERT INTO product (product_id, sku)
       SELECT 'P' || lpad(n::text, 8, '0'), 'SKU-' || n FROM generate_series(1, $1::int) AS n`,
      [products],
    );
    for (const facility of FACILITIES) {
      await session.query(
        `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
         SELECT product_id, $1, 100, 0, 'VAR_MANUAL', 'bench' FROM product`,
        [facility],
      );
    }
    await session.query('VACUUM ANALYZE');
  });
}

let sent = 0;

/** Every product at every facility, product by product, each with another quantity than before. */
export function sendCount(openDrop: OpenFileDrop, rows: number): Promise<SentFeed> {
  const products = Math.ceil(rows / FACILITIES.length);
  const random = randomOf(rows + sent);
  return send(openDrop, { kind: 'count', products, type: 'RESET_INVENTORY' }, function* () {
    yield 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty\n';
    for (let product = 1; product <= products; product += 1) {
      for (const facility of FACILITIES)
        yield `${facility},,SKU-${product},SKU,,,N,${50 + random.below(100)}\n`;
    }
  });
}

/** New lines of orders, each with one product, open at a facility. */
export function sendOrders(openDrop: OpenFileDrop, rows: number): Promise<SentFeed> {
  const products = Math.ceil(rows / FACILITIES.length);
  const random = randomOf(rows + sent);
  const run = sent;
  return send(openDrop, { kind: 'orders', products, type: 'ORDER_ITEMS' }, function* () {
    yield 'orderId,orderItemSeqId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate\n';
    for (let row = 0; row < rows; row += 1) {
      const sku = 1 + random.below(products);
      yield `O${run}-${row >> 1},${row & 1},SKU-${sku},SKU,1,0,${FACILITIES[row % FACILITIES.length]},ITEM_APPROVED,${new Date().toISOString()}\n`;
    }
  });
}

/** A safety stock of every product at every facility, product by product, each another one than before. */
export function sendSettings(openDrop: OpenFileDrop, rows: number): Promise<SentFeed> {
  const products = Math.ceil(rows / FACILITIES.length);
  const units = 1 + sent;
  return send(openDrop, { kind: 'settings', products, type: 'IMP_PROD_FACILITY' }, function* () {
    yield 'idValue,idType,facilityId,facilitySafetyStock\n';
    for (let product = 1; product <= products; product += 1) {
      for (const facility of FACILITIES) yield `SKU-${product},SKU,${facility},${units}\n`;
    }
  });
}

async function send(
  openDrop: OpenFileDrop,
  { kind, products, type }: Pick<SentFeed, 'kind' | 'products'> & { readonly type: string },
  lines: () => Generator<string>,
): Promise<SentFeed> {
  sent += 1;
  const name = `${type}__${String(sent).padStart(4, '0')}.csv`;
  await withScratchFolder(async (folder) => {
    const localPath = join(folder, name);
    await pipeline(Readable.from(blocksOf(lines())), createWriteStream(localPath));
    const sha256 = await sha256OfFile(localPath);
    // The marker comes last, so that the feed is taken at once.
    await openDrop(async (drop) => {
      await drop.publish(localPath, { folder: INCOMING_FOLDER, name, sha256, withChecksumFile: false });
      const markerPath = join(folder, 'marker');
      await pipeline(Readable.from([`${sha256}  ${name}\n`]), createWriteStream(markerPath));
      await drop.publish(markerPath, {
        folder: INCOMING_FOLDER,
        name: `${name}.sha256`,
        sha256: await sha256OfFile(markerPath),
        withChecksumFile: false,
      });
    });
  });
  return { kind, name, path: `${INCOMING_FOLDER}/${name}`, products };
}

function* blocksOf(lines: Generator<string>): Generator<string> {
  let block = '';
  for (const line of lines) {
    block += line;
    if (block.length < 65_536) continue;
    yield block;
    block = '';
  }
  yield block;
}
