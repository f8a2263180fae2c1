/** After a restore or a failover: when the Hard Sync starts by itself, and when none is needed. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createStartHardSyncActivities } from '../../activities/start-hard-sync.ts';
import { HARD_SYNC_STARTED_EVERY_MS } from '../../src/domain/limits.ts';
import { outgoingFolder } from '../../src/domain/upload-file.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { readLaneView } from '../../src/postgres/lane/lane-view.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { SHOP } from './retailer.ts';
import { freshShop, runActivity, type SyncedShop } from './synced-shop.ts';

describe('when the timeline alone is another one', () => {
  let shop: SyncedShop;

  beforeEach(async () => {
    const { database } = await freshDatabase();
    shop = await freshShop(() => database);
    await shop.makeFile('hard-sync');
    await shop.makeFile('recent-changes');
    for (const state of ['APPLYING', 'APPLIED']) {
      await database.query('UPDATE upload_file SET state = $1, closed_at = now()', [state]);
    }
  });

  /** As after a failover to a standby of the same cluster. */
  async function checkAfterFailover(): Promise<string | null> {
    await shop.retailer.database.query(
      `UPDATE shop_origin SET incarnation = regexp_replace(incarnation, '/[0-9A-F]{8}/', '/0000AFFE/')`,
    );
    return (await shop.checkOrigin()).restoredReason;
  }

  /** Moves the file with this number, or removes it. */
  async function onSftp(sequence: number, rename: ((name: string) => string) | null): Promise<void> {
    await shop.drop(async (drop) => {
      for (const { name } of await drop.list(outgoingFolder(SHOP))) {
        if (Number(name.slice(0, 12)) !== sequence) continue;
        const path = `${outgoingFolder(SHOP)}/${name}`;
        if (rename === null) await drop.remove(path);
        else await drop.move(path, `archive/${SHOP}/${rename(name)}`);
      }
    });
  }

  test('nothing is lost if no file is open and SFTP ends with the newest one; earlier attempts are shut out', async () => {
    const { database } = shop.retailer;
    await database.query(`INSERT INTO lane (shop_id, epoch) VALUES ($1, 5) ON CONFLICT DO NOTHING`, [SHOP]);
    await onSftp(2, (name) => name);

    expect(await checkAfterFailover()).toBeNull();

    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 3 } });
    const [lane] = await database.query<{ epoch: number }>('SELECT epoch FROM lane');
    expect(lane?.epoch).toBeGreaterThan(1_000);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'a file is open: more of it may have been sent than the database knows',
      () => shop.makeFile('recent-changes'),
    ],
    ['SFTP shows a later file', () => onSftp(1, (name) => name.replace('000000000001', '000000000003'))],
    ['SFTP does not show the newest file, so it is no witness', () => onSftp(2, null)],
    [
      'the database is another one, too',
      () => shop.retailer.database.query(`UPDATE shop_origin SET incarnation = incarnation || '0'`),
    ],
  ])('nothing is proven if %s', async (_what, change) => {
    await change();

    expect(await checkAfterFailover()).toContain('another server has taken over');
  });
});

describe('the Hard Sync that a restore needs', () => {
  let shop: SyncedShop;
  let started: string[];

  /** What a run does that finds that a Hard Sync is needed. */
  function startHardSync() {
    const activities = createStartHardSyncActivities({
      database: shop.retailer.database,
      diary: () => undefined,
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
      `UPDATE lane SET hard_sync_started_at = hard_sync_started_at - make_interval(secs => $1::float8 / 1000)`,
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

    await shop.retailer.count(['SOCKS'], 0);
    expect(await shop.makeFile('hard-sync')).toMatchObject({
      file: null,
      plan: { because: expect.any(String) as string },
    });

    expect(await startHardSync()).toBeNull();
    expect(await readLaneView(database, SHOP)).toMatchObject({ state: 'blocked', movedOnBy: 'person' });
    expect(started).toEqual([]);
  });

  /** Stops a Hard Sync once it has its snapshot and before it writes anything; `meanwhile` is committed then. */
  async function makeHardSyncWhile(meanwhile: () => Promise<unknown>) {
    const { retailer } = shop;
    const barrier = await retailer.begin();
    await barrier.query('LOCK TABLE owed_row IN ACCESS EXCLUSIVE MODE');
    const made = shop.makeFile('hard-sync').catch((error: unknown) => error);
    await until(async () => {
      const waiting = await retailer.database.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'`,
      );
      expect(waiting).not.toEqual([]);
    });
    await meanwhile();
    await barrier.commit();
    return made;
  }

  test('is not failed by the record that it was started, which another run writes meanwhile', async () => {
    await noticeRestore();

    expect(await makeHardSyncWhile(startHardSync)).toMatchObject({ file: { sequence: 2 } });
    expect(started).toHaveLength(1);
  });

  test('would be failed by a record in the shop’s origin, which it writes itself', async () => {
    await noticeRestore();
    const record = () =>
      shop.retailer.database.query('UPDATE shop_origin SET highest_sequence = highest_sequence');

    expect(await makeHardSyncWhile(record)).toMatchObject({
      message: expect.stringContaining('serialize') as string,
    });
  });
});
