/** Products and first quantities from a shop's catalogue. */
import { beforeAll, expect, test } from 'vitest';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshTwin } from '../setup/fresh-twin.ts';
import { atpWith, type Atp } from './atp.ts';

let database: Database;
let atp: Atp;

/** As programs leave ids behind. */
const ODD = ['10-Nov', '1.23E+11', '#N/A', 'MUG\u200b', '123.0'];
const UNUSABLE = [' PADDED', 'PADDED ', 'TWO\nLINES', '\u200b'];

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
    ...ODD.map((sku) => ({ sku, title: 'new, spoiled by a program', available: 1 })),
    { sku: 'SH\u0406RT', title: 'new, odd, and looks like SHIRT', available: 1 },
    { sku: 'TEE\u2011S', title: 'new, with a dash of another kind', available: 1 },
    { sku: 'TEE-S', title: 'new, looks like it', available: 1 },
    ...UNUSABLE.map((sku) => ({ sku, title: 'none that anybody can type', available: 1 })),
  ]);
});

const IMPORT = ['product', 'import', '--from-shop', 'blue-shirts', '--facility', 'NJ_DC'];
const RESULT = {
  ...{ shopId: 'blue-shirts', variants: 22, withoutSku: 0, made: 13, known: 2 },
  near: { count: 1, skus: ['CAP-1'] },
  unusable: { count: 5, skus: expect.arrayContaining(['TIE', ...UNUSABLE]) as string[] },
  duplicates: { count: 1, skus: ['BELT'] },
  sameButCase: { count: 2, skus: ['Sock', 'SOCK'] },
  odd: { count: 6, skus: expect.arrayContaining(['#N/A', '10-Nov', 'MUG\u200b']) as string[] },
  alike: {
    count: 4,
    skus: expect.arrayContaining(['SHIRT', 'SH\u0406RT', 'TEE-S', 'TEE\u2011S']) as string[],
  },
  counted: { facilityId: 'NJ_DC', products: 12, units: 24 },
  withoutStock: 2,
};

test('products are made of what is new, counted where nothing is, and what is doubtful is named', async () => {
  expect(await atp.json([...IMPORT, '--dry-run'])).toEqual(RESULT);
  expect(await atp.json(['product', 'list'])).toHaveLength(4);

  const { stdout, stderr } = await atp.run(...IMPORT);
  expect(stdout).toContain('13 products are new, 2 known.');
  expect(stdout).toContain('1 product (CAP-1) left out: a product has the SKU but for case');
  const levels = await database.query<{ sku: string; units: number }>(
    'SELECT sku, quantity_on_hand AS units FROM product_facility JOIN product USING (product_id)',
  );
  expect(Object.fromEntries(levels.map(({ sku, units }) => [sku, units]))).toEqual({
    ...{ HAT: 4, SCARF: 1, SHIRT: 7, Sock: 2, SOCK: 3, 'SH\u0406RT': 1, 'TEE-S': 1, 'TEE\u2011S': 1 },
    ...Object.fromEntries(ODD.map((sku) => [sku, 1])),
  });

  expect(stderr).toMatch(/6 SKUs of blue-shirts made a product though odd: .*, and 1 more\./);
  expect(stderr).toContain('"#N/A" (a spreadsheet shows a fault in its place');
  expect(stderr).toContain('"10-Nov" (a spreadsheet has made a date of it');
  expect(stderr).toContain('(it has U+200B in it, which nobody sees)');
  expect(stderr).toMatch(/4 products \(.*TEE-S.*\) made from blue-shirts whose SKU looks like another/);
  expect(stderr).toContain('atp product set <sku> --sku <right one>');
  expect(stdout).toContain(
    'correct it in Shopify), or is the id of another product (`atp product add` under',
  );
});

test('what was taken once stays as it is when it is asked for again', async () => {
  await atp.json(IMPORT);
  expect((await atp.run(...IMPORT, '--dry-run')).stderr).not.toMatch(/though odd|looks like/);
  expect(await atp.json(IMPORT)).toMatchObject({
    ...{ made: 0, known: 15, counted: { products: 0, units: 0 }, withoutStock: 2 },
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
