/** Rows that Shopify refuses: how few calls it takes to go on without them, and how they come back. */
import { describe, expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { recheckQuarantined } from '../../activities/recheck-quarantined.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { release, oweMended, listQuarantinedToRecheck } from '../../src/postgres/lane/quarantined-rows.ts';
import { openAdminApi, type AdminApi } from '../../src/shopify/admin-api.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

/** Products that show 1 each, and file 1, which wants 5 of each. */
async function openWithFile(...skus: string[]): Promise<ChunkBench> {
  const bench = await ChunkBench.open(Object.fromEntries(skus.map((sku) => [sku, 1])));
  await bench.addFile(1, Object.fromEntries(skus.map((sku) => [sku, 5])));
  return bench;
}

async function readOperations(bench: ChunkBench): Promise<(string | null)[]> {
  return (await bench.twin.requests()).map(({ operation }) => operation);
}

describe('a call that is refused', () => {
  test('for many rows with one cause is sent again without them, after one more read', async () => {
    const gone = Array.from({ length: 40 }, (_, index) => `GONE-${String(index).padStart(2, '0')}`);
    const bench = await openWithFile('A', 'B', ...gone);
    await Promise.all([
      bench.apply(1),
      bench.runWhileNextWriteWaits(async () => {
        for (const sku of gone) await bench.remove(sku);
      }),
    ]);

    expect(await readOperations(bench)).toEqual([
      ...['ReadOnlineAtp', 'SetOnlineAtp'],
      ...['ReadOnlineAtp', 'SetOnlineAtp'],
    ]);
    expect(await bench.readOutcomes(1)).toEqual({
      A: 'APPLIED',
      B: 'APPLIED',
      ...Object.fromEntries(gone.map((sku) => [sku, 'ITEM_NOT_FOUND'])),
    });
  });

  test('for two causes, one after the other, is sent again without the row of each', async () => {
    const bench = await openWithFile('A', 'GONE', 'SOLD');
    await Promise.all([
      bench.apply(1),
      (async () => {
        await bench.runWhileNextWriteWaits(() => bench.remove('GONE'));
        await bench.runWhileNextWriteWaits(() => bench.sell('SOLD', 1));
      })(),
    ]);

    expect(await readOperations(bench)).toEqual([
      ...['ReadOnlineAtp', 'SetOnlineAtp'],
      ...['ReadOnlineAtp', 'SetOnlineAtp', 'SetOnlineAtp'],
      ...['ReadOnlineAtp', 'SetOnlineAtp'],
    ]);
    expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED', GONE: 'ITEM_NOT_FOUND', SOLD: 'APPLIED' });
  });

  test('by a Shopify that names one bad row at a time is applied without them', async () => {
    const gone = Array.from({ length: 25 }, (_, index) => `GONE-${index}`);
    const bench = await openWithFile('A', ...gone);
    const deps = await bench.startAttempt();
    // Items are read as if they were well, so that only refusals show the fault; and each names only its first row.
    const api: AdminApi = {
      ...deps.api,
      readItemsToWrite: (ids) =>
        Promise.resolve(ids.map(() => ({ tracked: true, levelActive: true, available: 1 }))),
      setOnlineAtp: async (variables, deadline) => {
        const answer = await deps.api.setOnlineAtp(variables, deadline);
        return answer.outcome === 'APPLIED' ? answer : { ...answer, rows: answer.rows.slice(0, 1) };
      },
    };
    for (const sku of gone) await bench.remove(sku);

    await applyWindows({ ...deps, api }, [{ sequence: 1, window: 0 }], ROWS_PER_CALL);

    const { A, ...others } = await bench.readOutcomes(1);
    expect(A).toBe('APPLIED');
    expect(Object.values(others)).toEqual(gone.map(() => 'ITEM_NOT_FOUND'));
    expect(await bench.readWrites()).toHaveLength(gone.length + 1);
  });
});

/** One product for each cause that a look at its item shows; file 1 has quarantined all of them. */
async function openWithQuarantined(): Promise<ChunkBench> {
  const bench = await openWithFile('NOT-STOCKED', 'NOT-TRACKED', 'WELL');
  await bench.change('levels', { sku: 'NOT-STOCKED', isActive: false });
  await bench.change('items', { sku: 'NOT-TRACKED', tracked: false });
  await bench.apply(1);
  expect(await bench.readOutcomes(1)).toEqual({
    'NOT-STOCKED': 'LEVEL_INACTIVE',
    'NOT-TRACKED': 'ITEM_NOT_TRACKED',
    WELL: 'APPLIED',
  });
  return bench;
}

function recheck(bench: ChunkBench): Promise<{ readonly mended: number }> {
  return recheckQuarantined({ database: bench.database, adminApi: openAdminApi }, SHOP);
}

async function map(bench: ChunkBench): Promise<void> {
  await createMapShop({ database: bench.database, adminApi: openAdminApi })(SHOP);
}

describe('a quarantined product whose cause is gone', () => {
  test.each<[string, (bench: ChunkBench) => Promise<unknown>]>([
    ['when the lane looks at its item', recheck],
    ['when the mapping is renewed', map],
  ])('is owed to the next file %s', async (_, look) => {
    const bench = await openWithQuarantined();
    await look(bench);
    expect(await bench.readOwed()).toEqual([]);

    await bench.change('items', { sku: 'NOT-TRACKED', tracked: true });
    await look(bench);
    expect(await bench.readOwed()).toEqual(['NOT-TRACKED MENDED']);

    await bench.change('levels', { sku: 'NOT-STOCKED', isActive: true });
    await look(bench);
    expect(await bench.readOwed()).toEqual(['NOT-STOCKED MENDED', 'NOT-TRACKED MENDED']);
  });

  test.each<[string, (bench: ChunkBench) => Promise<unknown>]>([
    ['by a look at its item', recheck],
    ['by a new mapping', map],
  ])('is not owed %s when a later file will try it anyway', async (_, look) => {
    const bench = await openWithQuarantined();
    await bench.change('items', { sku: 'NOT-TRACKED', tracked: true });
    await bench.database.query(
      `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity)
       SELECT shop_id, product_id, 2, inventory_item_id, 6 FROM shop_product`,
    );

    await look(bench);

    expect(await bench.readOwed()).toEqual([]);
  });

  test('is counted once by the recheck, which sends no call when no product is quarantined', async () => {
    const bench = await openWithQuarantined();
    await bench.change('items', { sku: 'NOT-TRACKED', tracked: true });
    expect(await recheck(bench)).toEqual({ mended: 1 });
    expect(await recheck(bench)).toEqual({ mended: 0 });

    await bench.change('levels', { sku: 'NOT-STOCKED', isActive: true });
    await bench.addFile(2, { 'NOT-STOCKED': 5, 'NOT-TRACKED': 5 });
    await bench.apply(2);
    const calls = (await bench.twin.requests()).length;
    expect(await recheck(bench)).toEqual({ mended: 0 });
    expect(await bench.twin.requests()).toHaveLength(calls);
    expect(await bench.readShown()).toEqual({ 'NOT-STOCKED': 5, 'NOT-TRACKED': 5, WELL: 5 });
  });

  test('has its turn, because the recheck begins with the products that it looked at longest ago', async () => {
    const bench = await openWithFile('A', 'B', 'C');
    for (const sku of ['A', 'B', 'C']) await bench.change('items', { sku, tracked: false });
    await bench.apply(1);
    const turn = async (): Promise<string[]> => {
      const products = await listQuarantinedToRecheck(bench.database, SHOP, 2);
      await oweMended(bench.database, SHOP, products, []);
      return products.map(({ productId }) => productId);
    };

    expect([await turn(), await turn(), await turn()]).toEqual([
      ['A', 'B'],
      ['C', 'A'],
      ['B', 'A'],
    ]);
  });

  test('is not owed by a late look when a later file has settled it', async () => {
    const bench = await openWithQuarantined();
    const products = await listQuarantinedToRecheck(bench.database, SHOP, 10);
    await bench.change('items', { sku: 'NOT-TRACKED', tracked: true });
    await bench.addFile(2, { 'NOT-TRACKED': 7 });
    await bench.apply(2);

    expect(await oweMended(bench.database, SHOP, products, products)).toBe(1);
    expect(await bench.readOwed()).toEqual(['NOT-STOCKED MENDED']);
  });
});

describe('a release', () => {
  test('owes one quarantined product or all of them, and is refused for any other product', async () => {
    const bench = await openWithQuarantined();
    const releaseProduct = (sku: string | null) =>
      bench.database.transaction((connection) => release(connection, SHOP, sku));

    expect(await releaseProduct('NOT-TRACKED')).toBe(1);
    expect(await bench.readOwed()).toEqual(['NOT-TRACKED RELEASED']);
    expect(await releaseProduct(null)).toBe(2);
    expect(await bench.readOwed()).toEqual(['NOT-STOCKED RELEASED', 'NOT-TRACKED RELEASED']);
    for (const sku of ['WELL', 'NO-SUCH']) {
      await expect(releaseProduct(sku)).rejects.toMatchObject({ code: 'PRODUCT_NOT_SET_APART' });
    }
  });
});
