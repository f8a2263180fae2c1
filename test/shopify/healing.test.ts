/** Healing what somebody changed on Shopify: the next file makes it equal, in either direction. */
import { expect, test } from 'vitest';
import { healProducts, listProductsToVerify } from '../../src/postgres/lane/verified-rows.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

async function openEditedShop(to: number): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 10 });
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

test.each([4, 0, 30])('a healed edit to %d is owed, and the next file undoes it', async (to) => {
  const bench = await openEditedShop(to);

  await heal(bench, to, 1);
  expect(await bench.readOwed()).toEqual(['A HEAL']);
  await bench.addFile(2, { A: 10 });
  await bench.apply(2);

  expect(await bench.readShown()).toEqual({ A: 10 });
});

test('a healing puts units on sale that were kept back, and keeps back a sale after it', async () => {
  const bench = await openEditedShop(10);
  await bench.sell('A', 4);
  await bench.addFile(2, { A: 10 });
  await bench.apply(2);
  expect(await bench.readKnown('A')).toMatchObject({ debt: 4 });

  await heal(bench, 6, 2);
  await bench.sell('A', 1);
  await bench.addFile(3, { A: 10 });
  await bench.apply(3);

  expect(await bench.readShown()).toEqual({ A: 9 });
  expect(await bench.readKnown('A')).toMatchObject({ debt: 1 });
});

test('orders that were imported before a healing do not pay for a sale after it', async () => {
  const bench = await openEditedShop(4);
  await bench.database.query(`INSERT INTO shop_imported_units VALUES ('${SHOP}', 'A', 6)`);

  await heal(bench, 4, 1);
  await bench.sell('A', 1);
  await bench.addFile(2, { A: 10 }, { importedUnits: { A: 6 } });
  await bench.apply(2);

  expect(await bench.readShown()).toEqual({ A: 9 });
});

test('a healing after a later file changes nothing that is known, and owes the product all the same', async () => {
  const bench = await openEditedShop(4);
  await bench.addFile(2, { A: 20 });
  await bench.apply(2);
  const known = await bench.readKnown('A');

  await heal(bench, 4, 1);

  expect(await bench.readKnown('A')).toEqual(known);
  expect(await bench.readOwed()).toEqual(['A HEAL']);
});
