/**
 * A worker stands still (SIGSTOP) past its heartbeat timeout, another one takes its place, later files are applied,
 * and then it goes on where it was. Shopify goes 1 → 5 → 7 → 5: a late 5 or 7 would overwrite what is newer, and
 * compare-and-swap alone would let the 7 pass, which expects a 5.
 */
import { expect, test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import type { CrashPointName } from './crash-points.ts';
import { startCrashingWorker, type CrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';
import { untilRepeated } from './twin-log.ts';

const DELTAS = [5, 7, 5];
const RIGHT = { written: { SHIRT: [1, ...DELTAS] }, files: 4 };

/** A way to make a worker stand still in the middle of a delta. */
interface Pause {
  prepare(shop: Installation, worker: CrashingWorker): Promise<void>;
  waitUntilPaused(shop: Installation, worker: CrashingWorker): Promise<void>;
  /** Does what must happen before its successor can go on. */
  letSuccessorGoOn(shop: Installation): Promise<void>;
}

function pauseAt(point: CrashPointName): Pause {
  return {
    prepare: (_shop, worker) => worker.order({ at: point, signal: 'SIGSTOP' }),
    waitUntilPaused: (_shop, worker) => worker.waitUntilStruck(),
    letSuccessorGoOn: () => Promise.resolve(),
  };
}

/** The answer comes while the worker stands still. It takes the call for lost, or the database refuses its outcome. */
function pauseInFlight(): Pause {
  let call = '';
  return {
    async prepare(shop) {
      call = await shop.hold('SetOnlineAtp');
    },
    async waitUntilPaused(shop, worker) {
      await shop.waitForArrival(call);
      worker.process.signal('SIGSTOP');
    },
    async letSuccessorGoOn(shop) {
      await untilRepeated(shop, call);
      await shop.release(call);
    },
  };
}

const PAUSES: Readonly<Record<string, () => Pause>> = {
  'after it has read': () => pauseAt('read, no call stored'),
  'before it sends its call': () => pauseAt('call stored, not sent'),
  'while its call is in flight': pauseInFlight,
};

for (const [when, pauseOf] of Object.entries(PAUSES)) {
  for (const [delta, quantity] of DELTAS.slice(0, 2).entries()) {
    test.concurrent(
      `a worker that stands still ${when} with the ${quantity} of 1 → 5 → 7 → 5 overwrites nothing newer when it goes on`,
      withOwnCleanUp(async () => {
        const shop = await Installation.open(['SHIRT']);
        const zombie = await startCrashingWorker(shop);
        const count = (round: number, units: number) =>
          shop.importCount(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', { SHIRT: units });
        await count(0, 1);
        await shop.hardSync();
        await shop.processUploads();

        const pause = pauseOf();
        for (const [round, units] of DELTAS.entries()) {
          await count(round + 1, units);
          if (round === delta) await pause.prepare(shop, zombie);
          await shop.recentChanges();
          if (round === delta) {
            await pause.waitUntilPaused(shop, zombie);
            await shop.startWorker();
            await pause.letSuccessorGoOn(shop);
          }
          await shop.processUploads();
        }
        expect(await shop.readShown()).toEqual({ SHIRT: 5 });

        const callsBefore = (await shop.twin.requests('SetOnlineAtp')).length;
        await goOnToTheEnd(zombie);
        expect(await shop.twin.requests('SetOnlineAtp')).toHaveLength(callsBefore);
        await expectRightState(shop, RIGHT);
      }),
    );
  }
}

/** Lets it go on. It ends only when it has finished what it was doing, or has seen that nobody waits for it. */
async function goOnToTheEnd(zombie: CrashingWorker): Promise<void> {
  await zombie.process.endOrderly();
}

/** Its call was refused to the successor, because of a sale: Shopify may execute the same call when it comes again. */
test.concurrent(
  'a worker that stands still before it sends a call, which its successor sends and gets refused, never sends it',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['SHIRT']);
    const zombie = await startCrashingWorker(shop);
    const count = (round: number, units: number) =>
      shop.count(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', { SHIRT: units });
    await count(0, 5);
    await shop.hardSync();
    await shop.processUploads();
    await count(1, 7);
    await zombie.order({ at: 'call stored, not sent', signal: 'SIGSTOP' });
    await shop.recentChanges();
    await zombie.waitUntilStruck();
    await shop.sellOnShopify('SHIRT', 1);
    await shop.startWorker();
    await shop.processUploads();
    await count(2, 8);
    await shop.recentChanges();
    await shop.processUploads();
    const shown = await shop.readShown();
    const requests = await shop.twin.requests('SetOnlineAtp');
    // What Shopify shows is again what the refused call expects.
    expect(shown).toEqual({ SHIRT: 5 });

    await goOnToTheEnd(zombie);

    expect(await shop.twin.requests('SetOnlineAtp')).toHaveLength(requests.length);
    expect(await shop.readShown()).toEqual(shown);
  }),
);
