/** The guard: what looks like a fault upstream is withheld in the shop's plan, and everything else goes out. */
import { describe, expect, test } from 'vitest';
import {
  COLLAPSE_LIMIT_PERCENT,
  GUARD_WINDOW_HOURS,
  SELL_OUT_LIMIT_PERCENT,
  SURGE_LIMIT_PERCENT,
} from '../../src/domain/limits.ts';
import type { UploadFileKind } from '../../src/domain/upload-file.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** Twenty shirts with 10 units each, published by file 1, which was plan 1. */
const SHIRTS = Array.from({ length: 20 }, (_, at) => `S${String(at).padStart(2, '0')}`);

async function openSyncedShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, SHIRTS);
  await retailer.produce('hard-sync');
  return retailer;
}

/** Six of twenty were counted as none. */
async function openShopInTrouble(): Promise<Retailer> {
  const retailer = await openSyncedShop();
  await retailer.count(SHIRTS.slice(0, 6), 0);
  await retailer.produce('recent-changes');
  return retailer;
}

/** Produces, and tells what the file has and which plan waits with which products. */
async function look(retailer: Retailer, kind: UploadFileKind = 'recent-changes') {
  const { file, plan } = await retailer.produce(kind);
  return {
    rows: file && (await retailer.rowsOf(file.sequence)),
    plan: plan && `plan ${plan.plan}.${plan.revision}`,
    withheld: await readWithheld(retailer),
  };
}

/** `S00 COLLAPSE 10 → 0`: published now, and what it would be. */
async function readWithheld({ database }: Retailer): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `SELECT format('%s %s %s → %s', product_id, cause, withheld_quantity, quantity) AS text
     FROM sync_plan_row WHERE shop_id = $1 ORDER BY product_id`,
    [SHOP],
  );
  return rows.map(({ text }) => text);
}

async function readPlans({ database }: Retailer): Promise<string[]> {
  const rows = await database.query<{ text: string }>(
    `SELECT format('%s %s', plan, state) AS text FROM sync_plan WHERE shop_id = $1 ORDER BY plan`,
    [SHOP],
  );
  return rows.map(({ text }) => text);
}

test('a shop begins with the limits that the product names', async () => {
  const { database } = await openSyncedShop();
  expect(
    await database.query(
      `SELECT collapse_limit_percent AS collapse, surge_limit_percent AS surge, sell_out_limit_percent AS sell_out,
         guard_window_hours AS hours FROM shop`,
    ),
  ).toEqual([
    {
      collapse: COLLAPSE_LIMIT_PERCENT,
      surge: SURGE_LIMIT_PERCENT,
      sell_out: SELL_OUT_LIMIT_PERCENT,
      hours: GUARD_WINDOW_HOURS,
    },
  ]);
});

