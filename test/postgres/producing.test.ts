/** Producing files: what a Hard Sync and a delta hold, in which order, and what never gets lost. */
import { describe, expect, test } from 'vitest';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

class Producer {
  readonly retailer: Retailer;

  constructor(retailer: Retailer) {
    this.retailer = retailer;
  }

  async file(kind: 'hard-sync' | 'recent-changes', producerKey?: string) {
    return (await this.retailer.produce(kind, producerKey)).file;
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

/** After its first Hard Sync, and without a guard: these are shops of two products. */
async function syncedShopWith(skus: readonly string[]): Promise<Producer> {
  const shop = await shopWith(skus);
  await shop.retailer.setToZeroLimit(100);
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
    expect(await sync(SHOP, GROUP)).toMatchObject({ plan: { plan: 1, state: 'HELD' } });
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

  test('leaves out what changed and changed back', async () => {
    const shop = await syncedShopWith(['SHIRT']);

    await shop.retailer.post('SHIRT', BROADWAY, -3, 0);
    await shop.retailer.post('SHIRT', BROADWAY, 3, 0);

    expect(await shop.delta()).toBeNull();
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
