/** Products and first quantities from a shop's catalogue. */
import { beforeAll, expect, test } from 'vitest';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { atpWith, type Atp } from './atp.ts';

let database: Database;
let atp: Atp;

beforeAll(async () => {
  const fresh = await freshDatabase();
  const { client, shop } = await freshTwin();
  database = fresh.database;
  atp = await atpWith({ DATABASE_URL: fresh.url });
  await addShop(database, { ...shop, facilityGroupId: 'FAC_GRP' });
  await atp.json(['facility', 'add', 'NJ_DC', '--name', 'New Jersey', '--type', 'WAREHOUSE']);
  await database.query(
    `INSERT INTO product (product_id, sku) VALUES ('1', 'HAT'), ('2', 'cap-1'), ('3', 'SCARF'), ('TIE', 'OTHER')`,
  );
  await database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('3', 'NJ_DC', 1, 0, 'VAR_FOUND', 'test')`,
  );
  await client.seed([
    { sku: 'SHIRT', title: 'new', available: 7 },
    { sku: 'HAT', title: 'known, never counted', available: 4 },
    { sku: 'SCARF', title: 'known and counted', available: 9 },
    { sku: 'CAP-1', title: 'known in another case', available: 5 },
    { sku: 'TIE', title: 'its SKU is the id of another product', available: 5 },
    { sku: 'Sock', title: 'new', available: 2 },
    { sku: 'SOCK', title: 'new, differs in case only', available: 3 },
    { sku: 'BELT', title: 'new', available: 6 },
    { sku: 'BELT', title: 'a namesake', available: 6 },
    { sku: 'EMPTY', title: 'new, sold out', available: 0 },
  ]);
});

const IMPORT = ['product', 'import', '--from-shop', 'blue-shirts', '--facility', 'NJ_DC'];
const RESULT = {
  ...{ shopId: 'blue-shirts', variants: 10, withoutSku: 0, made: 5, known: 2 },
  near: { count: 1, skus: ['CAP-1'] },
  unusable: { count: 1, skus: ['TIE'] },
  duplicates: { count: 1, skus: ['BELT'] },
  sameButCase: { count: 2, skus: ['Sock', 'SOCK'] },
  counted: { facilityId: 'NJ_DC', products: 4, units: 16 },
  withoutStock: 2,
};

test('products are made of what is new, counted where nothing is, and what is doubtful is named', async () => {
  expect(await atp.json([...IMPORT, '--dry-run'])).toEqual(RESULT);
  expect(await atp.json(['product', 'list'])).toHaveLength(4);

  const { stdout } = await atp.run(...IMPORT);
  expect(stdout).toContain('5 products are new, 2 known.');
  expect(stdout).toContain('1 product (CAP-1) left out: a product has the SKU but for case');
  const levels = await database.query<{ sku: string; units: number }>(
    'SELECT sku, quantity_on_hand AS units FROM product_facility JOIN product USING (product_id)',
  );
  expect(Object.fromEntries(levels.map(({ sku, units }) => [sku, units]))).toEqual({
    ...{ HAT: 4, SCARF: 1, SHIRT: 7, Sock: 2, SOCK: 3 },
  });
});

test('what was taken once stays as it is when it is asked for again', async () => {
  await atp.json(IMPORT);
  expect(await atp.json(IMPORT)).toMatchObject({
    ...{ made: 0, known: 7, counted: { products: 0, units: 0 }, withoutStock: 2 },
  });
});

test('nothing is counted at a virtual facility, and nothing is made', async () => {
  const products = await atp.json(['product', 'list']);
  await atp.json(['facility', 'add', 'QUEUE', '--name', 'Queue', '--type', 'NA']);
  expect(await atp.failure('product', 'import', '--from-shop', 'blue-shirts', '--facility', 'QUEUE')).toBe(
    'FACILITY_VIRTUAL 2',
  );
  expect(await atp.json(['product', 'list'])).toEqual(products);
});

test('a facility that does not sell in the group of the shop is warned of, and one that does is not', async () => {
  const warning = 'NJ_DC does not sell in FAC_GRP, the facility group of blue-shirts';
  expect((await atp.run(...IMPORT, '--dry-run')).stderr).toContain(warning);
  await atp.json(['group', 'add', 'FAC_GRP', 'NJ_DC']);
  expect((await atp.run(...IMPORT, '--dry-run')).stderr).not.toContain('does not sell');
});
