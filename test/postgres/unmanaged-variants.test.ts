/** Variants that no product is mapped to, in the database: what a person dismisses is what they were asked about. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Application } from '../../src/operations/application.ts';
import { drainShop } from '../../src/operations/drain-shop.ts';
import type { Context } from '../../src/operations/operation.ts';
import type { Database } from '../../src/postgres/database.ts';
import { listLeftItems } from '../../src/postgres/lane/left-items.ts';
import {
  findUnmanagedStock,
  replaceUnmanaged,
  summarizeUnmanaged,
} from '../../src/postgres/mapping/unmanaged-variants.ts';
import { UNMANAGED_TOLD } from '../../src/domain/unmanaged-stock.ts';
import { SHOP, Warehouse } from '../feeds/warehouse.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await Warehouse.open());
});

beforeEach(async () => {
  await database.query('DELETE FROM unmanaged_variant');
  await database.query('DELETE FROM left_item');
});

/** As a verification has seen it. */
async function addVariant(item: string, sku: string | null, units: number): Promise<void> {
  await database.query(
    `INSERT INTO unmanaged_variant (shop_id, inventory_item_id, sku, units, units_since, read_at)
     VALUES ($1, $2, $3, $4, CASE WHEN $4 > 0 THEN now() END, now())`,
    [SHOP, item, sku, units],
  );
}

/** As a drain leaves it that a person has skipped. */
async function addLeftItem(item: string): Promise<void> {
  await database.query(
    `INSERT INTO left_item (shop_id, location_id, inventory_item_id, product_id, state, units)
     SELECT shop_id, location_id, $2, '10000', 'ON_SALE', 3 FROM shop WHERE shop_id = $1`,
    [SHOP, item],
  );
}

function contextWith(ask: Context['ask']): Context {
  const nowhere = () => Promise.reject(new Error('The test needs no such part.'));
  const app: Application = {
    shopifyApiVersion: () => Promise.resolve('2026-10'),
    database: () => Promise.resolve(database),
    temporal: nowhere,
    isTemporalConfigured: () => Promise.resolve(false),
    temporalNamespace: () => Promise.resolve('default'),
    temporalUiUrl: () => Promise.resolve(null),
    fileDrop: nowhere,
    adminApi: nowhere,
    alerting: nowhere,
  };
  return {
    app,
    caller: { name: 'Ann', role: 'admin', via: 'cli' },
    progress: () => undefined,
    warn: () => undefined,
    ask,
    nameOf: (field) => field,
    pathOf: (file) => file,
  };
}

test('what is found while a person is asked is not dismissed by the answer', async () => {
  await addVariant('i1', 'MUG', 4);
  await addLeftItem('i2');
  let asked = '';
  const context = contextWith(async (consequence) => {
    asked = consequence;
    await addVariant('i3', 'POSTER', 5);
    await addLeftItem('i4');
    return true;
  });

  const done = await drainShop.run(context, { shopId: SHOP, dismiss: true, reason: 'the outlet sells it' });

  expect(asked).toContain('1 variant with 4 units (MUG) stay as they are');
  expect(done).toMatchObject({ dismissed: 2 });
  expect(await findUnmanagedStock(database, SHOP)).toMatchObject({ variants: 1, names: ['POSTER'] });
  expect(await listLeftItems(database, SHOP)).toMatchObject([{ state: 'ON_SALE', items: 1 }]);
});

test('told are the variants with the causes that nothing else tells of, whatever else there is', async () => {
  const items = {
    ...{ none: null, 'no product': 'MUG', near: 'shirt', product: 'HAT', left: 'POSTER', dismissed: 'CUP' },
    ...{ 'left, without a SKU': null, 'nearly a number': '7', mapped: 'LAMP', sold: 'SOLD-OUT' },
  };
  for (const [item, sku] of Object.entries(items)) await addVariant(item, sku, item === 'sold' ? 0 : 2);
  for (const item of ['left', 'left, without a SKU']) await addLeftItem(item);
  await database.query(`UPDATE unmanaged_variant SET dismissed_at = now() WHERE sku = 'CUP'`);
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('30001', '007')`);
  await database.query(
    `INSERT INTO mapping_finding (shop_id, product_id, finding) VALUES ($1, '10000', 'NEARLY'), ($1, '30001', 'NEARLY')`,
    [SHOP],
  );
  await database.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id) VALUES ($1, '30001', 'mapped', 'v')`,
    [SHOP],
  );

  const { causes, listed } = await summarizeUnmanaged(database, { shopId: SHOP, run: 'Monday' });
  expect(causes).toEqual({
    ...{ NO_SKU: 1, NO_PRODUCT: 1, NEARLY: 2, NOT_MAPPED_YET: 1, LEFT_ON_SALE: 2, DISMISSED: 1 },
  });
  const told = listed.filter(({ cause }) => UNMANAGED_TOLD.includes(cause));
  expect(await findUnmanagedStock(database, SHOP)).toMatchObject({
    ...{
      variants: told.length,
      units: 4,
      names: told.map(({ sku, inventoryItemId }) => sku ?? inventoryItemId),
    },
  });
});

test('a mapping neither writes nor locks what has stayed as it is', async () => {
  for (const [item, sku] of [
    ['same', 'MUG'],
    ['none', null],
    ['other', 'CUP'],
    ['gone', 'BAG'],
  ] as const)
    await addVariant(item, sku, 2);
  const rows = () =>
    database.query<{ item: string; sku: string | null; units: number | null; version: string }>(
      `SELECT inventory_item_id AS item, sku, units, xmin || '/' || xmax AS version
       FROM unmanaged_variant ORDER BY inventory_item_id`,
    );
  const before = await rows();

  await database.transaction(async (connection) => {
    await connection.query(
      `CREATE TEMPORARY TABLE catalogue ON COMMIT DROP AS
       SELECT item AS inventory_item_id, sku, true AS tracked, true AS level_active
       FROM (VALUES ('same', 'MUG'), ('none', NULL), ('other', 'JUG'), ('new', 'BOX')) AS variant (item, sku)`,
    );
    await replaceUnmanaged(connection, SHOP);
  });

  const after = await rows();
  expect(after.map(({ item, sku, units }) => [item, sku, units])).toEqual([
    ...[
      ['new', 'BOX', null],
      ['none', null, 2],
      ['other', 'JUG', 2],
      ['same', 'MUG', 2],
    ],
  ]);
  const unchanged = (all: typeof before) => all.filter(({ item }) => item === 'same' || item === 'none');
  expect(unchanged(after)).toEqual(unchanged(before));
});
