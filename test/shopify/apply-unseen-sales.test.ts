/** What the lane holds back for sales that are not imported, and what it remembers of a row's last push. */
import { describe, expect, test } from 'vitest';
import { blockFile } from '../../src/postgres/lane/lane.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

/** A shop that shows 10 of each after file 1. */
async function afterFirstFile(...skus: string[]): Promise<ChunkBench> {
  const ofEach = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));
  const bench = await ChunkBench.open(ofEach(1));
  await bench.file(1, ofEach(10));
  await bench.apply(1);
  return bench;
}

describe('a sale whose order is not imported', () => {
  test('is held back from one file to the next, until its order pays for it', async () => {
    const bench = await afterFirstFile('A');
    await bench.sell('A', 3);

    await bench.file(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.shown()).toEqual({ A: 7 });
    expect(await bench.outcomes(2)).toEqual({ A: 'UNCHANGED' });
    const known = await bench.known('A');
    expect(known).toMatchObject({ lastKnown: 7, debt: 3, drops: [{ units: 3 }] });

    await bench.file(3, { A: 12 });
    await bench.apply(3);
    expect(await bench.shown()).toEqual({ A: 9 });
    expect(await bench.known('A')).toMatchObject({ lastKnown: 9, debt: 3, drops: known?.drops });

    await bench.file(4, { A: 9 }, { importedUnits: { A: 3 } });
    await bench.apply(4);
    expect(await bench.shown()).toEqual({ A: 9 });
    expect(await bench.known('A')).toMatchObject({ lastKnown: 9, importedUnits: 3, debt: 0 });
    expect(await bench.writes()).toEqual([1, 1]);
  });

  test('is sold once more under the policy overwrite', async () => {
    const bench = await afterFirstFile('A', 'B');
    await bench.sell('A', 3);
    await bench.file(2, { A: 12, B: 12 });
    await bench.apply(2);
    expect(await bench.shown()).toEqual({ A: 9, B: 12 });

    await setShop(bench.database, SHOP, { salesPolicy: 'overwrite' });
    await bench.file(3, { A: 12 });
    await bench.apply(3);

    expect(await bench.shown()).toEqual({ A: 12, B: 12 });
    expect(await bench.known('A')).toMatchObject({ debt: 0, drops: null });
  });

  test('that is none, since no order of its time came, is let go', async () => {
    const bench = await afterFirstFile('A');
    await bench.change('levels', { sku: 'A', available: 5 });
    await bench.file(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.shown()).toEqual({ A: 5 });

    const [drop] = (await bench.known('A'))?.drops ?? [];
    const until = (minutes: number) => new Date(Date.parse(drop?.at ?? '') + minutes * 60_000).toISOString();
    await bench.file(3, { A: 10 }, { ordersImportedUntil: until(14) });
    await bench.apply(3);
    expect(await bench.shown()).toEqual({ A: 5 });

    await bench.file(4, { A: 10 }, { ordersImportedUntil: until(15) });
    await bench.apply(4);
    expect(await bench.shown()).toEqual({ A: 10 });
    expect(await bench.known('A')).toMatchObject({ debt: 0, drops: null });
  });

  test('of another item than before is none: the new item is met for the first time', async () => {
    const bench = await afterFirstFile('A');
    const [made] = await bench.twin.seed([{ sku: 'A-ANEW', title: 'A', available: 2 }]);
    await bench.database.query('UPDATE shop_product SET inventory_item_id = $1', [made?.inventoryItemId]);

    await bench.file(2, { A: 10 });
    await bench.apply(2);

    expect(await bench.shown()).toEqual({ A: 10, 'A-ANEW': 10 });
    expect(await bench.known('A')).toMatchObject({ lastKnown: 10, debt: 0 });
  });
});

