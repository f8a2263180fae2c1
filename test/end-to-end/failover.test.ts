/** Another server takes over that has lost the last commits: the Hard Sync that is needed starts by itself. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { OwnPostgres } from '../postgres/own-postgres.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { Installation, SHOP } from './installation.ts';

test('after a failover that lost commits the next delta starts the Hard Sync, and deltas go on without a person', async () => {
  const own = await OwnPostgres.start();
  const database = openDatabase(own.url);
  cleanUp(() => database.close());
  const shop = await Installation.open(['BLUE-SHIRT'], { database: { database, url: own.url } });
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
  await shop.hardSync();
  await shop.processUploads();
  // What an asynchronous standby has when its primary dies: everything but the last commits.
  await own.backUp();
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2 });
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 8 });

  await own.restore({ asStandby: true });
  await own.database.query('SELECT pg_promote()');

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
  await shop.database.query(`UPDATE shop_origin SET restored_reason = 'the database was restored'`);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 0 });

  expect(await shop.processUploads()).toMatchObject({
    laneState: 'blocked',
    blockedBy: { sequence: null, movedOnBy: 'next-run' },
    hardSync: { reason: 'the database was restored' },
  });
  const readPlans = () =>
    shop.database.query<{ plan: number; state: string }>(
      `SELECT plan, state FROM sync_plan WHERE cause = 'TO_ZERO' ORDER BY plan`,
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
