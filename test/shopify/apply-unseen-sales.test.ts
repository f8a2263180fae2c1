/** What the lane keeps back for unseen sales, and what it remembers of a row's last push. */
import { describe, expect, test } from 'vitest';
import { blockFile } from '../../src/postgres/lane/lane.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

/** A shop that shows 10 of each after file 1. */
async function openAfterFirstFile(...skus: string[]): Promise<ChunkBench> {
  const ofEach = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));
  const bench = await ChunkBench.open(ofEach(1));
  await bench.addFile(1, ofEach(10));
  await bench.apply(1);
  return bench;
}

describe('an unseen sale', () => {
  test('is kept back from one file to the next, until its order is imported', async () => {
    const bench = await openAfterFirstFile('A');
    await bench.sell('A', 3);

    await bench.addFile(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: 7 });
    expect(await bench.readOutcomes(2)).toEqual({ A: 'UNCHANGED' });
    const known = await bench.readKnown('A');
    expect(known).toMatchObject({ lastKnown: 7, debt: 3, drops: [{ units: 3 }] });

    await bench.addFile(3, { A: 12 });
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 9 });
    expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 9, debt: 3, drops: known?.drops });

    await bench.addFile(4, { A: 9 }, { importedUnits: { A: 3 } });
    await bench.apply(4);
    expect(await bench.readShown()).toEqual({ A: 9 });
    expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 9, importedUnits: 3, debt: 0 });
    expect(await bench.readWrites()).toEqual([1, 1]);
  });

  test('is put on sale again under the policy overwrite', async () => {
    const bench = await openAfterFirstFile('A', 'B');
    await bench.sell('A', 3);
    await bench.addFile(2, { A: 12, B: 12 });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: 9, B: 12 });

    await setShop(bench.database, SHOP, { salesPolicy: 'overwrite' });
    await bench.addFile(3, { A: 12 });
    await bench.apply(3);

    expect(await bench.readShown()).toEqual({ A: 12, B: 12 });
    expect(await bench.readKnown('A')).toMatchObject({ debt: 0, drops: null });
  });

  test('is no longer kept back when no order of its time has come', async () => {
    const bench = await openAfterFirstFile('A');
    await bench.change('levels', { sku: 'A', available: 5 });
    await bench.addFile(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: 5 });

    const [drop] = (await bench.readKnown('A'))?.drops ?? [];
    const until = (minutes: number) => new Date(Date.parse(drop?.at ?? '') + minutes * 60_000).toISOString();
    await bench.addFile(3, { A: 10 }, { ordersImportedUntil: until(-1) });
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 5 });

    await bench.addFile(4, { A: 10 }, { ordersImportedUntil: until(0) });
    await bench.apply(4);
    expect(await bench.readShown()).toEqual({ A: 10 });
    expect(await bench.readKnown('A')).toMatchObject({ debt: 0, drops: null });
  });

  test('is not let go by a file that was made while a clock was ahead', async () => {
    const bench = await openAfterFirstFile('A');
    await bench.sell('A', 3);
    await bench.addFile(2, { A: 10 }, { ordersImportedUntil: '2126-01-01T00:00:00Z' });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: 7 });

    await bench.addFile(3, { A: 10 }, { ordersImportedUntil: new Date().toISOString() });
    await bench.database.query(
      `UPDATE upload_file SET created_at = created_at + interval '3 hours' WHERE sequence = 3`,
    );
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 7 });
  });

  test('that happens between the look at the ledger and the read gets a time after it, so it does not expire too early', async () => {
    const bench = await openAfterFirstFile('A');
    await bench.addFile(2, { A: 10 });
    const { id } = await bench.twin.hold('ReadOnlineAtp');
    const applied = bench.apply(2);
    await bench.twin.control('GET', `/holds/${id}?arrived`);
    await bench.sell('A', 1);
    const [clock] = await bench.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    await bench.twin.control('DELETE', `/holds/${id}`);
    await applied;

    const known = await bench.readKnown('A');
    expect(known).toMatchObject({ lastKnown: 9, debt: 1 });
    const [drop] = known?.drops ?? [];
    expect(Date.parse(drop?.at ?? '')).toBeGreaterThanOrEqual(clock?.now.getTime() ?? Infinity);
  });

  test('is not kept back of another item: the new item is met for the first time', async () => {
    const bench = await openAfterFirstFile('A');
    const [made] = await bench.twin.seed([{ sku: 'A-ANEW', title: 'A', available: 2 }]);
    await bench.database.query('UPDATE shop_product SET inventory_item_id = $1', [made?.inventoryItemId]);

    await bench.addFile(2, { A: 10 });
    await bench.apply(2);

    expect(await bench.readShown()).toEqual({ A: 10, 'A-ANEW': 10 });
    expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 10, debt: 0 });
  });
});

