/** The worker is killed while it carries out what a person has decided. */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'vitest';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { killedDuring, RIGHT, syncedShop, type SyncedShop } from './crash-story.ts';
import { startCrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';

const DECIDED = 'decided, the lane not woken';

/** A delta's file, 2, is blocked by a closed location, which has been opened since. */
async function blockedShop(): Promise<SyncedShop> {
  const synced = await syncedShop();
  const { shop } = synced;
  await synced.change();
  await shop.setLocationActive(false);
  await shop.recentChanges();
  await shop.processUploads();
  await shop.setLocationActive(true);
  return synced;
}

/** And it is blocked again, because it has been cut off on SFTP. */
async function damagedShop(): Promise<SyncedShop> {
  const synced = await blockedShop();
  const { shop } = synced;
  const [name = ''] = await shop.filesIn(`outgoing/${SHOP}`);
  await truncate(join(shop.sftpFolder, 'outgoing', SHOP, name), 60);
  await shop.decide({ decision: 'retry', sequence: 2, expectedReason: 'LOCATION_UNUSABLE' });
  await shop.processUploads();
  return synced;
}

test.concurrent(
  `of a retry: ${DECIDED}`,
  concurrently(async () => {
    const synced = await blockedShop();
    await killedDuring(synced, DECIDED, () => synced.shop.decide({ decision: 'retry', sequence: 2 }));
    await expectRightState(synced.shop, RIGHT);
  }),
);

for (const at of ['damaged file set aside', 'part written', 'file in place, not READY', DECIDED] as const)
  test.concurrent(
    `of a rewrite: ${at}`,
    concurrently(async () => {
      const synced = await damagedShop();
      await killedDuring(synced, at, () => synced.shop.decide({ decision: 'rewrite', sequence: 2 }));
      await expectRightState(synced.shop, { ...RIGHT, setAside: 1 });
    }),
  );

test.concurrent(
  `of a skip: ${DECIDED}`,
  concurrently(async () => {
    const synced = await damagedShop();
    await killedDuring(synced, DECIDED, () => synced.shop.decide({ decision: 'skip', sequence: 2 }));
    await synced.shop.recentChanges();
    await expectRightState(synced.shop, { ...RIGHT, files: 3, skipped: [2] });
  }),
);

for (const at of ['number taken, nothing written', DECIDED] as const)
  test.concurrent(
    `of an approval: ${at}`,
    concurrently(async () => {
      const shop = await Installation.open(['SHIRT']);
      const worker = await startCrashingWorker(shop);
      await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { SHIRT: 5 });
      // Its plan is held, so that this commit is the approval's.
      await killedDuring({ shop, worker }, at, () => shop.hardSync());
      await expectRightState(shop, { written: { SHIRT: [5] }, files: 1 });
    }),
  );