describe('what was decided', () => {
  test('is stored with the call, so whoever gets its answer records the same', async () => {
    const bench = await afterFirstFile('A', 'B');
    await bench.sell('A', 3);
    await bench.file(2, { A: 20, B: 20 });
    await bench.fault('http-500-after');
    await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    const [call] = await bench.database.query<{ debts: Record<string, unknown> }>(
      'SELECT debts FROM shopify_call WHERE sequence = 2',
    );
    expect(call?.debts).toEqual({ A: { debt: 3, drops: [{ at: expect.any(String) as string, units: 3 }] } });
    // Whatever is sold before the answer is there must not be taken into it.
    await bench.sell('A', 1);

    await bench.apply(2);

    expect(await bench.known('A')).toMatchObject({ lastKnown: 17, ...(call?.debts['A'] as object) });
    expect(await bench.known('B')).toEqual({ lastKnown: 20, importedUnits: 0, debt: 0, drops: null });
    await bench.file(3, { A: 20, B: 20 });
    await bench.apply(3);
    expect(await bench.shown()).toEqual({ A: 16, B: 20 });
  });

  test.each([
    ['quarantined', { tracked: false }, 'ITEM_NOT_TRACKED'],
    ['owed', null, 'QUANTITY_STALE'],
  ])('stays as it was while the row is %s', async (_, change, outcome) => {
    const bench = await afterFirstFile('A');
    await bench.sell('A', 2);
    await bench.file(2, { A: 10 });
    await bench.apply(2);
    const known = await bench.known('A');
    expect(known).toMatchObject({ lastKnown: 8, debt: 2 });

    await bench.file(3, { A: 30 }, { importedUnits: { A: 1 } });
    if (change) await bench.change('items', { sku: 'A', ...change });
    const sellThrice = async () => {
      for (let time = 0; time < 3; time += 1) await bench.during(() => bench.sell('A', 1));
    };
    await Promise.all([bench.apply(3), change ? undefined : sellThrice()]);
    expect(await bench.outcomes(3)).toEqual({ A: outcome });
    expect(await bench.known('A')).toEqual(known);

    if (change) await bench.change('items', { sku: 'A', tracked: true });
    await bench.file(4, { A: 30 }, { importedUnits: { A: 1 } });
    await bench.apply(4);
    expect(await bench.shown()).toEqual({ A: change ? 29 : 26 });
  });

  test('of a row that no file has pushed yet is nothing, even when it is set apart', async () => {
    const bench = await ChunkBench.open({ A: 4 });
    await bench.change('items', { sku: 'A', tracked: false });
    await bench.file(1, { A: 10 });
    await bench.apply(1);
    expect(await bench.known('A')).toEqual({ lastKnown: null, importedUnits: 0, debt: 0, drops: null });

    await bench.change('items', { sku: 'A', tracked: true });
    await bench.change('levels', { sku: 'A', available: 1 });
    await bench.file(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.shown()).toEqual({ A: 10 });
  });
});

/** Shopify shows 4, then 10 by a call whose answer was lost. */
async function unansweredRise(): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.file(1, { A: 4 });
  await bench.apply(1);
  await bench.file(2, { A: 10 });
  await bench.fault('http-500-after');
  await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  return bench;
}

