/** Another server takes over: what is needed then happens by itself. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { OwnPostgres } from '../postgres/own-postgres.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { Installation, SHOP } from './installation.ts';

/** An installation with a standby, whose shop shows 7 blue shirts and has no file that waits. */
async function openWithStandby({ isSynchronous }: { readonly isSynchronous: boolean }) {
  const own = await OwnPostgres.start();
  await own.addStandby({ isSynchronous });
  const database = openDatabase(own.url);
  cleanUp(() => database.close());
  const shop = await Installation.open(['BLUE-SHIRT'], { database: { database, url: own.url } });
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
  await shop.hardSync();
  await shop.processUploads();
  return { own, shop };
}

async function readTimeline(shop: Installation): Promise<string> {
  const [row] = await shop.database.query<{ timeline: string }>(
    `SELECT split_part(incarnation, '/', 2) AS timeline FROM shop_origin`,
  );
  return row?.timeline ?? '';
}

test('after a failover to a synchronous standby SFTP proves that nothing was lost, and deltas go on', async () => {
  const { own, shop } = await openWithStandby({ isSynchronous: true });
  const before = await readTimeline(shop);

  await own.failOver();

  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2, rows: 1 });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 8 });
  expect(await readTimeline(shop)).not.toBe(before);
  expect((await shop.atp('lane', SHOP, '--audit')).json).toMatchObject({ isSound: true });
});

test('after a failover that lost commits the next delta starts the Hard Sync, and deltas go on without a person', async () => {
  const { own, shop } = await openWithStandby({ isSynchronous: false });
  await own.cutOffStandby();
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2 });
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 8 });

  await own.failOver();

  expect(await shop.recentChanges()).toMatchObject({
    fileSequence: null,
    heldForApproval: false,
    hardSync: { reason: expect.stringContaining('another server has taken over') as string },
  });
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 7);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 4 });
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 8 });
  expect((await shop.atp('lane', SHOP, '--audit')).json).toMatchObject({ isSound: true });
});

test('Process uploads starts it as well; what the guard holds waits for a person, and is not started again', async () => {
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 7 });
  await shop.hardSync();
  await shop.processUploads();
  await shop.atp('shop', 'set', SHOP, '--collapse-limit', '20');
  await shop.database.query(`UPDATE shop_origin SET restored_reason = 'the database was restored'`);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 0 });

  expect(await shop.processUploads()).toMatchObject({
    laneState: 'blocked',
    blockedBy: { sequence: null, movedOnBy: 'next-run' },
    hardSync: { reason: 'the database was restored' },
  });
  const readPlans = () =>
    shop.database.query<{ plan: number; state: string }>(
      `SELECT plan, state FROM sync_plan WHERE counts ? 'COLLAPSE' ORDER BY plan`,
    );
  await shop.until(async () => (await readPlans()).length > 0);

  expect(await shop.processUploads()).toEqual({
    shopId: SHOP,
    files: [],
    laneState: 'blocked',
    blockedBy: {
      sequence: null,
      reason: 'HARD_SYNC_REQUIRED: the database was restored',
      since: null,
      movedOnBy: 'person',
    },
  });
  await expect(shop.recentChanges()).rejects.toMatchObject({ code: 'HARD_SYNC_REQUIRED' });
  const { exitCode, stdout } = await shop.atpText('lane', SHOP);
  expect(exitCode).toBe(4);
  expect(stdout).toContain('HARD_SYNC_REQUIRED: the database was restored');
  expect(await readPlans()).toEqual([{ plan: 2, state: 'HELD' }]);

  await shop.decide({ decision: 'approve', plan: 2, reason: 'sold out' });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 7 });
  expect(await shop.atp('lane', SHOP)).toMatchObject({ exitCode: 0, json: { state: 'idle', reason: null } });
});