describe('what a row keeps back', () => {
  test('is stored with its call, so that whoever gets the answer records the same', async () => {
    const bench = await openAfterFirstFile('A', 'B');
    await bench.sell('A', 3);
    await bench.addFile(2, { A: 20, B: 20 });
    await bench.armFault('http-500-after');
    await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    const [call] = await bench.database.query<{ debts: Record<string, unknown> }>(
      'SELECT debts FROM shopify_call WHERE sequence = 2',
    );
    expect(call?.debts).toEqual({ A: { debt: 3, drops: [{ at: expect.any(String) as string, units: 3 }] } });
    // A sale before the answer must not change what is recorded with it.
    await bench.sell('A', 1);

    await bench.apply(2);

    expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 17, ...(call?.debts['A'] as object) });
    expect(await bench.readKnown('B')).toEqual({ lastKnown: 20, importedUnits: 0, debt: 0, drops: null });
    await bench.addFile(3, { A: 20, B: 20 });
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 16, B: 20 });
  });

  test.each([
    ['quarantined', { tracked: false }, 'ITEM_NOT_TRACKED'],
    ['owed', null, 'QUANTITY_STALE'],
  ])('stays as it was while the row is %s', async (_, change, outcome) => {
    const bench = await openAfterFirstFile('A');
    await bench.sell('A', 2);
    await bench.addFile(2, { A: 10 });
    await bench.apply(2);
    const known = await bench.readKnown('A');
    expect(known).toMatchObject({ lastKnown: 8, debt: 2 });

    await bench.addFile(3, { A: 30 }, { importedUnits: { A: 1 } });
    if (change) await bench.change('items', { sku: 'A', ...change });
    const sellThrice = async () => {
      for (let time = 0; time < 3; time += 1) await bench.runWhileNextWriteWaits(() => bench.sell('A', 1));
    };
    await Promise.all([bench.apply(3), change ? undefined : sellThrice()]);
    expect(await bench.readOutcomes(3)).toEqual({ A: outcome });
    expect(await bench.readKnown('A')).toEqual(known);

    if (change) await bench.change('items', { sku: 'A', tracked: true });
    await bench.addFile(4, { A: 30 }, { importedUnits: { A: 1 } });
    await bench.apply(4);
    expect(await bench.readShown()).toEqual({ A: change ? 29 : 26 });
  });

  test('is nothing before a file has pushed the row, even when the row is quarantined', async () => {
    const bench = await ChunkBench.open({ A: 4 });
    await bench.change('items', { sku: 'A', tracked: false });
    await bench.addFile(1, { A: 10 });
    await bench.apply(1);
    expect(await bench.readKnown('A')).toEqual({ lastKnown: null, importedUnits: 0, debt: 0, drops: null });

    await bench.change('items', { sku: 'A', tracked: true });
    await bench.change('levels', { sku: 'A', available: 1 });
    await bench.addFile(2, { A: 10 });
    await bench.apply(2);
    expect(await bench.readShown()).toEqual({ A: 10 });
  });
});

/** Shopify shows 4, then 10 by a call whose answer was lost. */
async function openWithUnansweredRise(): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 4 });
  await bench.apply(1);
  await bench.addFile(2, { A: 10 });
  await bench.armFault('http-500-after');
  await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  return bench;
}

