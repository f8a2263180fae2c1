/** Rows of a file are the same in either form, by whichever function they are read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { packRows } from './packed-files.ts';

const [SHOP, AS_ROWS, PACKED] = [`ann's`, 1, 2];
/** More than two records, the last of them not full. */
const ROWS_MAX = 620;

interface Row {
  readonly productId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly importedUnits: number;
}

const ROW: fc.Arbitrary<Row> = fc.record({
  productId: fc.string({ maxLength: 12 }).map(withoutNul),
  // Also what an array would have to quote, and what it would take for nothing.
  sku: fc.oneof(
    fc.constantFrom('', 'NULL', '{}', '","', '\\', ' two\nlines '),
    fc.string({ maxLength: 8 }).map(withoutNul),
  ),
  quantity: fc.nat(2_000_000_000),
  importedUnits: fc.integer({ min: -5, max: Number.MAX_SAFE_INTEGER }),
});

/** A position may be behind the last row, or stand twice. */
const POSITION = fc.oneof(fc.nat(ROWS_MAX + 300), fc.constantFrom(0, 249, 250, 499, 500));

function withoutNul(text: string): string {
  return text.replaceAll('\0', '0');
}

test('a file of many in a record has the rows of one with a row each', async () => {
  const { database } = await freshDatabase();
  const files = fc.record({
    rows: fc.array(ROW, { minLength: 1, maxLength: ROWS_MAX, size: 'max' }),
    positions: fc.array(POSITION, { maxLength: 300 }),
    range: fc.tuple(POSITION, POSITION),
  });
  await fc.assert(
    fc.asyncProperty(files, async ({ rows, positions, range }) => {
      await insertTwice(database, rows);
      const [first, end] = range;
      const read = async (sequence: number) => ({
        all: await readRows(database, 'upload_file_rows($1, $2)', [SHOP, sequence]),
        at: await readRows(database, 'upload_file_rows_at($1, $2, $3)', [SHOP, sequence, positions]),
        between: await readRows(database, 'upload_file_rows_between($1, $2, $3, $4)', [
          ...[SHOP, sequence, first, end],
        ]),
      });
      const found = await read(PACKED);
      expect(found).toEqual(await read(AS_ROWS));
      // And they are the right ones.
      const expected = rows.map((row, position) => ({ position, ...row }));
      expect(found.all).toEqual(expected);
      expect(found.at).toEqual(expected.filter(({ position }) => positions.includes(position)));
      expect(found.between).toEqual(expected.filter(({ position }) => position >= first && position < end));
      expect(
        await database.query(
          'SELECT sequence::int, rows::int FROM upload_file_lengths($1) ORDER BY sequence',
          [SHOP],
        ),
      ).toEqual([
        { sequence: AS_ROWS, rows: rows.length },
        { sequence: PACKED, rows: rows.length },
      ]);
    }),
    { numRuns: 25 },
  );
});

/** The same rows as files of both forms, in place of those before. */
async function insertTwice(database: Database, rows: readonly Row[]): Promise<void> {
  await database.query('DELETE FROM upload_file_row');
  await database.query('DELETE FROM upload_file_pack');
  await database.query(
    `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity, imported_units)
     SELECT $1, file, ordinal - 1, product_id, sku, 'item of ' || product_id, quantity, units
     FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[])
       WITH ORDINALITY AS row (product_id, sku, quantity, units, ordinal)
     CROSS JOIN unnest($6::int[]) AS file`,
    [
      SHOP,
      rows.map(({ productId }) => productId),
      rows.map(({ sku }) => sku),
      rows.map(({ quantity }) => quantity),
      rows.map(({ importedUnits }) => importedUnits),
      [AS_ROWS, PACKED],
    ],
  );
  await packRows(database, SHOP, PACKED);
}

async function readRows(
  database: Database,
  from: string,
  values: readonly unknown[],
): Promise<readonly unknown[]> {
  const rows = await database.query<{ item: string; file: number; shop: string; productId: string }>(
    `SELECT shop_id AS shop, sequence AS file, position, product_id AS "productId", sku, quantity,
       imported_units AS "importedUnits", inventory_item_id AS item
     FROM ${from} ORDER BY position`,
    values,
  );
  return rows.map(({ item, file, shop, ...row }) => {
    expect([shop, file, item]).toEqual([SHOP, values[1], `item of ${row.productId}`]);
    return row;
  });
}