describe('the guard looks both ways, and over time', () => {
  test('all products at 1,000,000 are withheld', async () => {
    const retailer = await openSyncedShop();
    await retailer.count(SHIRTS, 1_000_000);

    const { rows, withheld } = await look(retailer);

    expect(rows).toBeNull();
    expect(withheld).toHaveLength(20);
    expect(withheld[0]).toBe('S00 SURGE 10 → 1000000');
  });

  test('all products at 1 are withheld', async () => {
    const retailer = await openSyncedShop();
    await retailer.count(SHIRTS, 1);

    const { rows, withheld } = await look(retailer);

    expect(rows).toBeNull();
    expect(withheld).toHaveLength(20);
    expect(withheld[0]).toBe('S00 COLLAPSE 10 → 1');
  });

  test('a drip, each time exactly the limit, goes out once and is withheld from then on', async () => {
    const retailer = await openSyncedShop();
    const files: (object | null)[] = [];
    for (let drop = 0; drop < 20; drop += 4) {
      await retailer.count(SHIRTS.slice(drop, drop + 4), 0);
      files.push((await look(retailer)).rows);
    }

    expect(files).toEqual([{ S00: 0, S01: 0, S02: 0, S03: 0 }, null, null, null, null]);
    expect(await readWithheld(retailer)).toHaveLength(16);
  });

  test('what went out before the window does not count', async () => {
    const retailer = await openSyncedShop();
    await retailer.count(SHIRTS.slice(0, 4), 0);
    await retailer.produce('recent-changes');
    await retailer.database.query(`UPDATE upload_file SET created_at = created_at - interval '25 hours'`);
    await retailer.count(SHIRTS.slice(4, 7), 0);

    expect(await look(retailer)).toMatchObject({ rows: { S04: 0, S05: 0, S06: 0 }, plan: null });
  });

  test('the share is of what is in stock, not of what is mapped', async () => {
    const retailer = await openSyncedShop();
    await retailer.switchGuardOff();
    await retailer.count(SHIRTS.slice(4), 0);
    await retailer.produce('recent-changes');
    await retailer.database.query('UPDATE shop SET collapse_limit_percent = 20');
    await retailer.database.query(`UPDATE upload_file SET created_at = created_at - interval '25 hours'`);

    await retailer.count(['S00'], 0);

    expect((await look(retailer)).withheld).toEqual(['S00 COLLAPSE 10 → 0']);
  });

  test('the limits are those of the shop', async () => {
    const retailer = await openSyncedShop();
    await retailer.database.query('UPDATE shop SET collapse_limit_percent = 4');
    await retailer.count(['S00'], 0);
    expect((await look(retailer)).withheld).toHaveLength(1);

    await retailer.database.query('UPDATE shop SET surge_limit_percent = 0');
    await retailer.count(['S01'], 41);
    expect((await look(retailer)).withheld).toEqual(['S00 COLLAPSE 10 → 0', 'S01 SURGE 10 → 41']);
  });

  test('a store that leaves the group by mistake is withheld, and comes back by itself when it is put right', async () => {
    const retailer = await openSyncedShop();
    await retailer.database.query(`UPDATE facility_group_member SET thru_date = now()`);
    expect((await look(retailer)).withheld).toHaveLength(20);

    await retailer.database.query(`UPDATE facility_group_member SET thru_date = NULL`);

    expect(await look(retailer)).toEqual({ rows: null, plan: null, withheld: [] });
    expect(await readPlans(retailer)).toEqual(['1 APPROVED', '2 REPLACED']);
  });

  test('neither products that were zero before nor those that were never published are suspect', async () => {
    const retailer = await openSyncedShop();
    await retailer.addProducts(['NEW-1', 'NEW-2', 'NEW-3', 'NEW-4', 'NEW-5']);
    for (const sku of ['NEW-1', 'NEW-2', 'NEW-3', 'NEW-4']) await retailer.post(sku, BROADWAY, 5_000, 0);
    await retailer.database.query(
      `INSERT INTO shop_product SELECT '${SHOP}', product_id, 'item ' || product_id, 'variant' FROM product WHERE sku LIKE 'NEW%'`,
    );

    expect(await look(retailer, 'hard-sync')).toMatchObject({
      plan: null,
      rows: { 'NEW-1': 5_000, 'NEW-5': 0 },
    });
  });

  test('a shop in which nothing is in stock is filled without a question', async () => {
    const { database } = await freshDatabase();
    const retailer = await Retailer.open(database, SHIRTS);
    await retailer.count(SHIRTS, 0);
    await retailer.produce('hard-sync');

    await retailer.count(SHIRTS, 50);

    expect((await look(retailer)).rows).toMatchObject({ S00: 50 });
  });
});

