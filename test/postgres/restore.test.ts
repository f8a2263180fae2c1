/** A restored database knows less than was sent. Every kind of restore is noticed, and nothing old is sent. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createProduceActivities } from '../../activities/produce-files.ts';
import { outgoingFolder, type UploadFileKind } from '../../src/domain/upload-file.ts';
import { closeShop, moveShop } from '../../src/postgres/producing/move-shop.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { OwnPostgres } from './own-postgres.ts';
import { BROADWAY, GROUP, SHOP } from './retailer.ts';
import { freshShop, runActivity, type SyncedShop } from './synced-shop.ts';

const ELSEWHERE = 'gid://shopify/Location/2';

describe('a database', () => {
  let own: OwnPostgres;
  let shop: SyncedShop;

  beforeEach(async () => {
    own = await OwnPostgres.start();
    shop = await freshShop(() => own.database);
    await shop.makeFile('hard-sync');
    await shop.makeFile('recent-changes');
  });

  test('needs no Hard Sync after a plain restart', async () => {
    await own.restart();

    expect(await shop.checkOrigin()).toEqual({ restoredReason: null });
    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 3 } });
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'file', sequence: 1 });
  });

  test('whose disk was put back counts as restored, by a newer file on SFTP: deltas and lane wait for a Hard Sync', async () => {
    await own.backUp();
    await shop.makeFile('recent-changes');
    await shop.makeFile('recent-changes');

    await own.restore();

    expect(await shop.readStates()).toEqual(['1 hard-sync READY', '2 recent-changes READY']);
    // Files 1 and 2 of the backup are READY, although they were applied long ago.
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'blocked', sequence: null });
    await expect(shop.makeFile('recent-changes')).rejects.toMatchObject({
      code: 'HARD_SYNC_REQUIRED',
      message: expect.stringContaining('SFTP has file 4') as string,
    });
    expect(await shop.makeFile('hard-sync')).toMatchObject({ file: { sequence: 5 } });
    expect(await shop.readStates()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '5 hard-sync READY',
    ]);
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'file', sequence: 5 });
    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 6 } });
    expect(await auditShop(own.database, SHOP)).toMatchObject({ isSound: true });
  });

  test('whose disk was put back before anything more was sent needs no Hard Sync', async () => {
    await own.backUp();

    await own.restore();

    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 3 } });
  });

  test('that was loaded from a copy counts as restored, although SFTP has no newer file', async () => {
    await own.copyWithin('yesterday');

    await own.putInPlace('yesterday');

    expect(await shop.lookAtLane()).toMatchObject({ lane: 'blocked' });
    await expect(shop.makeFile('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
    expect(await shop.makeFile('hard-sync')).toMatchObject({ file: { sequence: 3 } });
    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 4 } });
  });

  test('that is a standby takes no part, and needs a Hard Sync once it is promoted', async () => {
    await own.backUp();
    await own.restore({ asStandby: true });
    const sell = () => shop.retailer.post('SHIRT', BROADWAY, -1, 0);
    for (const ask of [
      () => shop.lookAtLane(),
      () => shop.checkOrigin(),
      () => produceOnly(shop, 'recent-changes'),
      sell,
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
    }

    await own.database.query('SELECT pg_promote()');

    await expect(shop.makeFile('recent-changes')).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
    expect(await shop.makeFile('hard-sync')).toMatchObject({ file: { sequence: 3 } });
  });
});

/** Produces without a sale before it, because the database may be read-only. */
function produceOnly(shop: SyncedShop, kind: UploadFileKind) {
  const { database } = shop.retailer;
  const activities = createProduceActivities({
    diary: () => undefined,
    database,
    fileDrop: shop.drop,
    wakeLane: async () => undefined,
  });
  return runActivity(activities.produceFile, { kind, shopId: shop.shopId, producerKey: 'no sale' });
}

