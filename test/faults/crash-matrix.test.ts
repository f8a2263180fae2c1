/**
 * The worker is killed at each named point of its work; after another one has finished it, everything is right.
 * The points of what people decide are in `decisions.test.ts`.
 */
import { test } from 'vitest';
import { concurrently } from '../setup/clean-up.ts';
import { CRASH_POINTS, type CrashPointName } from './crash-points.ts';
import { killedDuring, RIGHT, surviveCrash, syncedShop } from './crash-story.ts';
import { expectRightState } from './right-state.ts';

const OF_AN_IMPORT = 'rows applied, the feed not filed';
const OF_DECISIONS = ['damaged file set aside', 'decided, the lane not woken'];
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