describe('what sells while a plan is held goes out', () => {
  test('products that sell out by orders and sales are published, and the plan stays as it was', async () => {
    const retailer = await openShopInTrouble();
    await retailer.sell(['S10'], 10);
    await retailer.post('S11', BROADWAY, 0, 10);
    await retailer.sell(['S12'], 9);

    expect(await look(retailer)).toMatchObject({ rows: { S10: 0, S11: 0, S12: 1 }, plan: 'plan 2.1' });
    expect(await look(retailer)).toMatchObject({ rows: null, plan: 'plan 2.1' });
  });

  test('counts that rise go out as well: only what is suspect waits', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(['S10', 'S11'], 25);

    expect(await look(retailer)).toMatchObject({ rows: { S10: 25, S11: 25 }, plan: 'plan 2.1' });
  });

  test('a withheld product follows its sales, also when it would rise', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(SHIRTS.slice(10), 1_000_000);
    await retailer.produce('recent-changes');
    await retailer.sell(['S00', 'S10'], 3);

    const { rows, withheld } = await look(retailer);

    expect(rows).toEqual({ S00: 7, S10: 7 });
    expect(withheld).toContain('S00 COLLAPSE 7 → 0');
    expect(withheld).toContain('S10 SURGE 7 → 999997');
  });

  test('reserving and then shipping, or leaving the queue for a store, is one sale', async () => {
    const retailer = await openShopInTrouble();
    await retailer.database.query(
      `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date)
       VALUES ('A', '1', 'S00', 2, 'ITEM_CREATED', now())`,
    );
    expect((await look(retailer)).rows).toEqual({ S00: 8 });
    await retailer.database.query(`UPDATE order_item SET facility_id = '${BROADWAY}'`);
    await retailer.postFor('ORDER_RESERVED', 'S00', 0, 2);
    expect((await look(retailer)).rows).toBeNull();
    await retailer.database.query(`UPDATE order_item SET status_id = 'ITEM_COMPLETED'`);
    await retailer.postFor('ORDER_SHIPPED', 'S00', -2, -2);

    expect((await look(retailer)).rows).toBeNull();
    expect((await readWithheld(retailer))[0]).toBe('S00 COLLAPSE 8 → 0');
  });

  test('what a place sells that does not sell in the group explains nothing', async () => {
    const retailer = await openSyncedShop();
    for (const sku of SHIRTS.slice(0, 6)) await retailer.post(sku, 'OUTLET', -10, 0);
    await retailer.count(SHIRTS.slice(0, 6), 0);

    expect((await look(retailer)).withheld).toHaveLength(6);
  });

  test('sales that are committed late are counted in the step that sees them, once', async () => {
    const retailer = await openShopInTrouble();
    const late = await retailer.begin();
    await retailer.post('S00', BROADWAY, -4, 0, late);
    expect((await look(retailer)).rows).toBeNull();
    await late.commit();

    expect((await look(retailer)).rows).toEqual({ S00: 6 });
    expect((await look(retailer)).rows).toBeNull();
  });

  test('they have a limit of their own: beyond it they wait too, for what other channels sold', async () => {
    const retailer = await openSyncedShop();
    await retailer.sell(SHIRTS.slice(0, 10), 10);
    expect((await look(retailer)).rows).toMatchObject({ S00: 0, S09: 0 });
    await retailer.sell(['S10'], 10);

    expect(await look(retailer)).toMatchObject({ rows: null, withheld: ['S10 SELL_OUT 10 → 0'] });
    expect(await look(retailer)).toMatchObject({ rows: null, withheld: ['S10 SELL_OUT 10 → 0'] });
  });

  test('what Shopify itself has sold is no question: all of it may sell out', async () => {
    const retailer = await openSyncedShop();
    await retailer.importOrders(SHIRTS, 10);

    expect(await look(retailer)).toMatchObject({ rows: { S00: 0, S19: 0 }, plan: null });
  });

  test('a sell-out that is withheld follows the shop’s own orders', async () => {
    const retailer = await openSyncedShop();
    await retailer.sell(SHIRTS.slice(0, 12), 8);
    expect((await look(retailer)).rows).toBeNull();
    await retailer.importOrders(['S00'], 1);

    expect((await look(retailer)).rows).toEqual({ S00: 9 });
  });
});