describe('after a restore', () => {
  let shop: SyncedShop;

  /** Records a restore as noticed; the tests above try the ways of noticing one. */
  async function recordRestore(): Promise<void> {
    await shop.retailer.database.query(
      `UPDATE shop_origin SET incarnation = 'another', highest_sequence = 9`,
    );
  }

  beforeEach(async () => {
    const { database } = await freshDatabase();
    shop = await freshShop(() => database);
    await shop.makeFile('hard-sync');
    await shop.makeFile('recent-changes');
  });

  test('a Hard Sync gives up unanswered calls, forgets what Shopify had shown, and makes new keys', async () => {
    const { database } = shop.retailer;
    await database.query(`UPDATE upload_file SET state = 'APPLYING' WHERE sequence = 1`);
    await database.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       VALUES ('${SHOP}', 1, 0, 0, gen_random_uuid(), '{}', 1, 'STORED')`,
    );
    await database.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, last_known, debt, drops)
       VALUES ('${SHOP}', 'SHIRT', 1, 'APPLIED', 9, 9, 2, '[]')`,
    );
    await recordRestore();

    await shop.makeFile('hard-sync');

    expect(await shop.readStates()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '10 hard-sync READY',
    ]);
    expect(await database.query('SELECT state FROM shopify_call')).toEqual([{ state: 'EXPIRED_UNKNOWN' }]);
    expect(await database.query('SELECT last_known, debt, drops FROM applied_row')).toEqual([
      { last_known: null, debt: 0, drops: null },
    ]);
    expect(await database.query('SELECT restore_generation AS generation FROM shop')).toEqual([
      { generation: 1 },
    ]);
    expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true });
  });

  test('a Hard Sync removes what another cluster has logged, because every delta would look at it again', async () => {
    const { database } = shop.retailer;
    await database.query(`INSERT INTO change_log (txid, product_id) VALUES ('9000000000000', 'SHIRT')`);
    await recordRestore();

    await shop.makeFile('hard-sync');

    expect(await database.query(`SELECT FROM change_log WHERE txid >= '9000000000000'`)).toEqual([]);
  });

  test('a held Hard Sync changes nothing until it is approved', async () => {
    const { retailer } = shop;
    await recordRestore();
    await retailer.count(['SOCKS'], 0);

    expect(await shop.makeFile('hard-sync')).toMatchObject({ file: null, plan: { plan: 2 } });

    expect(await shop.readStates()).toEqual(['1 hard-sync READY', '2 recent-changes READY']);
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'blocked' });
    await retailer.approve(2);
    expect(await shop.readStates()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '10 hard-sync WRITING',
    ]);
  });

  test('the lane’s epoch is far above that of any run that entered the lane before', async () => {
    const { database } = shop.retailer;
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'file', sequence: 1 });
    const epoch = async () =>
      (await database.query<{ epoch: number }>('SELECT epoch FROM lane'))[0]?.epoch ?? 0;
    const before = await epoch();
    await recordRestore();

    await shop.checkOrigin();

    expect(await epoch()).toBeGreaterThan(before + 1_000);
  });

  test.each([
    [
      'a location is left',
      () => moveShop(shop.retailer.database, SHOP, { locationId: ELSEWHERE }, { drains: true }),
    ],
    ['a shop is closed', () => closeShop(shop.retailer.database, SHOP)],
  ])('no drain is numbered before the origin is checked, when %s', async (_, act) => {
    await recordRestore();

    await expect(act()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(await shop.readStates()).toEqual(['1 hard-sync READY', '2 recent-changes READY']);

    await shop.checkOrigin();
    // SFTP, or whoever has looked at it, knows of file 9.
    expect(await act()).toEqual({ sequence: 10, rows: 2 });
  });

  test('a drain waits for the Hard Sync of its shop like every file, and goes first', async () => {
    await recordRestore();
    await shop.checkOrigin();
    await moveShop(shop.retailer.database, SHOP, { locationId: ELSEWHERE }, { drains: true });

    expect(await shop.lookAtLane()).toMatchObject({ lane: 'blocked', sequence: null });
    await shop.retailer.produce('hard-sync');
    expect(await shop.lookAtLane()).toMatchObject({ lane: 'file', sequence: 10 });
    expect(await shop.readStates()).toEqual([
      '1 hard-sync SUPERSEDED',
      '2 recent-changes SUPERSEDED',
      '10 drain WRITING',
      '11 hard-sync WRITING',
    ]);
  });

  test('the server may be started again before the Hard Sync is made', async () => {
    const { database } = shop.retailer;
    await recordRestore();
    await shop.checkOrigin();
    await database.query(`UPDATE shop_origin SET server_start = server_start - interval '1 day'`);

    expect(await shop.makeFile('hard-sync')).toMatchObject({ file: { sequence: 10 } });
  });

  test('one Hard Sync is enough: the origin is known again', async () => {
    await recordRestore();
    await shop.makeFile('hard-sync');

    expect(await shop.checkOrigin()).toEqual({ restoredReason: null });
    expect(await shop.makeFile('recent-changes')).toMatchObject({ file: { sequence: 11 } });
  });
});

test('a restore is noticed by a file that was archived since, although no number is new', async () => {
  const { database } = await freshDatabase();
  const shop = await freshShop(() => database);
  await shop.makeFile('hard-sync');
  expect(await shop.checkOrigin()).toEqual({ restoredReason: null });
  // As if the disk of this moment were put back later, when the file had been applied and archived.
  await shop.drop(async (drop) => {
    const [file] = await drop.list(outgoingFolder(SHOP));
    const name = file?.name.replace(/\.sha256$/, '') ?? '';
    await drop.move(`${outgoingFolder(SHOP)}/${name}`, `archive/${SHOP}/${name}`);
  });
  await database.query(`UPDATE shop_origin SET server_start = server_start - interval '1 day'`);

  expect((await shop.checkOrigin()).restoredReason).toContain('has archived file 1');
});

describe('the first file of a shop', () => {
  test('takes the number after all files on SFTP when the shop was removed and added again', async () => {
    const { database } = await freshDatabase();
    const shop = await freshShop(() => database);
    await shop.makeFile('hard-sync');
    await shop.makeFile('recent-changes');
    await shop.drop(async (drop) => {
      const [, { name } = { name: '' }] = (await drop.list(outgoingFolder(SHOP))).filter(({ name: found }) =>
        found.endsWith('.csv'),
      );
      await drop.move(`${outgoingFolder(SHOP)}/${name}`, `archive/${SHOP}/superseded/${name}`);
    });
    await removeShop(database, SHOP);
    await shop.retailer.openShop(SHOP, GROUP);

    await shop.makeFile('hard-sync');

    expect(await shop.checkOrigin()).toEqual({ restoredReason: null });
    expect(await shop.readStates()).toEqual(['3 hard-sync READY']);
  });

  test('takes no number from a foreign file on SFTP', async () => {
    const { database } = await freshDatabase();
    const shop = await freshShop(() => database);
    const localPath = join(await scratchFolder(), 'foreign');
    await writeFile(localPath, '');
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    await shop.drop((drop) =>
      drop.publish(localPath, { folder: outgoingFolder(SHOP), name: '000000000777-notes.csv', sha256 }),
    );

    await shop.makeFile('hard-sync');

    expect(await shop.readStates()).toEqual(['1 hard-sync READY']);
  });
});
