/** What blocks a lane, and each way out of it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeEach(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
});

/** The location is closed while `work` runs, so that files wait, blocked at the first of them. */
async function whileLocationIsClosed(work: () => Promise<unknown>): Promise<void> {
  const location = (isActive: boolean) =>
    shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/locations', [
      { id: 'gid://shopify/Location/70000000001', isActive },
    ]);
  await location(false);
  await work();
  await location(true);
}

async function blockedFile(): Promise<string> {
  let name = '';
  await whileLocationIsClosed(async () => {
    name = String((await shop.hardSync())['fileName']);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
  });
  return name;
}

async function lane(): Promise<Record<string, unknown>> {
  return (await shop.atp('lane', SHOP)).json ?? {};
}

test('a closed location blocks the lane, later files wait, and a retry lets them go in order', async () => {
  await blockedFile();
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  await shop.recentChanges();
  expect(await lane()).toMatchObject({
    state: 'blocked',
    files: [{ status: 'BLOCKED' }, { status: 'READY' }],
  });
  expect(await shop.shown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });

  await shop.atp('lane', SHOP, 'retry', '1', '--reason', 'the location is open again');
  await shop.processUploads();

  expect(await lane()).toMatchObject({
    state: 'idle',
    files: [{ status: 'APPLIED' }, { status: 'APPLIED' }],
  });
  expect(await shop.shown()).toEqual({ 'BLUE-SHIRT': 8, 'RED-SHIRT': 3 });
});

describe('a file on SFTP that is not what was written', () => {
  async function touch(change: 'deleted' | 'altered', name: string): Promise<void> {
    const path = join(shop.sftpFolder, 'outgoing', SHOP, name);
    if (change === 'deleted') await rm(path);
    else await writeFile(path, 'product_id,sku,inventory_item_id,location_id,online_atp\n');
    await shop.atp('lane', SHOP, 'retry', '1');
    await shop.processUploads();
  }

  test.each([
    ['deleted', 'FILE_MISSING'],
    ['altered', 'FILE_CHECKSUM_MISMATCH'],
  ] as const)('because it was %s blocks the lane, and a Hard Sync takes its place', async (change, code) => {
    await touch(change, await blockedFile());
    expect(await lane()).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining(code) as string,
    });

    await shop.hardSync();
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

    expect(await lane()).toMatchObject({ files: [{ status: 'SUPERSEDED' }, { status: 'APPLIED' }] });
    expect(await shop.shown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
    expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  });
});

test('a shop that is removed and added again is not taken for the old one by Shopify', async () => {
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

  expect(await shop.shown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  expect(await shop.database.query('SELECT key_space AS key FROM shop')).not.toEqual([{ key }]);
});
