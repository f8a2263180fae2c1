/** Producing files: what a Hard Sync and a delta contain, in which order, and what never gets lost. */
import { describe, expect, test } from 'vitest';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

class Producer {
  readonly retailer: Retailer;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  async produce(kind: 'hard-sync' | 'recent-changes', producerKey?: string) {
    return (await this.retailer.produce(kind, producerKey)).file;
  }

  /** Makes the next delta. Returns its rows, or null when it makes no file. */
  async makeDelta(): Promise<Record<string, number> | null> {
    const file = await this.produce('recent-changes');
    return file && this.retailer.rowsOf(file.sequence);
  }
}

async function openShop(skus: readonly string[]): Promise<Producer> {
  const { database } = await freshDatabase();
  return new Producer(await Retailer.open(database, skus));
}

/** After its first Hard Sync, and without a guard, which would hold a zero in a shop of two products. */
async function openSyncedShop(skus: readonly string[]): Promise<Producer> {
  const shop = await openShop(skus);
  await shop.retailer.switchGuardOff();
  await shop.produce('hard-sync');
  return shop;
}

describe('a Hard Sync', () => {
  test('contains every mapped product in the order of ids, first one that was never counted, with 0', async () => {
    const shop = await openShop(['b-shirt', 'B-SHIRT', 'A-SHIRT']);
    await shop.retailer.addProducts(['NEVER-COUNTED', 'NOT-MAPPED']);
    await shop.retailer.database.query(
      `INSERT INTO shop_product VALUES ('${SHOP}', 'NEVER-COUNTED', 'item', 'variant')`,
    );

    const file = await shop.produce('hard-sync');

    expect(file).toMatchObject({ sequence: 1, state: 'WRITING', rowCount: 4, toZeroCount: 1 });
    expect(Object.entries(await shop.retailer.rowsOf(1))).toEqual([
      ['NEVER-COUNTED', 0],
      ['A-SHIRT', 10],
      ['B-SHIRT', 10],
      ['b-shirt', 10],
    ]);
  });

  test('publishes the most that Shopify takes for a product with "infinite stock", and others as they are', async () => {
    const shop = await openShop(['SHIRT', 'SOCKS']);
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

    await shop.produce('hard-sync');

    expect(await shop.retailer.rowsOf(1)).toEqual({ SHIRT: 1_000_000_000, SOCKS: 10 });
  });

  test('is refused for a shop without a mapped product', async () => {
    await expect((await openShop([])).produce('hard-sync')).rejects.toMatchObject({
      code: 'SHOP_NOT_MAPPED',
    });
  });

  test('is refused for an unknown shop, and for a group that is not the shop’s', async () => {
    const shop = await openShop(['SHIRT']);
    const { database } = shop.retailer;
    await database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('WHOLESALE', 'Wholesale')`,
    );
    const sync = (shopId: string, facilityGroupId?: string) =>
      produceFile(database, { shopId, facilityGroupId, kind: 'hard-sync', producerKey: 'refused' });

    await expect(sync('red-shirts')).rejects.toMatchObject({ code: 'SHOP_UNKNOWN' });
    await expect(sync(SHOP, 'NOWHERE')).rejects.toMatchObject({ code: 'FACILITY_GROUP_UNKNOWN' });
    await expect(sync(SHOP, 'WHOLESALE')).rejects.toMatchObject({ code: 'SHOP_GROUP_MISMATCH' });
    expect(await sync(SHOP, GROUP)).toMatchObject({ plan: { plan: 1, state: 'HELD' } });
  });

  test('returns its own file when it is retried after its commit', async () => {
    const shop = await openShop(['SHIRT']);

    const first = await shop.produce('hard-sync', 'the same run');
    const again = await shop.produce('hard-sync', 'the same run');

    expect(again).toEqual(first);
  });
});

describe('a delta', () => {
  test('is refused before the first Hard Sync', async () => {
    const shop = await openShop(['SHIRT']);

    await expect(shop.produce('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
  });

  test('makes no file and takes no number when nothing differs', async () => {
    const shop = await openSyncedShop(['SHIRT']);

    expect(await shop.makeDelta()).toBeNull();
    await shop.retailer.post('SHIRT', BROADWAY, -1, 0);
    expect(await shop.produce('recent-changes')).toMatchObject({ sequence: 2 });
  });

  test('leaves out what changed and changed back', async () => {
    const shop = await openSyncedShop(['SHIRT']);

    await shop.retailer.post('SHIRT', BROADWAY, -3, 0);
    await shop.retailer.post('SHIRT', BROADWAY, 3, 0);

    expect(await shop.makeDelta()).toBeNull();
  });

  test('carries a change that was committed after an earlier delta had read, which a timestamp cursor loses', async () => {
    const shop = await openSyncedShop(['SHIRT', 'SOCKS']);
    const { database } = shop.retailer;
    const cursor = await openTimestampCursor(shop.retailer);
    const late = await shop.retailer.begin();
    await shop.retailer.post('SHIRT', BROADWAY, -3, 0, late);
    await shop.retailer.post('SOCKS', BROADWAY, -1, 0);

    expect(await shop.makeDelta()).toEqual({ SOCKS: 9 });
    expect(await cursor.findChanges()).toEqual(['SOCKS']);
    await late.commit();

    expect(await cursor.findChanges()).toEqual([]);
    expect(await shop.makeDelta()).toEqual({ SHIRT: 7 });
    expect(await shop.makeDelta()).toBeNull();
    expect(
      await database.query(`SELECT FROM upload_file JOIN LATERAL upload_file_rows(shop_id, sequence) AS row USING (shop_id, sequence)
         WHERE sku = 'SHIRT' AND sequence > 1`),
    ).toHaveLength(1);
  });

  test('waits for a producer of the same shop, so that sequence order is snapshot order', async () => {
    const shop = await openSyncedShop(['SHIRT', 'SOCKS']);
    const { database } = shop.retailer;

    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        shop.retailer.post('SHIRT', BROADWAY, 1, 0),
        shop.produce('recent-changes'),
        shop.produce('hard-sync'),
        shop.retailer.post('SOCKS', BROADWAY, 1, 0),
        shop.produce('recent-changes'),
      ]);
    }
    await shop.produce('recent-changes');

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
async function openTimestampCursor({ database }: Retailer) {
  const now = async () =>
    (await database.query<{ now: string }>('SELECT clock_timestamp()::text AS now'))[0]?.now ?? '';
  let since = await now();
  return {
    async findChanges(): Promise<string[]> {
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
