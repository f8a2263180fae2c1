/** The worker is killed while its call is on the way; Shopify has taken it in, and applies it sooner or later. */
import { test } from 'vitest';
import type { Installation } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { RIGHT, syncedShop } from './crash-story.ts';
import { expectRightState } from './right-state.ts';
import { untilRefusedAsConcurrent } from './twin-log.ts';

async function killedWithCallInFlight(): Promise<{ readonly shop: Installation; readonly call: string }> {
  const { shop, worker, change } = await syncedShop();
  await change();
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.arrived(call);
  await worker.process.kill();
  return { shop, call };
}

test.concurrent(
  'killed with a call in flight, which Shopify applies before the next worker asks',
  concurrently(async () => {
    const { shop, call } = await killedWithCallInFlight();
    await shop.release(call);
    await shop.startWorker();
    await expectRightState(shop, RIGHT);
  }),
);

test.concurrent(
  'killed with a call in flight, which Shopify is still at when the next worker repeats it',
  concurrently(async () => {
    const { shop, call } = await killedWithCallInFlight();
    await shop.startWorker();
    await untilRefusedAsConcurrent(shop);
    await shop.release(call);
    await expectRightState(shop, RIGHT);
  }),
);