describe('a call of which nobody knows whether Shopify applied it', () => {
  test('keeps back what its rows have sold since', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 10 });
    await bench.armFault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.sell('A', 1);

    await bench.apply(1);

    // Compared with the 1 that was known before, 9 would be a rise, and the sold unit would be on sale again.
    expect(await bench.readShown()).toEqual({ A: 9 });
    expect(await bench.readCalls(1)).toEqual(['REFUSED']);
    expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 9, debt: 1 });
  });

  test('does not lose what it kept back', async () => {
    const bench = await openAfterFirstFile('A');
    await bench.sell('A', 2);
    await bench.addFile(2, { A: 20 });
    await bench.armFault('http-500-after');
    await expect(bench.apply(2)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.sell('A', 1);

    await bench.apply(2);

    expect(await bench.readShown()).toEqual({ A: 17 });
    expect(await bench.readKnown('A')).toMatchObject({ debt: 3 });
  });

  test('was not applied when most of its rows are as before, and keeps nothing back', async () => {
    const bench = await ChunkBench.open({ A: 5, B: 5, C: 5 });
    await bench.addFile(1, { A: 10, B: 10, C: 10 });
    await bench.armFault('http-500-before');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.sell('A', 1);

    await bench.apply(1);

    expect(await bench.readCalls(1)).toEqual(['REFUSED', 'APPLIED', 'APPLIED']);
    expect(await bench.readShown()).toEqual({ A: 10, B: 10, C: 10 });
  });

  test('takes its doubt to the next file when its own was skipped', async () => {
    const bench = await openWithUnansweredRise();
    const { pass } = await bench.startAttempt();
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

    await bench.addFile(3, { A: 10 });
    await bench.apply(3);

    expect(await bench.readShown()).toEqual({ A: 7 });
  });

  test('takes its doubt to the next file, and no further, when its row was quarantined', async () => {
    const bench = await openWithUnansweredRise();
    await bench.forgetKeys();
    await bench.sell('A', 3);
    await bench.change('items', { sku: 'A', tracked: false });
    await bench.apply(2);
    await bench.change('items', { sku: 'A', tracked: true });

    await bench.addFile(3, { A: 10 });
    await bench.apply(3);
    expect(await bench.readShown()).toEqual({ A: 7 });

    await bench.addFile(4, { A: 10 }, { importedUnits: { A: 3 } });
    await bench.apply(4);
    expect(await bench.readShown()).toEqual({ A: 10 });
  });

  test('is marked when it is repeated, but a call that was refused at once is not', async () => {
    const bench = await ChunkBench.open({ A: 5 });
    await bench.addFile(1, { A: 10 });
    await Promise.all([bench.apply(1), bench.runWhileNextWriteWaits(() => bench.sell('A', 1))]);
    await bench.addFile(2, { A: 20 });
    await bench.armFault('http-500-before');
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
    expect(await bench.readShown()).toEqual({ A: 20 });
  });
});

describe('an unanswered call', () => {
  async function openUnansweredFor(hours: number, fault: string): Promise<ChunkBench> {
    const bench = await ChunkBench.open({ A: 1, B: 1 });
    await bench.addFile(1, { A: 10, B: 20 });
    await bench.armFault(fault);
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();
    await bench.database.query('UPDATE shopify_call SET stored_at = now() - make_interval(hours => $1)', [
      hours,
    ]);
    return bench;
  }

  async function readStoredKeys(bench: ChunkBench): Promise<string[]> {
    const rows = await bench.database.query<{ key: string }>(
      'SELECT idempotency_key AS key FROM shopify_call ORDER BY generation',
    );
    return rows.map(({ key }) => key);
  }

  async function readLastKeySent(bench: ChunkBench): Promise<string | null | undefined> {
    return (await bench.twin.requests('SetOnlineAtp')).at(-1)?.idempotencyKey;
  }

  test('that is too old to be repeated was applied when its rows show what it sent', async () => {
    const bench = await openUnansweredFor(21, 'http-500-after');

    await bench.apply(1);

    expect(await bench.readCalls(1)).toEqual(['APPLIED']);
    expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED', B: 'APPLIED' });
    expect(await bench.readWrites()).toEqual([2]);
  });

  test('that is too old to be repeated is given up when no row shows it, and sent anew with another key', async () => {
    const bench = await openUnansweredFor(21, 'http-500-before');

    await bench.apply(1);

    expect(await bench.readCalls(1)).toEqual(['EXPIRED_UNKNOWN', 'APPLIED']);
    expect(await bench.readShown()).toEqual({ A: 10, B: 20 });
    expect(await readLastKeySent(bench)).toBe((await readStoredKeys(bench))[1]);
  });

  test('that is too old to be repeated is in doubt when a row has sold since, and the sale is kept back', async () => {
    const bench = await openUnansweredFor(21, 'http-500-after');
    await bench.sell('B', 2);

    await bench.apply(1);

    expect(await bench.readCalls(1)).toEqual(['EXPIRED_UNKNOWN']);
    expect(await bench.readShown()).toEqual({ A: 10, B: 18 });
    expect(await bench.readKnown('B')).toMatchObject({ debt: 2 });
  });

  test('is repeated under its key until it is too old', async () => {
    const bench = await openUnansweredFor(19, 'http-500-before');

    await bench.apply(1);

    expect(await bench.readCalls(1)).toEqual(['APPLIED']);
    expect(await readLastKeySent(bench)).toBe((await readStoredKeys(bench))[0]);
  });
});
