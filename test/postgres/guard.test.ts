/** The guard: what looks like a fault upstream is withheld in the shop's plan, and everything else goes out. */
import { describe, expect, test } from 'vitest';
import {
  COLLAPSE_LIMIT_PERCENT,
  GUARD_WINDOW_HOURS,
  SELL_OUT_LIMIT_PERCENT,
  SURGE_LIMIT_PERCENT,
} from '../../src/domain/limits.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { look, openShopInTrouble, openSyncedShop, readPlans, readWithheld, SHIRTS } from './guarded-shop.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

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

  test('after a move to a smaller group the share is of what the shop has there', async () => {
    const retailer = await openSyncedShop();
    await retailer.database.query('UPDATE shop SET refill_due = true');
    await retailer.count(SHIRTS.slice(5), 0);
    await retailer.produce('recent-changes');
    await retailer.count(SHIRTS.slice(0, 3), 0);

    expect((await look(retailer)).withheld).toHaveLength(3);
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
