/** What a file tells the lane about imported orders, and how products come back whose units are no longer kept back. */
import { describe, expect, test } from 'vitest';
import { SHOP } from './retailer.ts';
import { openTwoShops, type Change } from './two-shops.ts';

describe('units that are kept back for unseen sales', () => {
  /** As the lane leaves it: file 1 is applied, and units went from Shopify without an order at each of these times. */
  async function openShopInDebt(
    ...drops: { readonly minutesAgo: number; readonly units: number }[]
  ): Promise<Change> {
    const on = await openTwoShops();
    await on.database.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, sent, observed, debt, drops)
       SELECT $1, 'SHIRT', 1, 'APPLIED', 10, 7, 7, sum(units), jsonb_agg(
         jsonb_build_object('at', now() - make_interval(mins => "minutesAgo"), 'units', units))
       FROM jsonb_to_recordset($2) AS seen ("minutesAgo" integer, units integer)`,
      [SHOP, JSON.stringify(drops)],
    );
    await on.database.query(`INSERT INTO shop_orders VALUES ($1, now()) ON CONFLICT DO NOTHING`, [SHOP]);
    return on;
  }

  test('come with the next delta when the orders of that time are imported, although the quantity is the same', async () => {
    const on = await openShopInDebt({ minutesAgo: 20, units: 3 });

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come once while their file waits, and again when it was applied and something is still kept back', async () => {
    const on = await openShopInDebt({ minutesAgo: 20, units: 3 });
    await on.makeDelta();
    expect(await on.makeDelta()).toBeNull();

    await on.runSql(`UPDATE applied_row SET sequence = 2`);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come with the next delta when a part of them expires, although the product goes on selling', async () => {
    const on = await openShopInDebt({ minutesAgo: 20, units: 3 }, { minutesAgo: 5, units: 1 });

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come with the next delta when the shop’s policy becomes overwrite, even if no order was ever imported', async () => {
    const on = await openShopInDebt({ minutesAgo: 5, units: 3 });
    await on.database.query('DELETE FROM shop_orders');
    expect(await on.makeDelta()).toBeNull();

    await on.database.query(`UPDATE shop SET sales_policy = 'overwrite' WHERE shop_id = $1`, [SHOP]);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
    expect(await on.makeDelta()).toBeNull();
  });

  test('stay kept back while an order of that time may still come', async () => {
    expect(await (await openShopInDebt({ minutesAgo: 5, units: 3 })).makeDelta()).toBeNull();
  });
});

test('a file records how much of the shop’s orders its snapshot has', async () => {
  const on = await openTwoShops();
  const line = (id: string, quantity: number, at: string) => `INSERT INTO order_item
    (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity, status_id, order_date)
    VALUES ('${id}', '1', '${SHOP}', '${id}', 'SHIRT', ${quantity}, 'ITEM_CREATED', '${at}')`;
  await on.runSql(line('A', 2, '2026-11-20T10:00:00Z'));
  await on.runSql(line('B', 1, '2026-11-20T09:00:00Z'));

  expect(await on.makeDelta()).toEqual({ SHIRT: 7 });

  const [file] = await on.database.query(
    `SELECT orders_imported_until AS until, imported_units AS units
     FROM upload_file JOIN upload_file_row USING (shop_id, sequence) WHERE shop_id = $1 AND sequence = 2`,
    [SHOP],
  );
  expect(file).toEqual({ until: new Date('2026-11-20T10:00:00Z'), units: 3 });
});

test('a product whose order is imported with an equal receipt comes with the next delta, once: Shopify has sold it', async () => {
  const on = await openTwoShops();
  await on.runSql(
    `INSERT INTO order_item
       (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity, status_id, order_date)
     VALUES ('A', '1', '${SHOP}', 'A', 'SHIRT', 2, 'ITEM_CREATED', now())`,
  );
  await on.runSql(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('SHIRT', 'BROADWAY', 2, 0, 'VAR_FOUND', 'test')`,
  );

  expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  expect(await on.makeDelta()).toBeNull();
});

test('a quarantined product with units kept back is not carried by the next delta', async () => {
  const on = await openTwoShops();
  await on.database.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, debt, drops)
     VALUES ($1, 'SHIRT', 1, 'QUARANTINED', 10, 3, '[{"at": "2020-01-01T00:00:00Z", "units": 3}]')`,
    [SHOP],
  );
  await on.database.query(`INSERT INTO shop_orders VALUES ($1, now()) ON CONFLICT DO NOTHING`, [SHOP]);

  expect(await on.makeDelta()).toBeNull();
});
