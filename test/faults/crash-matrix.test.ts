/**
 * The worker is killed at each named point of its work; after another one has finished it, everything is right.
 * The points of people's decisions are in `decisions.test.ts`.
 */
import { test } from 'vitest';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { CRASH_POINTS, type CrashPointName } from './crash-points.ts';
import { killDuring, openSyncedShop, RIGHT, surviveCrash } from './crash-story.ts';
import { expectRightState } from './right-state.ts';

const OF_AN_IMPORT = 'rows applied, the feed not filed';
const OF_DECISIONS = ['damaged file set aside', 'decided, the lane not woken'];
const OF_A_FILE = (Object.keys(CRASH_POINTS) as CrashPointName[]).filter(
  (at) => at !== OF_AN_IMPORT && !OF_DECISIONS.includes(at),
);
/** Only up to there: later a Hard Sync's file is handled as any other. */
const OF_PRODUCING = OF_A_FILE.slice(0, OF_A_FILE.indexOf('APPLYING, nothing read'));

for (const at of OF_A_FILE)
  test.concurrent(
    `everything is right after a worker was killed during a delta: ${at}`,
    withOwnCleanUp(() => surviveCrash(at)),
  );

for (const at of OF_PRODUCING)
  test.concurrent(
    `everything is right after a worker was killed during a Hard Sync: ${at}`,
    withOwnCleanUp(() => surviveCrash(at, 'hardSync')),
  );

test.concurrent(
  `everything is right after a worker was killed during an import: ${OF_AN_IMPORT}`,
  withOwnCleanUp(async () => {
    const synced = await openSyncedShop();
    await killDuring(synced, OF_AN_IMPORT, synced.change);
    await synced.shop.recentChanges();
    await expectRightState(synced.shop, RIGHT);
  }),
);
