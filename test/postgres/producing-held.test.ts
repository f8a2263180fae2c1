/** The first guard: a file that would change too much is held as a plan; decreases are published all the same. */
import { describe, expect, test } from 'vitest';
import { TO_ZERO_LIMIT_PERCENT } from '../../src/domain/limits.ts';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { listPlans, rejectPlan } from '../../src/postgres/planning/sync-plans.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** Ten of them: one is 10 % of the shop. */
const SHIRTS = ['S0', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9'];

/** The plan that a shop begins with. */
const FIRST = ['1 hard-sync APPROVED'];

async function openShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  return Retailer.open(database, SHIRTS);
}

/** Ten shirts of 10 units, published by file 1, which was plan 1. */
async function openSyncedShop(): Promise<Retailer> {
  const retailer = await openShop();
  await retailer.produce('hard-sync');
  return retailer;
}

async function sellOut(retailer: Retailer, skus: readonly string[]): Promise<void> {
  for (const sku of skus) await retailer.post(sku, BROADWAY, -10, 0);
}

async function readPlans({ database }: Retailer): Promise<string[]> {
  return (await listPlans(database, SHOP)).map(({ plan, kind, state }) => `${plan} ${kind} ${state}`);
}

describe('a shop’s first Hard Sync', () => {
  test('is held: it takes no number, and a delta before its approval is refused', async () => {
    const retailer = await openShop();
    const { database } = retailer;

    const { file, plan } = await produceFile(database, {
      shopId: SHOP,
      kind: 'hard-sync',
      producerKey: 'run',
    });

    expect(file).toBeNull();
    expect(plan).toMatchObject({
      plan: 1,
      state: 'HELD',
      cause: 'FIRST_HARD_SYNC',
      rowCount: 10,
      toZeroCount: 0,
    });
    expect(await database.query('SELECT FROM upload_file')).toEqual([]);
    expect(await database.query('SELECT FROM published_row')).toEqual([]);
    await expect(retailer.produce('recent-changes')).rejects.toThrow('held as plan 1');
  });

  test('becomes file 1 when it is approved, with the quantities of that moment', async () => {
    const retailer = await openShop();
    await produceFile(retailer.database, { shopId: SHOP, kind: 'hard-sync', producerKey: 'run' });
    await retailer.post('S0', BROADWAY, 5, 0);

    const { file, plan } = await retailer.approve(1);

    expect(file).toMatchObject({ sequence: 1, rowCount: 10 });
    expect(plan).toMatchObject({ state: 'APPROVED', sequence: 1 });
    expect(await retailer.rowsOf(1)).toMatchObject({ S0: 15, S1: 10 });
  });

  test('keeps its plan when it is run again, as long as it sends the same products to zero', async () => {
    const retailer = await openShop();
    const sync = async (producerKey: string) => {
      const request = { shopId: SHOP, kind: 'hard-sync', producerKey } as const;
      return (await produceFile(retailer.database, request)).plan;
    };
    await sync('first run');
    await retailer.post('S0', BROADWAY, -1, 0);
    expect(await sync('second run')).toMatchObject({ plan: 1, toZeroCount: 0 });
    expect(await readPlans(retailer)).toEqual(['1 hard-sync HELD']);

    await sellOut(retailer, ['S1']);

    const third = await sync('third run');
    expect(third).toMatchObject({ plan: 2, toZeroCount: 1 });
    expect(await sync('third run')).toEqual(third);
    expect(await readPlans(retailer)).toEqual(['2 hard-sync HELD', '1 hard-sync REPLACED']);
    await expect(retailer.approve(1)).rejects.toMatchObject({ code: 'PLAN_NOT_HELD' });
  });

  test('is approved for the zeros that a person has seen: an inventory that was emptied since is not published', async () => {
    const retailer = await openShop();
    await sellOut(retailer, ['S0']);
    const request = { shopId: SHOP, kind: 'hard-sync', producerKey: 'run' } as const;
    const { plan } = await produceFile(retailer.database, request);
    expect(plan).toMatchObject({ rowCount: 10, toZeroCount: 1 });

    await sellOut(retailer, SHIRTS.slice(1));
    await expect(retailer.approve(1)).rejects.toMatchObject({ code: 'PLAN_OUTGROWN' });

    for (const sku of SHIRTS.slice(3)) await retailer.post(sku, BROADWAY, 10, 0);
    expect((await retailer.approve(1)).file).toMatchObject({ sequence: 1, toZeroCount: 3 });
  });
});

