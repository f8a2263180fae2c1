/** What a file tells the lane about imported orders, and how products come back whose units are no longer kept back. */
import { describe, expect, test } from 'vitest';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { SHOP } from './retailer.ts';
import { openTwoShops, SHOP_OF_WHOLESALE, type Change } from './two-shops.ts';

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
  return on;
}

function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}

/** Imports a feed with an order of one of SOCKS for each of these dates; without one, it has its header alone. */
async function importOrders(
  on: Change,
  {
    dates = [],
    shopId = SHOP,
    writtenAt = new Date(),
  }: { dates?: Date[]; shopId?: string; writtenAt?: Date } = {},
): Promise<void> {
  await on.importFeed(
    'ORDER_ITEMS',
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,quantity,facilityId,statusId,orderDate',
    dates.map((date) => {
      const order = `${shopId}-${date.toISOString()}`;
      return `${order},1,${shopId},X${order},SOCKS,1,BROADWAY,ITEM_APPROVED,${date.toISOString()}`;
    }),
    writtenAt,
  );
}

async function stateComplete(on: Change, until: Date): Promise<void> {
  await on.importFeed('ORDER_WATERMARK', 'shopId,completeUntil', [`${SHOP},${until.toISOString()}`]);
}

const HOUR = 60;

describe('units that are kept back for unseen sales', () => {
  test('stay kept back while the orders of other sales come in on time: this one may be under review', async () => {
    const on = await openShopInDebt({ minutesAgo: 90, units: 3 });
    await importOrders(on, { dates: [minutesAgo(60), minutesAgo(5)] });

    expect(await on.makeDelta()).toEqual({ SOCKS: 8 });
  });

  test('stay kept back when an order is dated in the future', async () => {
    const on = await openShopInDebt({ minutesAgo: 90, units: 3 });
    await importOrders(on, { dates: [new Date('2126-01-01T00:00:00Z')] });

    expect(await on.makeDelta()).toEqual({ SOCKS: 9 });
  });

  test('stay kept back while a second channel sends its orders faster than the first', async () => {
    const on = await openShopInDebt({ minutesAgo: 90, units: 3 });
    for (const ago of [30, 20, 10, 0]) await importOrders(on, { dates: [minutesAgo(ago)] });

    expect(await on.makeDelta()).toEqual({ SOCKS: 6 });
  });

  test('come with the next delta after the shop’s order lag, though the shop sells nothing else', async () => {
    const on = await openShopInDebt({ minutesAgo: 6 * HOUR + 1, units: 3 });
    expect(await on.makeDelta()).toBeNull();

    await importOrders(on);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come once when they were seen to be gone by a clock that was ahead: the lane corrects the time', async () => {
    const on = await openShopInDebt({ minutesAgo: -500_000, units: 3 });
    await importOrders(on);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
    expect(await on.makeDelta()).toBeNull();
  });

  test('come after the order lag when all orders of the feed are of another shop', async () => {
    const on = await openShopInDebt({ minutesAgo: 6 * HOUR + 1, units: 3 });
    await importOrders(on, { dates: [minutesAgo(5)], shopId: SHOP_OF_WHOLESALE });

    expect(await on.makeDelta()).toMatchObject({ SHIRT: 10 });
  });

  test('wait for as long as the shop’s own order lag says', async () => {
    const on = await openShopInDebt({ minutesAgo: 2 * HOUR, units: 3 });
    await importOrders(on);
    await setShop(on.database, SHOP, { orderLagMs: (2 * HOUR + 1) * 60_000 });
    expect(await on.makeDelta()).toBeNull();

    // A second less: the feed's time is one of whole milliseconds, perhaps of the one in which the units went.
    await setShop(on.database, SHOP, { orderLagMs: 2 * HOUR * 60_000 - 1_000 });

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('wait longer when the feed was written long before it is imported: a later one is still to come', async () => {
    const on = await openShopInDebt({ minutesAgo: 7 * HOUR, units: 3 });
    await importOrders(on, { writtenAt: minutesAgo(2 * HOUR) });
    expect(await on.makeDelta()).toBeNull();

    await importOrders(on);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('wait for ever while no feed of orders comes', async () => {
    const on = await openShopInDebt({ minutesAgo: 30 * 24 * HOUR, units: 3 });

    expect(await on.makeDelta()).toBeNull();
  });

  test('come once while their file waits, and again when it was applied and something is still kept back', async () => {
    const on = await openShopInDebt({ minutesAgo: 7 * HOUR, units: 3 });
    await importOrders(on);
    await on.makeDelta();
    expect(await on.makeDelta()).toBeNull();

    await on.runSql(`UPDATE applied_row SET sequence = 2`);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come with the next delta when a part of them expires, although the product goes on selling', async () => {
    const on = await openShopInDebt({ minutesAgo: 7 * HOUR, units: 3 }, { minutesAgo: 5, units: 1 });
    await importOrders(on);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('come with the next delta when the shop’s policy becomes overwrite, even if no order was ever imported', async () => {
    const on = await openShopInDebt({ minutesAgo: 5, units: 3 });
    expect(await on.makeDelta()).toBeNull();

    await on.database.query(`UPDATE shop SET sales_policy = 'overwrite' WHERE shop_id = $1`, [SHOP]);

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
    expect(await on.makeDelta()).toBeNull();
  });
});

describe('the units of a shop whose orders are stated to be complete', () => {
  test('are let go by statements alone, at once and however the feeds go on', async () => {
    const on = await openShopInDebt({ minutesAgo: 7 * HOUR, units: 3 }, { minutesAgo: 60, units: 1 });
    await stateComplete(on, minutesAgo(8 * HOUR));
    await importOrders(on);
    expect(await on.makeDelta()).toBeNull();

    await stateComplete(on, minutesAgo(59));

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });

  test('go by the order lag again once a person has taken the statement back', async () => {
    const on = await openShopInDebt({ minutesAgo: 7 * HOUR, units: 3 });
    await stateComplete(on, minutesAgo(8 * HOUR));
    await importOrders(on);
    await setShop(on.database, SHOP, { orderWatermark: null });

    expect(await on.makeDelta()).toEqual({ SHIRT: 10 });
  });
});

test('a file records how much of the shop’s orders its snapshot has', async () => {
  const on = await openTwoShops();
  const line = (id: string, quantity: number, at: string) => `INSERT INTO order_item
    (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity, status_id, order_date)
    VALUES ('${id}', '1', '${SHOP}', '${id}', 'SHIRT', ${quantity}, 'ITEM_CREATED', '${at}')`;
  await on.runSql(line('A', 2, '2026-11-20T10:00:00Z'));
  await on.runSql(line('B', 1, '2026-11-20T09:00:00Z'));
  await stateComplete(on, new Date('2026-11-20T08:00:00Z'));

  expect(await on.makeDelta()).toEqual({ SHIRT: 7 });

  const [file] = await on.database.query(
    `SELECT orders_imported_until AS until, imported_units AS units
     FROM upload_file JOIN upload_file_rows($1, 2) USING (shop_id, sequence)`,
    [SHOP],
  );
  expect(file).toEqual({ until: new Date('2026-11-20T08:00:00Z'), units: 3 });
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
  await importOrders(on);

  expect(await on.makeDelta()).toBeNull();
});
