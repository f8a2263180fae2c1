/** A shop's plan: what waits in it, what a person decides about it, and that nothing is lost meanwhile. */
import { describe, expect, test } from 'vitest';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import {
  listWithheldRows,
  sumWithheld,
  type PlanPosition,
  type WithheldRow,
} from '../../src/postgres/planning/plan-rows.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { look, openShopInTrouble, openSyncedShop, readPlans, readWithheld, SHIRTS } from './guarded-shop.ts';
import { Retailer, SHOP } from './retailer.ts';

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

  test('without a base nobody knows what was sold: a suspect Hard Sync waits as a whole, until it is approved', async () => {
    const retailer = await openSyncedShop();
    await retailer.database.query('DELETE FROM shop_baseline');
    await retailer.sell(SHIRTS.slice(0, 6), 10);

    expect(await look(retailer, 'hard-sync')).toMatchObject({ rows: null, plan: 'plan 2.1' });
    await expect(retailer.produce('recent-changes')).rejects.toThrow('held as plan 2');
    const { file } = await retailer.approve(2);

    expect(file).toMatchObject({ kind: 'hard-sync', rowCount: 20, toZeroCount: 6 });
    expect(await look(retailer)).toEqual({ rows: null, plan: null, withheld: [] });
  });

  test('an owed product that is withheld is sent again as it was', async () => {
    const retailer = await openShopInTrouble();
    await retailer.database.query(`INSERT INTO owed_row VALUES ('${SHOP}', 'S00', 'TEST')`);

    expect((await look(retailer)).rows).toEqual({ S00: 10 });
    expect(await retailer.database.query('SELECT FROM owed_row')).toEqual([]);
  });

  test('what a worker of the release before replaces is owed, and judged anew', async () => {
    const retailer = await openShopInTrouble();
    await retailer.database.query(
      `UPDATE sync_plan SET state = 'REPLACED', closed_at = now() WHERE state = 'HELD'`,
    );
    await retailer.database.query('DELETE FROM sync_plan_row');

    expect(await look(retailer)).toMatchObject({ plan: 'plan 3.1', withheld: { length: 6 } });
  });

  test('products that come back to the shop have nothing to be compared with: other channels sold them meanwhile', async () => {
    const retailer = await openSyncedShop();
    const back = SHIRTS.slice(0, 6);
    await retailer.database.query('DELETE FROM shop_product WHERE product_id = ANY($1)', [back]);
    await retailer.sell(back, 9);
    await retailer.produce('recent-changes');
    await retailer.database.query(
      `INSERT INTO shop_product SELECT '${SHOP}', id, 'gid://shopify/InventoryItem/' || id, id FROM unnest($1::text[]) AS id`,
      [back],
    );
    await retailer.database.query(
      `INSERT INTO owed_row (shop_id, product_id, cause) SELECT '${SHOP}', id, 'REMAPPED' FROM unnest($1::text[]) AS id`,
      [back],
    );

    const { rows, plan } = await look(retailer);

    expect(plan).toBeNull();
    expect(rows).toEqual(Object.fromEntries(back.map((sku) => [sku, 1])));
  });

  test('an approval without a base leaves out what nobody has approved', async () => {
    const retailer = await openSyncedShop();
    await retailer.database.query('DELETE FROM shop_baseline');
    await retailer.count(SHIRTS.slice(0, 6), 0);
    await retailer.produce('hard-sync');
    await retailer.count(SHIRTS.slice(6, 12), 0);

    const { file } = await retailer.approve(2);

    const rows = await retailer.rowsOf(file?.sequence ?? 0);
    expect(Object.keys(rows)).toEqual([...SHIRTS.slice(0, 6), ...SHIRTS.slice(12)]);
    expect(await readPlans(retailer)).toEqual(['1 APPROVED', '2 APPROVED', '3 HELD']);
    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true });
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

  test('that was approved by a clock that was ahead keeps no file out of the window', async () => {
    const retailer = await openShopInTrouble();
    await retailer.approve(2);
    await retailer.database.query(`UPDATE sync_plan SET closed_at = closed_at + interval '3 days'`);
    await retailer.count(SHIRTS.slice(6, 8), 0);
    expect(await look(retailer)).toMatchObject({ rows: { S06: 0, S07: 0 }, plan: null });
    await retailer.count(SHIRTS.slice(8, 10), 0);

    expect(await look(retailer)).toMatchObject({ rows: null, plan: 'plan 3.1' });
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

  test('is read page by page, the largest difference first', async () => {
    const retailer = await openShopInTrouble();
    await retailer.sell(['S00', 'S01'], 4);
    await retailer.produce('recent-changes');
    const read: string[] = [];
    let after: PlanPosition | null = null;
    for (;;) {
      const page: readonly WithheldRow[] = await listWithheldRows(
        retailer.database,
        { shopId: SHOP, plan: 2 },
        { after, limit: 2, search: null },
      );
      read.push(...page.map(({ sku, published, source }) => `${sku} ${published} ${source}`));
      const last = page.at(-1);
      if (!last) break;
      after = { units: last.published ?? 0, productId: last.productId };
    }

    expect(read).toEqual([
      ...['S02', 'S03', 'S04', 'S05'].map((sku) => `${sku} 10 a count`),
      ...['S00', 'S01'].map((sku) => `${sku} 6 a count`),
    ]);
  });

  test('is not explained by a count from before the last Hard Sync, which said what the file before had brought', async () => {
    const retailer = await openSyncedShop();
    for (const change of [`'READY', sha256 = 'a hash'`, `'APPLYING'`, `'APPLIED'`])
      await retailer.database.query(`UPDATE upload_file SET state = ${change}`);
    await retailer.count(['S00', 'S01'], 5);
    await retailer.count(['S00', 'S01'], 10);
    await retailer.produce('hard-sync');
    await retailer.count(['S01'], 0);
    await retailer.database.query(`UPDATE facility_group SET default_threshold = 9`);
    await retailer.produce('recent-changes');

    const rows = await listWithheldRows(
      retailer.database,
      { shopId: SHOP, plan: 2 },
      { after: null, limit: 50, search: 'S0' },
    );
    const sources = Object.fromEntries(rows.map(({ sku, source }) => [sku, source]));
    expect(sources).toMatchObject({ S00: null, S01: 'a count', S02: null });
  });

  test('is told as a whole, and searched by parts of SKUs', async () => {
    const retailer = await openShopInTrouble();
    await retailer.sell(['S00', 'S01'], 4);
    await retailer.produce('recent-changes');
    const search = async (text: string) => {
      const page = { after: null, limit: 10, search: text };
      const rows = await listWithheldRows(retailer.database, { shopId: SHOP, plan: 2 }, page);
      return rows.map(({ sku }) => sku);
    };

    expect(await sumWithheld(retailer.database, SHOP, 2)).toEqual({
      ...{ products: 6, unpublished: 0, falling: 6, rising: 0, toZero: 6 },
      ...{ unitsBefore: 52, unitsAfter: 0, unitsKeptBack: 0, keptBack: 0, keptBackWhole: 0 },
    });
    expect(await search('s0')).toHaveLength(6);
    expect(await search('03')).toEqual(['S03']);
    // No pattern of SQL.
    expect(await search('%')).toEqual([]);
  });

  test('tells how many of its units are kept back for sales that are not imported, and of which products all', async () => {
    const retailer = await openShopInTrouble();
    await retailer.count(SHIRTS.slice(0, 6), 1_000);
    await retailer.produce('recent-changes');
    const { database } = retailer;
    const rows = () =>
      listWithheldRows(database, { shopId: SHOP, plan: 2 }, { after: null, limit: 2, search: null });
    const debts = async () => (await rows()).map(({ sku, quantity, debt }) => ({ sku, quantity, debt }));
    expect(await sumWithheld(database, SHOP, 2)).toMatchObject({ unitsKeptBack: 0, keptBack: 0 });
    const [first, second] = await rows();
    await database.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, debt)
       VALUES ($1, $2, 1, 'APPLIED', 10, 3), ($1, $3, 1, 'APPLIED', 10, 1000)
       ON CONFLICT (shop_id, product_id) DO UPDATE SET debt = excluded.debt`,
      [SHOP, first?.productId, second?.productId],
    );

    const found = await debts();
    expect(found.map(({ debt }) => debt)).toEqual([3, 1000]);
    expect(await sumWithheld(database, SHOP, 2)).toMatchObject({
      ...{ unitsKeptBack: 3 + (found[1]?.quantity ?? 0), keptBack: 2, keptBackWhole: 1 },
    });

    await database.query(`UPDATE shop SET sales_policy = 'overwrite' WHERE shop_id = $1`, [SHOP]);
    expect((await debts()).map(({ debt }) => debt)).toEqual([0, 0]);
    expect(await sumWithheld(database, SHOP, 2)).toMatchObject({ unitsKeptBack: 0, keptBackWhole: 0 });
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