describe('nothing is lost while a plan is held', () => {
  test('the baseline moves on, each withheld product is a candidate of every delta, and the audit proves it', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(['S10'], 8);
    await look(retailer);

    expect(await retailer.database.query('SELECT FROM snapshot_step')).toHaveLength(3);
    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true, unpublished: [] });
    await retailer.approve(2);
    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true, unpublished: [] });
  });

  test('a Hard Sync has every mapped product: those that are withheld with what sales have left', async () => {
    const retailer = await openShopInTrouble();
    await retailer.sell(['S00'], 4);
    await retailer.count(['S10'], 12);

    const { rows, plan } = await look(retailer, 'hard-sync');

    expect(plan).toBe('plan 2.1');
    expect(Object.keys(rows ?? {})).toEqual(SHIRTS);
    expect(rows).toMatchObject({ S00: 6, S01: 10, S10: 12 });
  });

  test('a Hard Sync withholds as a delta does', async () => {
    const retailer = await openSyncedShop();
    await retailer.count(SHIRTS, 0);

    expect(await look(retailer, 'hard-sync')).toMatchObject({ plan: 'plan 2.1', rows: { S00: 10, S19: 10 } });
  });

  test('an owed product that is withheld is sent again as it was', async () => {
    const retailer = await openShopInTrouble();
    await retailer.database.query(`INSERT INTO owed_row VALUES ('${SHOP}', 'S00', 'TEST')`);

    expect((await look(retailer)).rows).toEqual({ S00: 10 });
    expect(await retailer.database.query('SELECT FROM owed_row')).toEqual([]);
  });

  test('a product that is not mapped any more leaves the plan', async () => {
    const retailer = await openShopInTrouble();
    await retailer.database.query(`DELETE FROM shop_product WHERE product_id = 'S00'`);

    expect((await look(retailer)).withheld).toHaveLength(5);
  });

  test('a run that is repeated finds its own file and plan', async () => {
    const retailer = await openSyncedShop();
    await retailer.count(SHIRTS.slice(0, 6), 0);
    await retailer.sell(['S10'], 1);

    const first = await retailer.produce('recent-changes', 'run');

    expect(first).toMatchObject({ file: { rowCount: 1 }, plan: { plan: 2 } });
    expect(await retailer.produce('recent-changes', 'run')).toEqual(first);
  });
});

describe('a plan', () => {
  test('keeps its number while it grows; its revision tells that it has', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(['S06'], 0);
    expect((await look(retailer)).plan).toBe('plan 2.2');
    await retailer.sell(['S00'], 1);
    expect((await look(retailer)).plan).toBe('plan 2.2');

    expect(await readPlans(retailer)).toEqual(['1 APPROVED', '2 HELD']);
  });

  test('lets go what is not suspect any more, and holds the rest', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(['S00', 'S01'], 9);

    const { rows, withheld } = await look(retailer);

    expect(rows).toEqual({ S00: 9, S01: 9 });
    expect(withheld).toHaveLength(4);
  });

  test('that was looked at can be approved, however much sells meanwhile', async () => {
    const retailer = await openShopInTrouble();
    for (const sku of SHIRTS.slice(10, 14)) {
      await retailer.sell([sku], 10);
      expect((await look(retailer)).plan).toBe('plan 2.1');
    }

    const { file, plan } = await retailer.approve(2);

    expect(plan).toMatchObject({ plan: 2, state: 'APPROVED', revision: 1, counts: { COLLAPSE: 6 } });
    expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({
      S00: 0,
      S01: 0,
      S02: 0,
      S03: 0,
      S04: 0,
      S05: 0,
    });
  });

  test('is approved for what was looked at: later products are the next plan', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(['S06', 'S07'], 0);
    await retailer.produce('recent-changes');

    const { file, plan } = await retailer.approve(2, 'decision', SHOP, 1);

    expect(plan).toMatchObject({ revision: 1, counts: { COLLAPSE: 6 } });
    expect(Object.keys(await retailer.rowsOf(file?.sequence ?? 0))).toEqual(SHIRTS.slice(0, 6));
    expect(await readWithheld(retailer)).toEqual(['S06 COLLAPSE 10 → 0', 'S07 COLLAPSE 10 → 0']);
    expect(await readPlans(retailer)).toEqual(['1 APPROVED', '2 APPROVED', '3 HELD']);
    expect(await retailer.approve(2, 'decision', SHOP, 1)).toEqual({ file, plan });
  });

  test('is approved for its causes: what would collapse was not approved to surge', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(SHIRTS.slice(0, 6), 1_000_000);

    const { file } = await retailer.approve(2);

    expect(file).toBeNull();
    expect((await readWithheld(retailer))[0]).toBe('S00 SURGE 10 → 1000000');
  });

  test('that is approved begins the window anew', async () => {
    const retailer = await openShopInTrouble();
    await retailer.approve(2);
    await retailer.count(SHIRTS.slice(6, 8), 0);

    expect(await look(retailer)).toMatchObject({ rows: { S06: 0, S07: 0 }, plan: null });
  });

  test('of which nothing is left is approved without a file', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(SHIRTS.slice(0, 6), 10);

    const first = await retailer.approve(2, 'decision');

    expect(first).toMatchObject({ file: null, plan: { state: 'APPROVED', sequence: null } });
    expect(await retailer.approve(2, 'decision')).toEqual(first);
    await expect(retailer.approve(2)).rejects.toMatchObject({ code: 'PLAN_NOT_HELD' });
    await expect(retailer.approve(7)).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
  });

  test('that is rejected is judged anew by the next run, with all of its products', async () => {
    const retailer = await openShopInTrouble();
    await retailer.reject(2);
    await expect(retailer.reject(2)).rejects.toMatchObject({ code: 'PLAN_NOT_HELD' });
    await retailer.count(['S00', 'S01'], 10);

    expect(await look(retailer)).toMatchObject({ rows: { S02: 0, S03: 0, S04: 0, S05: 0 }, plan: null });
    expect(await readWithheld(retailer)).toEqual([]);
  });

  test('that is rejected comes back as long as its products are suspect', async () => {
    const retailer = await openShopInTrouble();
    await retailer.reject(2);

    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true });
    expect(await look(retailer)).toMatchObject({ rows: null, plan: 'plan 3.1' });
    expect(await readWithheld(retailer)).toHaveLength(6);
  });
});

