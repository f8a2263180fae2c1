/** A file that is blocked by the shop's token, scopes or location goes on by itself when that is mended. */
import { rename } from 'node:fs/promises';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';

let shop: Installation;
let worker: WorkerProcess;
/** What the worker had logged before the test. */
let logged = '';

beforeAll(async () => {
  shop = await Installation.open([]);
  worker = await shop.startWorker();
});

beforeEach(async () => {
  shop = await shop.startOver(['BLUE-SHIRT']);
  logged = worker.output;
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
});

/** What the worker has logged in the test. */
function readLog(): string {
  return worker.output.slice(logged.length);
}

/** Makes a file, and expects that it is blocked by the code. */
async function makeBlockedFile(code: string): Promise<void> {
  await shop.hardSync();
  expect(await shop.processUploads()).toMatchObject({
    laneState: 'blocked',
    blockedBy: { sequence: 1, reason: expect.stringContaining(code) as string },
  });
}

/** What the sweep does every five minutes. */
function sweep(): Promise<Record<string, unknown>> {
  return shop.processUploads();
}

async function expectAppliedByItself(code: string): Promise<void> {
  expect(await sweep()).toMatchObject({ laneState: 'idle', files: [{ sequence: 1, status: 'APPLIED' }] });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7 });
  expect(readLog()).toContain(`File 1 of ${SHOP} goes on: ${code} is mended`);
}

test('a location that was deactivated, and is active again', async () => {
  await shop.setLocationActive(false);
  await makeBlockedFile('LOCATION_UNUSABLE');
  await sweep();
  await sweep();
  expect(readLog().match(/"event":"FILE_BLOCKED"/g)).toHaveLength(1);
  const { stdout } = await shop.atpText('lane', SHOP);
  expect(stdout).toContain('a person must mend the cause');
  expect(stdout).toContain('The next run goes on by itself when the cause is mended');

  await shop.setLocationActive(true);
  await expectAppliedByItself('LOCATION_UNUSABLE');
});

test('a token that could not be read, and is there again', async () => {
  const { accessTokenRef } = await findShop(shop.database, SHOP);
  const file = accessTokenRef.replace('file:', '');
  await rename(file, `${file}.away`);
  await makeBlockedFile('SHOPIFY_CREDENTIAL_MISSING');
  expect(await sweep()).toMatchObject({ laneState: 'blocked' });

  await rename(`${file}.away`, file);
  await expectAppliedByItself('SHOPIFY_CREDENTIAL_MISSING');
});

test('a file that somebody has stopped stays stopped', async () => {
  await shop.setLocationActive(false);
  await makeBlockedFile('LOCATION_UNUSABLE');
  await shop.decide({ decision: 'hold', sequence: 1, reason: 'wait for the stock-take' });
  await shop.setLocationActive(true);

  expect(await sweep()).toMatchObject({
    laneState: 'blocked',
    blockedBy: { reason: expect.stringContaining('HELD_BY_PERSON') as string, movedOnBy: 'person' },
  });
});

test('a lane that is paused stays paused, and nothing is asked of the shop', async () => {
  await shop.setLocationActive(false);
  await makeBlockedFile('LOCATION_UNUSABLE');
  expect((await shop.atp('lane', SHOP, 'pause', '--reason', 'stock-take')).exitCode).toBe(0);
  await shop.setLocationActive(true);
  const asked = (await shop.twin.requests()).length;

  expect(await sweep()).toMatchObject({ laneState: 'paused' });
  expect(await shop.twin.requests()).toHaveLength(asked);
  await shop.atp('lane', SHOP, 'resume');
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 7);
});
