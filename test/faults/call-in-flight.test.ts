/** The worker is killed while its call is on the way; Shopify has taken it in, and applies it sooner or later. */
import { test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { concurrently } from '../setup/clean-up.ts';
import { expectRightState } from './right-state.ts';
import { untilRefusedAsConcurrent } from './twin-log.ts';

async function killedWithCallInFlight(): Promise<{ readonly shop: Installation; readonly call: string }> {
  const shop = await Installation.open(['GROWS', 'STAYS']);
  const worker = await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { GROWS: 5, STAYS: 9 });
  await shop.hardSync();
  await shop.processUploads();
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { GROWS: 7, STAYS: 9 });
  const call = await shop.hold('SetOnlineAtp');
  await shop.recentChanges();
  await shop.arrived(call);
  await worker.kill();
  return { shop, call };
}

const RIGHT = { written: { GROWS: [5, 7], STAYS: [9] }, files: 2 };

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
