/** Variants that no product is mapped to, in the database: what a person dismisses is what they were asked about. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Application } from '../../src/operations/application.ts';
import { drainShop } from '../../src/operations/drain-shop.ts';
import type { Context } from '../../src/operations/operation.ts';
import type { Database } from '../../src/postgres/database.ts';
import { listLeftItems } from '../../src/postgres/lane/left-items.ts';
import { findUnmanagedStock } from '../../src/postgres/mapping/unmanaged-variants.ts';
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
