/** Settings of many products at once, and master data that is removed again. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith, type Atp } from './atp.ts';

const PRODUCTS = 10_000;

let database: Database;
let atp: Atp;

beforeAll(async () => {
  const fresh = await freshDatabase();
  database = fresh.database;
  atp = await atpWith({ DATABASE_URL: fresh.url });
  await atp.json([
    'facility',
    'add',
    'SOHO',
    '--name',
    'Soho',
    '--type',
    'RETAIL_STORE',
    '--safety-stock',
    '3',
  ]);
  await atp.json(['facility', 'add', 'QUEENS', '--name', 'Queens', '--type', 'RETAIL_STORE']);
  await database.query(
    `INSERT INTO product (product_id, sku) SELECT 'P' || n, 'SKU-' || n FROM generate_series(1, $1::int) AS n`,
    [PRODUCTS],
  );
});

const post = (productId: string, facilityId: string) =>
  database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ($1, $2, 10, 0, 'VAR_FOUND', 'test')`,
    [productId, facilityId],
  );
const facilitiesOf = async (sku: string) =>
  (await atp.json<{ facilities: unknown }[]>(['product', 'list', '--sku', sku]))[0]?.facilities;
const changes = async () => {
  const [row] = await database.query<{ count: number }>('SELECT count(*) AS count FROM change_log');
  return row?.count ?? 0;
};

test('a product that comes to a facility has the safety stock of that; products that are there keep theirs', async () => {
  await post('P1', 'SOHO');
  expect(await facilitiesOf('SKU-1')).toEqual([{ facilityId: 'SOHO', safetyStock: 3, allowBrokering: 'Y' }]);
  expect(await atp.json(['facility', 'set', 'SOHO', '--safety-stock', '4'])).toMatchObject({
    safetyStock: 4,
  });
  await post('P1', 'SOHO');
  await post('P2', 'SOHO');
  expect(await facilitiesOf('SKU-1')).toMatchObject([{ safetyStock: 3 }]);
  // Brokering alone is set where nothing has been yet.
  await atp.json(['product', 'set', 'SKU-3', '--facility', 'SOHO', '--allow-brokering', 'N']);
  expect(await facilitiesOf('SKU-3')).toEqual([{ facilityId: 'SOHO', safetyStock: 4, allowBrokering: 'N' }]);
});

test('the settings of all products are set at once, and what stays as it was is no change', async () => {
  const set = ['product', 'set', '--all', '--facility', 'SOHO', '--safety-stock', '2'];
  expect(await atp.json(set)).toEqual({ products: PRODUCTS, changed: PRODUCTS });
  expect(await facilitiesOf('SKU-3')).toEqual([{ facilityId: 'SOHO', safetyStock: 2, allowBrokering: 'N' }]);
  const before = await changes();
  expect(await atp.json(set)).toEqual({ products: PRODUCTS, changed: 0 });
  expect(await changes()).toBe(before);
  expect(await atp.json(['product', 'set', '--all', '--group', 'FAC_GRP', '--threshold', '5'])).toMatchObject(
    { changed: PRODUCTS },
  );
  expect(
    await atp.json(['product', 'set', '--all', '--group', 'FAC_GRP', '--threshold', 'off']),
  ).toMatchObject({ changed: PRODUCTS });
});

test('a file names the products, and what each has of its own; with a fault in it nothing is set', async () => {
  const path = join(atp.folder, 'settings.csv');
  const set = (...more: string[]) => ['product', 'set', '--from', path, ...more];
  await writeFile(path, 'SKU;Safety Stock;allowBrokering\nSKU-5;7;\nSKU-6;;N\n');
  expect(await atp.json(set('--facility', 'QUEENS', '--safety-stock', '1'))).toEqual({
    products: 2,
    changed: 2,
  });
  expect(await facilitiesOf('SKU-5')).toContainEqual({
    ...{ facilityId: 'QUEENS', safetyStock: 7, allowBrokering: 'Y' },
  });
  expect(await facilitiesOf('SKU-6')).toContainEqual({
    ...{ facilityId: 'QUEENS', safetyStock: 1, allowBrokering: 'N' },
  });

  // What has no column says nothing.
  await writeFile(path, 'sku;safetyStock\nSKU-4;5\nSKU-6;3\n');
  await atp.json(set('--facility', 'QUEENS'));
  expect(await facilitiesOf('SKU-4')).toContainEqual({
    ...{ facilityId: 'QUEENS', safetyStock: 5, allowBrokering: 'Y' },
  });
  expect(await facilitiesOf('SKU-6')).toContainEqual({
    ...{ facilityId: 'QUEENS', safetyStock: 3, allowBrokering: 'N' },
  });

  await writeFile(path, 'sku,safetyStock\nSKU-5,9\nSKU-X,1\nSKU-5,2\nSKU-6,many\n');
  expect(await atp.failure(...set('--facility', 'QUEENS'))).toBe('INPUT_INVALID 2');
  await writeFile(path, 'sku,safetyStock\nSKU-5,9\nSKU-X,1\n');
  expect((await atp.run(...set('--facility', 'QUEENS'))).stderr).toContain('no product with the SKU SKU-X');
  expect(await facilitiesOf('SKU-5')).toContainEqual({
    ...{ facilityId: 'QUEENS', safetyStock: 7, allowBrokering: 'Y' },
  });
});

test('a file with settings whose place is not said sets nothing', async () => {
  const path = join(atp.folder, 'places.csv');
  const set = (...more: string[]) => atp.run('product', 'set', '--from', path, ...more);
  await writeFile(path, 'sku,safetyStock,allowBrokering,threshold\nSKU-20,7,N,9\nSKU-21,,,\n');
  const { stderr } = await set('--group', 'FAC_GRP');
  expect(stderr).toContain('the column safetyStock of the file needs --facility; nothing was set');
  expect((await set('--facility', 'SOHO')).stderr).toContain(
    'the column threshold of the file needs --group; nothing was set',
  );
  expect(await atp.json(['product', 'list', '--sku', 'SKU-20'])).toMatchObject([
    { facilities: [{ safetyStock: 2, allowBrokering: 'Y' }], thresholds: [] },
  ]);
  // A column without a value says nothing.
  await writeFile(path, 'sku,safetyStock,threshold\nSKU-20,,9\n');
  expect((await set('--group', 'FAC_GRP')).exitCode).toBe(0);
});

test('a product is changed once, whether at a facility, in a group or both', async () => {
  const path = join(atp.folder, 'both.csv');
  await writeFile(path, 'sku,safetyStock,threshold\nSKU-30,7,\nSKU-31,,9\nSKU-32,7,9\nSKU-33,2,\n');
  const set = ['product', 'set', '--from', path, '--facility', 'SOHO', '--group', 'FAC_GRP'];
  expect(await atp.json(set)).toEqual({ products: 4, changed: 3 });
  expect(await atp.json(set)).toEqual({ products: 4, changed: 0 });
});

test('one product, all, or a file: exactly one of them is named', async () => {
  expect(await atp.failure('product', 'set', '--facility', 'SOHO', '--safety-stock', '1')).toBe(
    'INPUT_INVALID 2',
  );
  expect(
    await atp.failure('product', 'set', 'SKU-1', '--all', '--facility', 'SOHO', '--safety-stock', '1'),
  ).toBe('INPUT_INVALID 2');
  expect(await atp.failure('product', 'set', '--all', '--sku', 'NEW')).toBe('INPUT_INVALID 2');
});

test('a product gets another SKU, unless another one has it', async () => {
  expect(await atp.json(['product', 'set', 'SKU-7', '--sku', 'SKU-SEVEN'])).toMatchObject({
    ...{ productId: 'P7', sku: 'SKU-SEVEN' },
  });
  expect(await atp.failure('product', 'set', 'SKU-8', '--sku', 'SKU-9')).toBe('PRODUCT_EXISTS 2');
});

test('a product and a facility are removed when nothing depends on them, and told why not otherwise', async () => {
  await atp.json(['facility', 'add', 'HARLEM', '--name', 'Harlem', '--type', 'RETAIL_STORE']);
  // Of lines with one end alone, nothing else may tell of the facility.
  await database.query(
    `INSERT INTO transfer_item (transfer_id, item_seq_id, product_id, from_facility_id, to_facility_id, shipped_quantity)
     VALUES ('T1', '1', 'P101', 'HARLEM', NULL, 4), ('T2', '1', 'P102', NULL, 'HARLEM', 4)`,
  );
  for (const sku of ['SKU-101', 'SKU-102'])
    expect(await atp.failure('product', 'remove', sku)).toBe('PRODUCT_IN_USE 2');
  expect((await atp.run('facility', 'remove', 'HARLEM')).stderr).toContain('transfers name it');
  expect(await atp.failure('facility', 'remove', 'HARLEM')).toBe('FACILITY_IN_USE 2');

  await atp.json(['product', 'set', 'SKU-100', '--facility', 'QUEENS', '--safety-stock', '1']);
  expect(await atp.json(['product', 'remove', 'SKU-100'])).toMatchObject({ productId: 'P100' });
  expect(await atp.json(['product', 'list', '--sku', 'SKU-100'])).toEqual([]);
  expect(await atp.failure('product', 'remove', 'SKU-1')).toBe('PRODUCT_IN_USE 2');

  await atp.json(['group', 'add', 'FAC_GRP', 'QUEENS', 'SOHO']);
  expect((await atp.run('facility', 'remove', 'QUEENS')).stderr).toContain('it is a member of FAC_GRP');
  await atp.json(['group', 'remove', 'FAC_GRP', 'QUEENS', 'SOHO']);
  // Whether units were posted to it, the whole ledger says: more than a short statement may read.
  await database.query(
    `CREATE TABLE removal AS SELECT NULL AS may_take WHERE false;
     CREATE FUNCTION note_removal() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN INSERT INTO removal VALUES (current_setting('statement_timeout')); RETURN OLD; END $$;
     CREATE TRIGGER note_removal BEFORE DELETE ON facility FOR EACH ROW EXECUTE FUNCTION note_removal()`,
  );
  expect(await atp.json(['facility', 'remove', 'QUEENS'])).toMatchObject({ facilityId: 'QUEENS' });
  const bulk = await database.session((session) => session.query('SHOW statement_timeout'), 'bulk');
  expect(await database.query('SELECT may_take AS statement_timeout FROM removal')).toEqual(bulk.rows);
  expect((await atp.run('facility', 'remove', 'SOHO')).stderr).toContain('units were posted to it');
  expect(await atp.failure('facility', 'remove', 'SOHO')).toBe('FACILITY_IN_USE 2');
});
