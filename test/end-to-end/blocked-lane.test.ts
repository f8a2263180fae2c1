/** What blocks a lane, and each way out of it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open([]);
  await shop.startWorker();
});

beforeEach(async () => {
  shop = await shop.startOver(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
});

/** Closes the location while `work` runs, so that the first file blocks the lane and the others wait. */
async function whileLocationIsClosed(work: () => Promise<unknown>): Promise<void> {
  await shop.setLocationActive(false);
  await work();
  await shop.setLocationActive(true);
}

async function makeBlockedFile(): Promise<string> {
  let name = '';
  await whileLocationIsClosed(async () => {
    name = String((await shop.hardSync())['fileName']);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
  });
  return name;
}

async function readLane(): Promise<Record<string, unknown>> {
  return (await shop.atp('lane', SHOP)).json ?? {};
}

test('a closed location blocks the lane, later files wait, and a retry applies them in order', async () => {
  await makeBlockedFile();
  await whileLocationIsClosed(async () => {
    await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
    await shop.recentChanges();
    await shop.processUploads();
  });
  expect(await readLane()).toMatchObject({
    state: 'blocked',
    files: [{ status: 'BLOCKED' }, { status: 'READY' }],
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });

  await shop.atp('lane', SHOP, 'retry', '1', '--reason', 'the location is open again');
  await shop.processUploads();

  expect(await readLane()).toMatchObject({
    state: 'idle',
    files: [{ status: 'APPLIED' }, { status: 'APPLIED' }],
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 8, 'RED-SHIRT': 3 });
});

describe('a file on SFTP', () => {
  async function damageAndRetry(change: 'deleted' | 'altered', name: string): Promise<void> {
    const path = join(shop.sftpFolder, 'outgoing', SHOP, name);
    if (change === 'deleted') await rm(path);
    else await writeFile(path, 'product_id,sku,inventory_item_id,location_id,online_atp\n');
    await shop.atp('lane', SHOP, 'retry', '1');
    await shop.processUploads();
  }

  test.each([
    ['deleted', 'FILE_MISSING'],
    ['altered', 'FILE_CHECKSUM_MISMATCH'],
  ] as const)('that was %s blocks the lane, and a Hard Sync takes its place', async (change, code) => {
    await damageAndRetry(change, await makeBlockedFile());
    expect(await readLane()).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining(code) as string,
    });

    await shop.hardSync();
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

    expect(await readLane()).toMatchObject({ files: [{ status: 'SUPERSEDED' }, { status: 'APPLIED' }] });
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
    expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  });
});

test('a shop that is removed and added again has new keys, so that Shopify applies its first file anew', async () => {
  await shop.hardSync();
  await shop.processUploads();
  const [{ key } = { key: '' }] = await shop.database.query<{ key: string }>(
    'SELECT key_space AS key FROM shop',
  );
  await shop.readdShop();
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'BLUE-SHIRT', available: 0 },
    { sku: 'RED-SHIRT', available: 0 },
  ]);

  await shop.hardSync();
  await shop.processUploads();

  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  expect(await shop.database.query('SELECT key_space AS key FROM shop')).not.toEqual([{ key }]);
});
