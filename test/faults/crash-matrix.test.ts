/** The worker is killed at each named point of its work; after another one has finished it, everything is right. */
import { test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { CRASH_POINTS, type CrashPointName } from './crash-points.ts';
import { killedDuring, RIGHT, surviveCrash, syncedShop } from './crash-story.ts';
import { startCrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';

const OF_AN_IMPORT = 'rows applied, the feed not filed';
const OF_A_DECISION = 'decided, the lane not woken';
const OF_DECISIONS = ['damaged file set aside', OF_A_DECISION];
const OF_A_FILE = (Object.keys(CRASH_POINTS) as CrashPointName[]).filter(
  (at) => at !== OF_AN_IMPORT && !OF_DECISIONS.includes(at),
);
/** From here on a Hard Sync's file is handled as any other. */
const OF_PRODUCING = OF_A_FILE.slice(0, OF_A_FILE.indexOf('APPLYING, nothing read'));

for (const at of OF_A_FILE)
  test.concurrent(
    `of a delta: ${at}`,
    concurrently(() => surviveCrash(at)),
  );

for (const at of OF_PRODUCING)
  test.concurrent(
    `of a Hard Sync: ${at}`,
    concurrently(() => surviveCrash(at, 'hardSync')),
  );

test.concurrent(
  `of an import: ${OF_AN_IMPORT}`,
  concurrently(async () => {
    const synced = await syncedShop();
    await killedDuring(synced, OF_AN_IMPORT, synced.change);
    await synced.shop.recentChanges();
    await expectRightState(synced.shop, RIGHT);
  }),
);

test.concurrent(
  `of a decision: ${OF_A_DECISION}`,
  concurrently(async () => {
    const synced = await syncedShop();
    const { shop } = synced;
    await synced.change();
    await shop.setLocationActive(false);
    await shop.recentChanges();
    await shop.processUploads();
    await shop.setLocationActive(true);
    await killedDuring(synced, OF_A_DECISION, () => shop.decide({ decision: 'retry', sequence: 2 }));
    await expectRightState(shop, RIGHT);
  }),
);

for (const at of ['number taken, nothing written', OF_A_DECISION] as const)
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
