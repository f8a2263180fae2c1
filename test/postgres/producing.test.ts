/** Producing files: what a Hard Sync and a delta hold, in which order, and what never gets lost. */
import { describe, expect, test } from 'vitest';
import { produceFile } from '../../src/postgres/producing.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, GROUP, OUTLET, PARKING, Retailer, SHOP } from './retailer.ts';

let runs = 0;

class Producer {
  readonly retailer: Retailer;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  file(kind: 'hard-sync' | 'recent-changes', producerKey = `run ${(runs += 1)}`) {
    return produceFile(this.retailer.database, { shopId: SHOP, kind, producerKey });
  }

  /** The rows of the next delta; null when it makes no file. */
  async delta(): Promise<Record<string, number> | null> {
    const file = await this.file('recent-changes');
    return file && this.retailer.rowsOf(file.sequence);
  }
}

async function shopWith(skus: readonly string[]): Promise<Producer> {
  const { database } = await freshDatabase();
  return new Producer(await Retailer.open(database, skus));
}

/** After its first Hard Sync. */
async function syncedShopWith(skus: readonly string[]): Promise<Producer> {
  const shop = await shopWith(skus);
  await shop.file('hard-sync');
  return shop;
}

describe('a Hard Sync', () => {
  test('holds every mapped product by id, and 0 for one that was never counted', async () => {
    const shop = await shopWith(['b-shirt', 'B-SHIRT', 'A-SHIRT']);
    await shop.retailer.addProducts(['NEVER-COUNTED', 'NOT-MAPPED']);
    await shop.retailer.database.query(
      `INSERT INTO shop_product VALUES ('${SHOP}', 'NEVER-COUNTED', 'item', 'variant')`,
    );

    const file = await shop.file('hard-sync');

    expect(file).toMatchObject({ sequence: 1, state: 'WRITING', rowCount: 4, toZeroCount: 1 });
    expect(Object.entries(await shop.retailer.rowsOf(1))).toEqual([
      ['A-SHIRT', 10],
      ['B-SHIRT', 10],
      ['NEVER-COUNTED', 0],
      ['b-shirt', 10],
    ]);
  });

  test('of a product with "infinite stock" publishes what Shopify takes at most, and the others as they are', async () => {
    const shop = await shopWith(['SHIRT', 'SOCKS']);
    for (const facility of [BROADWAY, 'SOHO', 'HARLEM']) {
      await shop.retailer.database.query(
        `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ($1, $1, 'RETAIL_STORE')
         ON CONFLICT DO NOTHING`,
        [facility],
      );
      await shop.retailer.database.query(
        `INSERT INTO facility_group_member VALUES ('${GROUP}', $1, now()) ON CONFLICT DO NOTHING`,
        [facility],
      );
      await shop.retailer.post('SHIRT', facility, 999_999_900, 0);
    }

    await shop.file('hard-sync');

    expect(await shop.retailer.rowsOf(1)).toEqual({ SHIRT: 1_000_000_000, SOCKS: 10 });
  });

  test('of a shop without a mapped product is refused', async () => {
    await expect((await shopWith([])).file('hard-sync')).rejects.toMatchObject({ code: 'SHOP_NOT_MAPPED' });
  });

  test('of an unknown shop, and for a group that is not the shop’s, is refused', async () => {
    const shop = await shopWith(['SHIRT']);
    const { database } = shop.retailer;
    await database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('WHOLESALE', 'Wholesale')`,
    );
    const sync = (shopId: string, facilityGroupId?: string) =>
      produceFile(database, { shopId, facilityGroupId, kind: 'hard-sync', producerKey: 'refused' });

    await expect(sync('red-shirts')).rejects.toMatchObject({ code: 'SHOP_UNKNOWN' });
    await expect(sync(SHOP, 'NOWHERE')).rejects.toMatchObject({ code: 'FACILITY_GROUP_UNKNOWN' });
    await expect(sync(SHOP, 'WHOLESALE')).rejects.toMatchObject({ code: 'SHOP_GROUP_MISMATCH' });
    expect(await sync(SHOP, GROUP)).toMatchObject({ sequence: 1 });
  });

  test('that is retried after its commit returns its own file', async () => {
    const shop = await shopWith(['SHIRT']);

    const first = await shop.file('hard-sync', 'the same run');
    const again = await shop.file('hard-sync', 'the same run');

    expect(again).toEqual(first);
  });
});

describe('a delta', () => {
  test('before the first Hard Sync is refused', async () => {
    const shop = await shopWith(['SHIRT']);

    await expect(shop.file('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
  });

  test('without a difference makes no file and takes no number', async () => {
    const shop = await syncedShopWith(['SHIRT']);

    expect(await shop.delta()).toBeNull();
    await shop.retailer.post('SHIRT', BROADWAY, -1, 0);
    expect(await shop.file('recent-changes')).toMatchObject({ sequence: 2 });
  });

  const sale = `INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
    VALUES ('SHIRT', '${BROADWAY}', -3, 0, 'POS_SALE', 'test')`;
  const reservation = sale.replace('-3, 0', '0, 2');
  const order = (facility: string) => `INSERT INTO order_item
    (order_id, order_item_seq_id, product_id, quantity, facility_id, status_id, order_date)
    VALUES ('O-1', '1', 'SHIRT', 4, ${facility}, 'ITEM_CREATED', now())`;

  test.each([
    ['a sale', sale, { SHIRT: 7 }],
    ['a reservation', reservation, { SHIRT: 8 }],
    ['an order without a facility', order('NULL'), { SHIRT: 6 }],
    ['an order at a parking facility', order(`'${PARKING}'`), { SHIRT: 6 }],
    [
      'safety stock',
      `UPDATE product_facility SET minimum_stock = 4 WHERE product_id = 'SHIRT'`,
      { SHIRT: 6 },
    ],
    [
      'brokering that is no longer allowed',
      `UPDATE product_facility SET allow_brokering = false WHERE product_id = 'SHIRT'`,
      { SHIRT: 0 },
    ],
    [
      'a product’s own threshold',
      `INSERT INTO product_facility_group VALUES ('SHIRT', '${GROUP}', 1)`,
      { SHIRT: 9 },
    ],
    [
      'the group’s default threshold',
      `UPDATE facility_group SET default_threshold = 1`,
      { SHIRT: 9, SOCKS: 9 },
    ],
    [
      'a facility that joins',
      `INSERT INTO facility_group_member VALUES ('${GROUP}', '${OUTLET}', now())`,
      { SOCKS: 12 },
    ],
    ['a facility that leaves', `UPDATE facility_group_member SET thru_date = now()`, { SHIRT: 0, SOCKS: 0 }],
    [
      'a facility that becomes a parking place',
      `UPDATE facility SET facility_type_id = 'NA' WHERE facility_id = '${BROADWAY}'`,
      { SHIRT: 0, SOCKS: 0 },
    ],
    [
      'a mapping to another item',
      `UPDATE shop_product SET inventory_item_id = 'made anew' WHERE product_id = 'SHIRT'`,
      { SHIRT: 10 },
    ],
    ['a value that is owed', `INSERT INTO owed_row VALUES ('${SHOP}', 'SHIRT', 'TEST')`, { SHIRT: 10 }],
  ])('carries %s, once', async (_what, change, rows) => {
    const shop = await shopWith(['SHIRT', 'SOCKS']);
    await shop.retailer.post('SOCKS', OUTLET, 2, 0);
    await shop.file('hard-sync');

    await shop.retailer.database.query(change);

    expect(await shop.delta()).toEqual(rows);
    expect(await shop.delta()).toBeNull();
  });

  test('carries a product that is mapped for the first time', async () => {
    const shop = await syncedShopWith(['SHIRT']);
    await shop.retailer.addProducts(['SOCKS']);
    expect(await shop.delta()).toBeNull();

    await shop.retailer.database.query(
      `INSERT INTO shop_product VALUES ('${SHOP}', 'SOCKS', 'item', 'variant')`,
    );

    expect(await shop.delta()).toEqual({ SOCKS: 0 });
  });

  test('leaves out what changed and changed back', async () => {
    const shop = await syncedShopWith(['SHIRT']);

    await shop.retailer.post('SHIRT', BROADWAY, -3, 0);
    await shop.retailer.post('SHIRT', BROADWAY, 3, 0);

    expect(await shop.delta()).toBeNull();
  });

  test('carries every product of a facility whose membership has ended by the clock, though nobody wrote a row', async () => {
    const shop = await shopWith(['SHIRT', 'SOCKS']);
    const { database } = shop.retailer;
    const [{ end } = { end: '' }] = await database.query<{ end: string }>(
      `UPDATE facility_group_member SET thru_date = clock_timestamp() + interval '2 seconds'
       RETURNING thru_date::text AS end`,
    );
    await shop.file('hard-sync');
    expect(await shop.retailer.rowsOf(1)).toEqual({ SHIRT: 10, SOCKS: 10 });
    expect(await shop.delta()).toBeNull();

    await database.query('SELECT pg_sleep_until($1)', [end]);

    expect(await shop.delta()).toEqual({ SHIRT: 0, SOCKS: 0 });
  });

  test('carries a change that was committed after an earlier delta had read, which a timestamp cursor loses', async () => {
    const shop = await syncedShopWith(['SHIRT', 'SOCKS']);
    const { database } = shop.retailer;
    const cursor = await timestampCursor(shop.retailer);
    const late = await shop.retailer.begin();
    await shop.retailer.post('SHIRT', BROADWAY, -3, 0, late);
    await shop.retailer.post('SOCKS', BROADWAY, -1, 0);

    expect(await shop.delta()).toEqual({ SOCKS: 9 });
    expect(await cursor.changes()).toEqual(['SOCKS']);
    await late.commit();

    expect(await cursor.changes()).toEqual([]);
    expect(await shop.delta()).toEqual({ SHIRT: 7 });
    expect(await shop.delta()).toBeNull();
    expect(
      await database.query(`SELECT FROM upload_file_row WHERE sku = 'SHIRT' AND sequence > 1`),
    ).toHaveLength(1);
  });

  test('waits for a producer of the same shop, so that sequence order is snapshot order', async () => {
    const shop = await syncedShopWith(['SHIRT', 'SOCKS']);
    const { database } = shop.retailer;

    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        shop.retailer.post('SHIRT', BROADWAY, 1, 0),
        shop.file('recent-changes'),
        shop.file('hard-sync'),
        shop.retailer.post('SOCKS', BROADWAY, 1, 0),
        shop.file('recent-changes'),
      ]);
    }
    await shop.file('recent-changes');

    const files = await database.query<{ sequence: number; follows: boolean | null }>(
      `SELECT sequence, pg_snapshot_xmax(snapshot) >= lag(pg_snapshot_xmax(snapshot)) OVER (ORDER BY sequence)
         AND effective_at >= lag(effective_at) OVER (ORDER BY sequence) AS follows
       FROM upload_file ORDER BY sequence`,
    );
    expect(files.map((file) => file.sequence)).toEqual(files.map((_, index) => index + 1));
    expect(files.slice(1).every((file) => file.follows)).toBe(true);
    const published = await database.query<{ quantity: number }>('SELECT quantity FROM published_row');
    expect(published.map((row) => row.quantity)).toEqual([15, 15]);
  });
});

/** The control: what "changed since the last time I looked" finds by a column that says when a row was written. */
async function timestampCursor({ database }: Retailer) {
  const now = async () =>
    (await database.query<{ now: string }>('SELECT clock_timestamp()::text AS now'))[0]?.now ?? '';
  let since = await now();
  return {
    async changes(): Promise<string[]> {
      const until = await now();
      const rows = await database.query<{ sku: string }>(
        `SELECT DISTINCT product_id AS sku FROM inventory_item_detail
         WHERE created_at > $1 AND created_at <= $2 ORDER BY sku`,
        [since, until],
      );
      since = until;
      return rows.map((row) => row.sku);
    },
  };
}
