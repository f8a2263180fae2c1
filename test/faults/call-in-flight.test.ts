/** The worker is killed while its call is in flight; Shopify has received the call, and applies it sooner or later. */
import { test } from 'vitest';
import type { Installation } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { openSyncedShop, RIGHT } from './crash-story.ts';
import { expectRightState } from './right-state.ts';
import { untilRepeated } from './twin-log.ts';

async function killWithCallInFlight(): Promise<{ readonly shop: Installation; readonly call: string }> {
  const { shop, worker, change } = await openSyncedShop();
  await change();
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.waitForArrival(call);
  await worker.process.kill();
  return { shop, call };
}

test.concurrent(
  'everything is right after a worker died with a call in flight, which Shopify applies before the next worker asks',
  withOwnCleanUp(async () => {
    const { shop, call } = await killWithCallInFlight();
    await shop.release(call);
    await shop.startWorker();
    await expectRightState(shop, RIGHT);
  }),
);

test.concurrent(
  'everything is right after a worker died with a call in flight, which the next worker repeats too early',
  withOwnCleanUp(async () => {
    const { shop, call } = await killWithCallInFlight();
    await shop.startWorker();
    await untilRepeated(shop, call);
    await shop.release(call);
    await expectRightState(shop, RIGHT);
  }),
);