describe('a file that sends products to zero', () => {
  test('is made when they are within the limit', async () => {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0', 'S1']);

    expect(await retailer.produce('recent-changes')).toMatchObject({ file: { rowCount: 2 }, plan: null });
  });

  test.each(['hard-sync', 'recent-changes'] as const)(
    'is held as a plan of the kind %s when they are beyond the limit',
    async (kind) => {
      const retailer = await openSyncedShop();
      await sellOut(retailer, ['S0', 'S1', 'S2']);

      const { file, plan } = await retailer.produce(kind);

      expect(file).toBeNull();
      expect(plan).toMatchObject({ kind, cause: 'TO_ZERO', toZeroCount: 3, productCount: 10 });
      const rows = await retailer.database.query<{ productId: string }>(
        `SELECT product_id AS "productId" FROM sync_plan_row ORDER BY 1`,
      );
      expect(rows.map(({ productId }) => productId)).toEqual(['S0', 'S1', 'S2']);
      expect(await retailer.database.query('SELECT FROM snapshot_step')).toHaveLength(1);
    },
  );

  test('counts neither products that were zero before nor products that were never published', async () => {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0', 'S1']);
    await retailer.produce('recent-changes');
    await retailer.addProducts(['NEW-1', 'NEW-2']);
    await retailer.database.query(
      `INSERT INTO shop_product SELECT '${SHOP}', id, 'item ' || id, 'variant' FROM unnest(ARRAY['NEW-1', 'NEW-2']) AS id`,
    );
    await sellOut(retailer, ['S2']);

    expect(await retailer.produce('hard-sync')).toMatchObject({
      file: { rowCount: 12, toZeroCount: 5 },
      plan: null,
    });
  });

  test('is judged by the limit of its shop, which is the default at first', async () => {
    const retailer = await openSyncedShop();
    expect(await retailer.database.query('SELECT to_zero_limit_percent AS percent FROM shop')).toEqual([
      { percent: TO_ZERO_LIMIT_PERCENT },
    ]);
    await retailer.setToZeroLimit(5);
    await sellOut(retailer, ['S0']);
    expect(await retailer.produce('recent-changes')).toMatchObject({ plan: { toZeroCount: 1 } });

    await retailer.setToZeroLimit(10);

    expect(await retailer.produce('recent-changes')).toMatchObject({ file: { sequence: 2 }, plan: null });
  });
});

describe('a held delta', () => {
  /** Three shirts are sold out, S3 has sold 4, S4 has got 5: the next delta is held. */
  async function openShopBeyondLimit(): Promise<Retailer> {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0', 'S1', 'S2']);
    await retailer.post('S3', BROADWAY, -4, 0);
    await retailer.post('S4', BROADWAY, 5, 0);
    return retailer;
  }

  test('publishes the products that decrease and stay above zero under the next number, and keeps the others', async () => {
    const retailer = await openShopBeyondLimit();

    const { file, plan } = await retailer.produce('recent-changes', 'run');

    expect(file).toMatchObject({ sequence: 2, rowCount: 1, toZeroCount: 0 });
    expect(plan).toMatchObject({ state: 'HELD', rowCount: 5, toZeroCount: 3 });
    expect(await retailer.rowsOf(2)).toEqual({ S3: 6 });
    expect(await retailer.produce('recent-changes', 'run')).toEqual({ file, plan });
  });

  test('moves no baseline, so that the next delta carries everything that waits, once', async () => {
    const retailer = await openShopBeyondLimit();
    await retailer.produce('recent-changes');
    await retailer.post('S3', BROADWAY, -1, 0);

    const again = await retailer.produce('recent-changes');

    expect(await retailer.rowsOf(3)).toEqual({ S3: 5 });
    expect(again.plan).toMatchObject({ plan: 2, rowCount: 5, toZeroCount: 3 });
    const { file } = await retailer.approve(2);
    expect(file).toMatchObject({ sequence: 4 });
    expect(await retailer.rowsOf(4)).toEqual({ S0: 0, S1: 0, S2: 0, S4: 15 });
    expect(await retailer.produce('recent-changes')).toEqual({ file: null, plan: null });
  });

  test('makes no file and takes no number when no product decreases and stays above zero', async () => {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0', 'S1', 'S2']);
    expect(await retailer.produce('recent-changes')).toMatchObject({ file: null, plan: { plan: 2 } });

    await retailer.post('S0', BROADWAY, 10, 0);

    expect(await retailer.produce('recent-changes')).toMatchObject({ file: { sequence: 2 }, plan: null });
  });

  test('stops owing the products that it publishes, and no others', async () => {
    const retailer = await openShopBeyondLimit();
    await retailer.database.query(
      `INSERT INTO owed_row SELECT '${SHOP}', id, 'TEST' FROM unnest(ARRAY['S0', 'S3', 'S4', 'S5']) AS id`,
    );

    await retailer.produce('recent-changes');

    expect(await retailer.rowsOf(2)).toEqual({ S3: 6, S5: 10 });
    const owed = await retailer.database.query<{ id: string }>(
      'SELECT product_id AS id FROM owed_row ORDER BY 1',
    );
    expect(owed.map(({ id }) => id)).toEqual(['S0', 'S4']);
  });

  test('publishes an owed zero that an earlier file was allowed to send', async () => {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0']);
    await retailer.produce('recent-changes');
    await retailer.database.query(`INSERT INTO owed_row VALUES ('${SHOP}', 'S0', 'TEST')`);
    await sellOut(retailer, ['S1', 'S2', 'S3']);

    const { plan } = await retailer.produce('recent-changes');

    expect(plan).toMatchObject({ toZeroCount: 3 });
    expect(await retailer.rowsOf(3)).toEqual({ S0: 0 });
    expect(await retailer.database.query('SELECT FROM owed_row')).toEqual([]);
  });

  test('keeps the rows of no plan but the one that waits, however often it is run', async () => {
    const retailer = await openShopBeyondLimit();
    for (let run = 0; run < 5; run += 1) {
      await retailer.produce('recent-changes');
      await sellOut(retailer, [`S${5 + run}`]);
    }

    expect(await retailer.database.query('SELECT DISTINCT plan FROM sync_plan_row')).toEqual([{ plan: 6 }]);
    await retailer.database.transaction((connection) => rejectPlan(connection, SHOP, 6));
    expect(await retailer.database.query('SELECT FROM sync_plan_row')).toEqual([]);
  });

  test('does not weaken the guard: a product that it has lowered still counts when it goes to zero', async () => {
    const retailer = await openShopBeyondLimit();
    await retailer.produce('recent-changes');
    await retailer.post('S3', BROADWAY, -6, 0);

    expect(await retailer.produce('recent-changes')).toMatchObject({ file: null, plan: { toZeroCount: 4 } });
  });

  test('is replaced by a delta within the limit, and by a Hard Sync that is approved', async () => {
    const retailer = await openShopBeyondLimit();
    await retailer.produce('recent-changes');
    await retailer.post('S0', BROADWAY, 3, 0);
    await retailer.produce('recent-changes');
    expect(await readPlans(retailer)).toEqual(['2 recent-changes REPLACED', ...FIRST]);
    expect(await retailer.rowsOf(3)).toEqual({ S0: 3, S1: 0, S2: 0, S4: 15 });

    await sellOut(retailer, ['S5', 'S6', 'S7']);
    await retailer.produce('recent-changes');
    await retailer.produce('hard-sync');
    expect(await readPlans(retailer)).toEqual([
      '4 hard-sync HELD',
      '3 recent-changes HELD',
      '2 recent-changes REPLACED',
      ...FIRST,
    ]);
    await retailer.approve(4);
    expect(await readPlans(retailer)).toEqual([
      '4 hard-sync APPROVED',
      '3 recent-changes REPLACED',
      '2 recent-changes REPLACED',
      ...FIRST,
    ]);
  });
});