describe('a shop’s first Hard Sync', () => {
  async function openNewShop(): Promise<Retailer> {
    const { database } = await freshDatabase();
    return Retailer.open(database, SHIRTS);
  }

  const hold = (retailer: Retailer) => retailer.makeFile('hard-sync');

  test('is held as a whole: it takes no number, and a delta before its approval is refused', async () => {
    const retailer = await openNewShop();

    const { file, plan } = await hold(retailer);

    expect(file).toBeNull();
    expect(plan).toMatchObject({
      plan: 1,
      state: 'HELD',
      kind: 'hard-sync',
      counts: { FIRST_HARD_SYNC: 20 },
    });
    expect(await retailer.database.query('SELECT FROM upload_file')).toEqual([]);
    expect(await readWithheld(retailer)).toHaveLength(20);
    await expect(retailer.produce('recent-changes')).rejects.toThrow('held as plan 1');
  });

  test('keeps its plan when it is run again, and is approved with the quantities of that moment', async () => {
    const retailer = await openNewShop();
    await hold(retailer);
    await retailer.count(['S00'], 15);
    await retailer.sell(['S01'], 10);
    expect((await hold(retailer)).plan).toMatchObject({ plan: 1, revision: 1 });

    const { file } = await retailer.approve(1);

    expect(file).toMatchObject({ sequence: 1, rowCount: 20 });
    expect(await retailer.rowsOf(1)).toMatchObject({ S00: 15, S01: 0, S02: 10 });
    expect(await readPlans(retailer)).toEqual(['1 APPROVED']);
  });

  test('is approved for what a person has seen: an inventory that was emptied since is withheld', async () => {
    const retailer = await openNewShop();
    await hold(retailer);
    await retailer.count(SHIRTS, 0);

    await retailer.approve(1);

    expect(await retailer.rowsOf(1)).toMatchObject({ S00: 10, S19: 10 });
    expect(await readWithheld(retailer)).toHaveLength(20);
    expect(await readPlans(retailer)).toEqual(['1 APPROVED', '2 HELD']);
  });
});
