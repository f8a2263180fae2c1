/** After a restore or a failover: when the Hard Sync that is needed starts by itself. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createStartHardSyncActivities } from '../../activities/start-hard-sync.ts';
import { HARD_SYNC_STARTED_EVERY_MS } from '../../src/domain/limits.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { readLaneView } from '../../src/postgres/lane/lane-view.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, SHOP } from './retailer.ts';
import { freshShop, runActivity, type SyncedShop } from './synced-shop.ts';

describe('the Hard Sync that a restore needs', () => {
  let shop: SyncedShop;
  let started: string[];

  /** What a run does that finds that a Hard Sync is needed. */
  function startHardSync() {
    const activities = createStartHardSyncActivities({
      database: shop.retailer.database,
      runHardSync: async (shopId, why) => void started.push(`${shopId}: ${why}`),
    });
    return runActivity(activities.startHardSync, { shopId: SHOP });
  }

  async function noticeRestore(): Promise<void> {
    await shop.retailer.database.query(`UPDATE shop_origin SET incarnation = 'another'`);
    await shop.checkOrigin();
  }

  beforeEach(async () => {
    const { database } = await freshDatabase();
    shop = await freshShop(() => database);
    await shop.makeFile('hard-sync');
    started = [];
  });

  test('starts by itself, and not again before the named pause is over', async () => {
    await noticeRestore();

    const first = await startHardSync();
    expect(first?.reason).toContain('another server has taken over');
    expect(await startHardSync()).toEqual(first);
    expect(started).toEqual([`${SHOP}: Started by itself, because ${first?.reason}.`]);

    await shop.retailer.database.query(
      `UPDATE shop_origin SET hard_sync_started_at = hard_sync_started_at - make_interval(secs => $1::float8 / 1000)`,
      [HARD_SYNC_STARTED_EVERY_MS],
    );
    expect(await startHardSync()).not.toEqual(first);
    expect(started).toHaveLength(2);
  });

  test('does not start when no restore was noticed, or when the Hard Sync was made since', async () => {
    expect(await startHardSync()).toBeNull();
    await noticeRestore();
    await shop.makeFile('hard-sync');

    expect(await startHardSync()).toBeNull();
    expect(started).toEqual([]);
  });

  test('does not start while its plan is held, or the lane is paused: a person is at it', async () => {
    const { database } = shop.retailer;
    await noticeRestore();
    await pauseLane(database, SHOP, { by: 'Ann', reason: 'feeds of the lost day come first' });
    expect(await startHardSync()).toBeNull();
    expect(await readLaneView(database, SHOP)).toMatchObject({ state: 'paused', movedOnBy: 'person' });
    await resumeLane(database, SHOP);
    expect(await readLaneView(database, SHOP)).toMatchObject({ state: 'blocked', movedOnBy: 'next-run' });

    await shop.retailer.post('SOCKS', BROADWAY, -10, 0);
    expect(await shop.makeFile('hard-sync')).toMatchObject({ plan: { cause: 'TO_ZERO' } });

    expect(await startHardSync()).toBeNull();
    expect(await readLaneView(database, SHOP)).toMatchObject({ state: 'blocked', movedOnBy: 'person' });
    expect(started).toEqual([]);
  });
});