describe('a decision about a plan', () => {
  async function holdPlan(): Promise<Retailer> {
    const retailer = await openSyncedShop();
    await sellOut(retailer, ['S0', 'S1', 'S2']);
    await retailer.produce('recent-changes');
    return retailer;
  }

  test('is taken once: the same approval again returns its file, and another one is refused', async () => {
    const retailer = await holdPlan();

    const first = await retailer.approve(2, 'decision');

    expect(first.plan).toMatchObject({ state: 'APPROVED', sequence: 2 });
    expect(await retailer.approve(2, 'decision')).toEqual(first);
    await expect(retailer.approve(2)).rejects.toMatchObject({ code: 'PLAN_NOT_HELD' });
    await expect(retailer.approve(7)).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
  });

  test('approves what a person has seen and what has changed since within the limit, and no more', async () => {
    const retailer = await holdPlan();
    await sellOut(retailer, ['S3', 'S4', 'S5']);

    await expect(retailer.approve(2)).rejects.toMatchObject({ code: 'PLAN_OUTGROWN', detail: { beyond: 3 } });

    expect(await readPlans(retailer)).toEqual(['2 recent-changes HELD', ...FIRST]);
    await retailer.post('S5', BROADWAY, 1, 0);
    const { file } = await retailer.approve(2);
    expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ S0: 0, S1: 0, S2: 0, S3: 0, S4: 0, S5: 1 });
  });

  test('approves a plan of which nothing is left without making a file', async () => {
    const retailer = await holdPlan();
    for (const sku of ['S0', 'S1', 'S2']) await retailer.post(sku, BROADWAY, 10, 0);

    const first = await retailer.approve(2, 'decision');

    expect(first).toMatchObject({ file: null, plan: { state: 'APPROVED', sequence: null } });
    expect(await retailer.approve(2, 'decision')).toEqual(first);
  });

  test('rejects a plan once, and the next run judges anew', async () => {
    const retailer = await holdPlan();
    const reject = () => retailer.database.transaction((connection) => rejectPlan(connection, SHOP, 2));

    expect(await reject()).toMatchObject({ state: 'REJECTED' });

    await expect(reject()).rejects.toMatchObject({ code: 'PLAN_NOT_HELD' });
    expect(await retailer.produce('recent-changes')).toMatchObject({
      file: null,
      plan: { plan: 3, state: 'HELD' },
    });
  });
});
