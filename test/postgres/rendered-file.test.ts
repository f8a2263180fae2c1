/** A numbered file as it lies on SFTP: the same rows give the same bytes, and any text is read back as it was. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RENDERED_AT_ONCE_MAX } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { renderFile } from '../../src/postgres/lane/rendered-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { packRows } from './packed-files.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

const [SHOP, LOCATION, ITEM] = [`ann's`, `gid://shopify/Location/1`, 'gid://shopify/InventoryItem/1'];

interface Line {
  readonly productId: string;
  readonly sku: string;
  readonly quantity: number;
}

async function render(database: Database, sequence: number, lines: readonly Line[]) {
  await database.query(
    `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
     SELECT $1, $2, row_number() OVER () - 1, product_id, sku, $6, quantity
     FROM unnest($3::text[], $4::text[], $5::int[]) AS line (product_id, sku, quantity)`,
    [
      ...[SHOP, sequence, lines.map(({ productId }) => productId), lines.map(({ sku }) => sku)],
      ...[lines.map(({ quantity }) => quantity), ITEM],
    ],
  );
  return renderAgain(database, sequence, lines.length);
}

async function renderAgain(database: Database, sequence: number, rowCount: number) {
  const path = join(await scratchFolder(), 'upload.csv');
  const file = { shopId: SHOP, sequence, locationId: LOCATION, rowCount };
  const { sha256 } = await renderFile(database, file, path);
  return { sha256, bytes: await readFile(path) };
}

test('it has the agreed header, and one line for each row, by its position', async () => {
  const { database } = await freshDatabase();
  const { bytes } = await render(database, 1, [
    { productId: '9', sku: 'SHIRT', quantity: 75 },
    { productId: '10', sku: 'HAT "red", L', quantity: 0 },
    { productId: '8', sku: '', quantity: 1 },
    { productId: '7', sku: ' two\nlines ', quantity: 1 },
    { productId: '6', sku: `it's \\. \\n`, quantity: 1 },
  ]);
  expect(bytes.toString()).toBe(
    'product_id,sku,inventory_item_id,location_id,online_atp\n' +
      `9,SHIRT,${ITEM},${LOCATION},75\n` +
      `10,"HAT ""red"", L",${ITEM},${LOCATION},0\n` +
      `8,,${ITEM},${LOCATION},1\n` +
      `7," two\nlines ",${ITEM},${LOCATION},1\n` +
      `6,it's \\. \\n,${ITEM},${LOCATION},1\n`,
  );
});

test('it is hashed as it is written, whatever its length', async () => {
  const { database } = await freshDatabase();
  const lines = Array.from({ length: RENDERED_AT_ONCE_MAX + 1 }, (_, index) => ({
    ...{ productId: `ö${index}`, sku: `SKU ${index}`, quantity: index },
  }));
  const { bytes, sha256 } = await render(database, 1, lines);
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(parse(bytes)).toHaveLength(lines.length + 1);
  // A file of fewer rows is rendered by a short statement.
  expect((await renderAgain(database, 1, 1)).sha256).toBe(sha256);
});

test('a file of many rows in a record has the same bytes, wherever its records lie', async () => {
  const { database } = await freshDatabase();
  const lines = Array.from({ length: 2_700 }, (_, index) => ({
    ...{ productId: `ö${index % 700} ${index}`, sku: `"SKU", ${index}`, quantity: index },
  }));
  const { sha256 } = await render(database, 1, lines);
  await packRows(database, SHOP, 1);
  // The last record comes first in the table.
  await database.query(
    `WITH packs AS (DELETE FROM upload_file_pack RETURNING *)
     INSERT INTO upload_file_pack SELECT * FROM packs ORDER BY first_position DESC`,
  );

  expect((await renderAgain(database, 1, lines.length)).sha256).toBe(sha256);
  await database.query('ANALYZE upload_file_pack');
  expect((await renderAgain(database, 1, lines.length)).sha256).toBe(sha256);
});

test('any text is read back as it was, and the same rows give the same bytes', async () => {
  const { database } = await freshDatabase();
  // Postgres keeps no NUL and no half of a surrogate pair, so no SKU has them.
  const text = (unit: 'grapheme' | 'binary') =>
    fc.string({ unit }).map((value) => value.toWellFormed().replaceAll('\0', ''));
  const line = fc.record({ productId: text('grapheme'), sku: text('binary'), quantity: fc.nat() });
  let sequence = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      sequence += 1;
      const first = await render(database, sequence, lines);
      const [, ...rows]: string[][] = parse(first.bytes);
      expect(rows).toEqual(
        lines.map(({ productId, sku, quantity }) => [productId, sku, ITEM, LOCATION, String(quantity)]),
      );
      expect((await renderAgain(database, sequence, lines.length)).sha256).toBe(first.sha256);
    }),
    { numRuns: 50 },
  );
});

test('a local disk that fails ends it at once, and the next attempt works', async () => {
  const { database } = await freshDatabase();
  // More than the connection and its buffers hold: the server has to wait for us.
  const lines = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ productId: `${index}`, sku: 'x'.repeat(2_000), quantity: 1 },
  }));
  await render(database, 1, lines);
  for (const rowCount of [lines.length, RENDERED_AT_ONCE_MAX + 1]) {
    // Nothing can be written under the name of a folder.
    const file = { shopId: SHOP, sequence: 1, locationId: LOCATION, rowCount };
    await expect(renderFile(database, file, await scratchFolder())).rejects.toThrow('EISDIR');
  }
  expect((await renderAgain(database, 1, lines.length)).bytes.length).toBeGreaterThan(10_000 * 2_000);
}, 15_000);
