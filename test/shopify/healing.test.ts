/** Healing what somebody changed on Shopify: the next file makes it equal, in either direction. */
import { expect, test } from 'vitest';
import { healProducts, listProductsToVerify } from '../../src/postgres/lane/verified-rows.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

async function edited(to: number): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.file(1, { A: 10 });
  await bench.apply(1);
  await bench.change('levels', { sku: 'A', available: to });
  return bench;
}

async function heal(bench: ChunkBench, units: number, sequence: number): Promise<void> {
  const [product] = await listProductsToVerify(bench.database, {
    shopId: SHOP,
    after: '',
    limit: 1,
    only: null,
  });
  const inventoryItemId = product?.inventoryItemId ?? '';
  await healProducts(bench.database, SHOP, [{ productId: 'A', taken: { units, inventoryItemId, sequence } }]);
}

test.each([4, 0, 30])('an edit to %d is taken as known, and owed', async (to) => {
  const bench = await edited(to);

  await heal(bench, to, 1);
  expect(await bench.owed()).toEqual(['A HEAL']);
  await bench.file(2, { A: 10 });
  await bench.apply(2);

  expect(await bench.shown()).toEqual({ A: 10 });
});

test('units that were held back are shown again, and a sale after the healing is not forgotten', async () => {
  const bench = await edited(10);
  await bench.sell('A', 4);
  await bench.file(2, { A: 10 });
  await bench.apply(2);
  expect(await bench.known('A')).toMatchObject({ debt: 4 });

  await heal(bench, 6, 2);
  await bench.sell('A', 1);
  await bench.file(3, { A: 10 });
  await bench.apply(3);

  expect(await bench.shown()).toEqual({ A: 9 });
  expect(await bench.known('A')).toMatchObject({ debt: 1 });
});

test('orders that were imported before the healing do not pay for a sale after it', async () => {
  const bench = await edited(4);
  await bench.database.query(`INSERT INTO shop_imported_units VALUES ('${SHOP}', 'A', 6)`);

  await heal(bench, 4, 1);
  await bench.sell('A', 1);
  await bench.file(2, { A: 10 }, { importedUnits: { A: 6 } });
  await bench.apply(2);

  expect(await bench.shown()).toEqual({ A: 9 });
});

test('nothing is taken as known that a later file has settled meanwhile; the product is owed all the same', async () => {
  const bench = await edited(4);
  await bench.file(2, { A: 20 });
  await bench.apply(2);
  const known = await bench.known('A');

  await heal(bench, 4, 1);

  expect(await bench.known('A')).toEqual(known);
  expect(await bench.owed()).toEqual(['A HEAL']);
});