describe('a call of which nobody knows whether it was applied', () => {
  test('and whose rows have sold since: the sale is held back', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.file(1, { A: 10 });
    await bench.fault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.sell('A', 1);

    await bench.apply(1);

    // From the 1 that was known before, 9 would be a rise, and the sold unit would be on sale again.
    expect(await bench.shown()).toEqual({ A: 9 });
    expect(await bench.calls(1)).toEqual(['REFUSED']);
    expect(await bench.known('A')).toMatchObject({ lastKnown: 9, debt: 1 });
  });

  test('and that held something back: that is not forgotten', async () => {
    const bench = await afterFirstFile('A');
    await bench.sell('A', 2);
    await bench.file(2, { A: 20 });
    await bench.fault('http-500-after');
    await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.sell('A', 1);

    await bench.apply(2);

    expect(await bench.shown()).toEqual({ A: 17 });
    expect(await bench.known('A')).toMatchObject({ debt: 3 });
  });

  test('but most of whose rows are as before was not: nothing of it is held back', async () => {
    const bench = await ChunkBench.open({ A: 5, B: 5, C: 5 });
    await bench.file(1, { A: 10, B: 10, C: 10 });
    await bench.fault('http-500-before');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.sell('A', 1);

    await bench.apply(1);

    expect(await bench.calls(1)).toEqual(['REFUSED', 'APPLIED']);
    expect(await bench.shown()).toEqual({ A: 10, B: 10, C: 10 });
  });

  test('and whose file was left out takes its doubt to the next one', async () => {
    const bench = await unansweredRise();
    const { pass } = await bench.attempt();
    await blockFile(bench.database, pass, { sequence: 2, code: 'SHOPIFY_ACCESS_DENIED', reason: 'revoked' });
    await bench.database.query(
      `UPDATE upload_file SET blocked_at = now() - interval '5 minutes' WHERE sequence = 2`,
    );
    await bench.database.query(
      `UPDATE shopify_call SET stored_at = now() - interval '5 minutes' WHERE sequence = 2`,
    );
    const skip = { decision: 'skip', sequence: 2, by: 'Ann' } as const;
    await decide(bench.database, { shopId: SHOP, decisionKey: 'skip', decision: skip });
    await bench.sell('A', 3);

    await bench.file(3, { A: 10 });
    await bench.apply(3);

    expect(await bench.shown()).toEqual({ A: 7 });
  });

  test('and whose row was set apart takes its doubt to the next file, and no further', async () => {
    const bench = await unansweredRise();
    await bench.forgetKeys();
    await bench.sell('A', 3);
    await bench.change('items', { sku: 'A', tracked: false });
    await bench.apply(2);
    await bench.change('items', { sku: 'A', tracked: true });

    await bench.file(3, { A: 10 });
    await bench.apply(3);
    expect(await bench.shown()).toEqual({ A: 7 });

    await bench.file(4, { A: 10 }, { importedUnits: { A: 3 } });
    await bench.apply(4);
    expect(await bench.shown()).toEqual({ A: 10 });
  });

  test('is marked before it is repeated; a call that is refused at once leaves no doubt', async () => {
    const bench = await ChunkBench.open({ A: 5 });
    await bench.file(1, { A: 10 });
    await Promise.all([bench.apply(1), bench.during(() => bench.sell('A', 1))]);
    await bench.file(2, { A: 20 });
    await bench.fault('http-500-before');
    await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    const repeated = () =>
      bench.database.query('SELECT sequence, repeated FROM shopify_call ORDER BY sequence, generation');
    expect(await repeated()).toEqual([
      { sequence: 1, repeated: false },
      { sequence: 1, repeated: false },
      { sequence: 2, repeated: false },
    ]);

    await bench.apply(2);

    expect((await repeated()).at(-1)).toEqual({ sequence: 2, repeated: true });
    expect(await bench.shown()).toEqual({ A: 20 });
  });
});

describe('a stored call that is too old to be repeated', () => {
  async function unansweredFor(hours: number, fault: string): Promise<ChunkBench> {
    const bench = await ChunkBench.open({ A: 1, B: 1 });
    await bench.file(1, { A: 10, B: 20 });
    await bench.fault(fault);
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.database.query('UPDATE shopify_call SET stored_at = now() - make_interval(hours => $1)', [
      hours,
    ]);
    return bench;
  }

  async function storedKeys(bench: ChunkBench): Promise<string[]> {
    const rows = await bench.database.query<{ key: string }>(
      'SELECT idempotency_key AS key FROM shopify_call ORDER BY generation',
    );
    return rows.map(({ key }) => key);
  }

  async function lastKeySent(bench: ChunkBench): Promise<string | null | undefined> {
    return (await bench.twin.requests('SetOnlineAtp')).at(-1)?.idempotencyKey;
  }

  test('and whose rows show what it sent was applied', async () => {
    const bench = await unansweredFor(21, 'http-500-after');

    await bench.apply(1);

    expect(await bench.calls(1)).toEqual(['APPLIED']);
    expect(await bench.outcomes(1)).toEqual({ A: 'APPLIED', B: 'APPLIED' });
    expect(await bench.writes()).toEqual([2]);
  });

  test('and whose rows do not is given up, and asked for anew under another key', async () => {
    const bench = await unansweredFor(21, 'http-500-before');

    await bench.apply(1);

    expect(await bench.calls(1)).toEqual(['EXPIRED_UNKNOWN', 'APPLIED']);
    expect(await bench.shown()).toEqual({ A: 10, B: 20 });
    expect(await lastKeySent(bench)).toBe((await storedKeys(bench))[1]);
  });

  test('and of whose rows one has sold since is in doubt: the sale is held back', async () => {
    const bench = await unansweredFor(21, 'http-500-after');
    await bench.sell('B', 2);

    await bench.apply(1);

    expect(await bench.calls(1)).toEqual(['EXPIRED_UNKNOWN']);
    expect(await bench.shown()).toEqual({ A: 10, B: 18 });
    expect(await bench.known('B')).toMatchObject({ debt: 2 });
  });

  test('is repeated until then', async () => {
    const bench = await unansweredFor(19, 'http-500-before');

    await bench.apply(1);

    expect(await bench.calls(1)).toEqual(['APPLIED']);
    expect(await lastKeySent(bench)).toBe((await storedKeys(bench))[0]);
  });
});
