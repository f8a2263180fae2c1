/** The worker is killed while it carries out what a person has decided about a damaged file. */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'vitest';
import { SHOP } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { killedDuring, RIGHT, syncedShop, type SyncedShop } from './crash-story.ts';
import { expectRightState } from './right-state.ts';

/** A delta's file is cut off on SFTP before anything of it is applied. */
async function blockedShop(): Promise<SyncedShop> {
  const synced = await syncedShop();
  const { shop } = synced;
  await synced.change();
  await shop.setLocationActive(false);
  await shop.recentChanges();
  await shop.processUploads();
  const [name = ''] = await shop.filesIn(`outgoing/${SHOP}`);
  await truncate(join(shop.sftpFolder, 'outgoing', SHOP, name), 60);
  await shop.setLocationActive(true);
  await shop.decide({ decision: 'retry', sequence: 2, expectedReason: 'LOCATION_UNUSABLE' });
  await shop.processUploads();
  return synced;
}

for (const at of [
  'damaged file set aside',
  'part written',
  'file in place, not READY',
  'decided, the lane not woken',
] as const)
  test.concurrent(
    `of a rewrite: ${at}`,
    concurrently(async () => {
      const synced = await blockedShop();
      await killedDuring(synced, at, () => synced.shop.decide({ decision: 'rewrite', sequence: 2 }));
      await expectRightState(synced.shop, { ...RIGHT, setAside: 1 });
    }),
  );

test.concurrent(
  'of a skip: decided, the lane not woken',
  concurrently(async () => {
    const synced = await blockedShop();
    await killedDuring(synced, 'decided, the lane not woken', () =>
      synced.shop.decide({ decision: 'skip', sequence: 2 }),
    );
    await synced.shop.recentChanges();
    await expectRightState(synced.shop, { ...RIGHT, files: 3, skipped: [2] });
  }),
);
