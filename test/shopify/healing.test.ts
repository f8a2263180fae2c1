/** Healing what differs on Shopify: the next file makes it equal, but for units that may be a sale. */
import { expect, test } from 'vitest';
import { healProducts } from '../../src/postgres/lane/verified-rows.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

/** A shop that shows 10 after file 1, and then what somebody made of it. */
async function openEditedShop(to: number): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 10 });
  await bench.apply(1);
  await bench.change('levels', { sku: 'A', available: to });
  return bench;
}

async function heal(bench: ChunkBench): Promise<void> {
  await healProducts(bench.database, SHOP, ['A']);
  expect(await bench.readOwed()).toEqual(['A HEAL']);
}

test('units that somebody added are taken away by the next file', async () => {
  const bench = await openEditedShop(30);

  await heal(bench);
  await bench.addFile(2, { A: 10 });
  await bench.apply(2);

  expect(await bench.readShown()).toEqual({ A: 10 });
});

test.each([4, 0])(
  'units that may be a sale, down to %d, wait until the order watermark has passed',
  async (to) => {
    const bench = await openEditedShop(to);

    await heal(bench);
    await bench.addFile(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: to });
    const known = await bench.readKnown('A');
    expect(known).toMatchObject({ debt: 10 - to });

    await bench.addFile(3, { A: 10 }, { ordersImportedUntil: known?.drops?.[0]?.at ?? null });
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 10 });
  },
);

test('a sale is not put on sale again by a healing, and its order pays for it later', async () => {
  const bench = await openEditedShop(10);
  await bench.sell('A', 4);

  await heal(bench);
  await bench.addFile(2, { A: 10 });
  await bench.apply(2);
  expect(await bench.readShown()).toEqual({ A: 6 });

  await bench.addFile(3, { A: 6 }, { importedUnits: { A: 4 } });
  await bench.apply(3);
  expect(await bench.readShown()).toEqual({ A: 6 });
  expect(await bench.readKnown('A')).toMatchObject({ debt: 0 });
});

test('units that are kept back stay so when somebody adds one', async () => {
  const bench = await openEditedShop(10);
  await bench.sell('A', 4);
  await bench.addFile(2, { A: 10 });
  await bench.apply(2);
  await bench.change('levels', { sku: 'A', available: 7 });

  await heal(bench);
  await bench.addFile(3, { A: 10 });
  await bench.apply(3);

  // The unit that came back counts as a cancellation: three are still sold.
  expect(await bench.readShown()).toEqual({ A: 7 });
  expect(await bench.readKnown('A')).toMatchObject({ debt: 3 });
});
