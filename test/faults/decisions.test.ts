/** The worker is killed while it carries out what a person has decided. */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'vitest';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { killDuring, openSyncedShop, RIGHT, type SyncedShop } from './crash-story.ts';
import { startCrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';

const DECIDED = 'decided, the lane not woken';

/** File 2, a delta, is blocked by a closed location, which has been opened since. */
async function openBlockedShop(): Promise<SyncedShop> {
  const synced = await openSyncedShop();
  const { shop } = synced;
  await synced.change();
  await shop.setLocationActive(false);
  await shop.recentChanges();
  await shop.processUploads();
  await shop.setLocationActive(true);
  return synced;
}

/** The same, but then file 2 is blocked again because it was cut short on SFTP. */
async function openDamagedShop(): Promise<SyncedShop> {
  const synced = await openBlockedShop();
  const { shop } = synced;
  const [name = ''] = await shop.filesIn(`outgoing/${SHOP}`);
  await truncate(join(shop.sftpFolder, 'outgoing', SHOP, name), 60);
  await shop.decide({ decision: 'retry', sequence: 2, expectedReason: 'LOCATION_UNUSABLE' });
  await shop.processUploads();
  return synced;
}

test.concurrent(
  `everything is right after a worker was killed during a retry: ${DECIDED}`,
  withOwnCleanUp(async () => {
    const synced = await openBlockedShop();
    await killDuring(synced, DECIDED, () => synced.shop.decide({ decision: 'retry', sequence: 2 }));
    await expectRightState(synced.shop, RIGHT);
  }),
);

for (const at of ['damaged file set aside', 'part written', 'file in place, not READY', DECIDED] as const)
  test.concurrent(
    `everything is right after a worker was killed during a rewrite: ${at}`,
    withOwnCleanUp(async () => {
      const synced = await openDamagedShop();
      await killDuring(synced, at, () => synced.shop.decide({ decision: 'rewrite', sequence: 2 }));
      await expectRightState(synced.shop, { ...RIGHT, setAside: 1 });
    }),
  );

test.concurrent(
  `everything is right after a worker was killed during a skip: ${DECIDED}`,
  withOwnCleanUp(async () => {
    const synced = await openDamagedShop();
    await killDuring(synced, DECIDED, () => synced.shop.decide({ decision: 'skip', sequence: 2 }));
    await synced.shop.recentChanges();
    await expectRightState(synced.shop, { ...RIGHT, files: 3, skipped: [2] });
  }),
);

for (const at of ['number taken, nothing written', DECIDED] as const)
  test.concurrent(
    `everything is right after a worker was killed during an approval: ${at}`,
    withOwnCleanUp(async () => {
      const shop = await Installation.open(['SHIRT']);
      const worker = await startCrashingWorker(shop);
      await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { SHIRT: 5 });
      // Its plan is held, so that the commit at this point is that of the approval.
      await killDuring({ shop, worker }, at, () => shop.hardSync());
      await expectRightState(shop, { written: { SHIRT: [5] }, files: 1 });
    }),
  );
