/** A Hard Sync, then a change during which the worker is killed; another worker finishes the work. */
import { Installation, type OwnParts } from '../end-to-end/installation.ts';
import type { CrashPointName } from './crash-points.ts';
import { startCrashingWorker, type CrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';

const AT_FIRST = { GROWS: 5, SHRINKS: 3, STAYS: 9, APPEARS: 0 };
const LATER = { GROWS: 7, SHRINKS: 1, STAYS: 9, APPEARS: 4 };
/** What is right once the change is on Shopify. */
export const RIGHT = {
  written: { GROWS: [5, 7], SHRINKS: [3, 1], STAYS: [9], APPEARS: [4] },
  files: 2,
};

export interface SyncedShop {
  readonly shop: Installation;
  readonly worker: CrashingWorker;
  /** Counts everything anew: three of four products differ. */
  change(): Promise<unknown>;
}

/** Opens a shop that was counted and synced once. */
export async function openSyncedShop(own: OwnParts = {}): Promise<SyncedShop> {
  const shop = await Installation.open(Object.keys(AT_FIRST), own);
  const worker = await startCrashingWorker(shop);
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', AT_FIRST);
  await shop.hardSync();
  await shop.processUploads();
  return { shop, worker, change: () => shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', LATER) };
}

/** Kills the worker at this point while `work` goes on, and starts another one. */
export async function killDuring<Result>(
  { shop, worker }: Pick<SyncedShop, 'shop' | 'worker'>,
  at: CrashPointName,
  work: () => Promise<Result>,
): Promise<Result> {
  await worker.order({ at, signal: 'SIGKILL' });
  const working = work();
  await Promise.race([worker.waitUntilStruck(), working.then(() => worker.waitUntilStruck())]);
  await shop.startWorker();
  return working;
}

/** Kills a worker at this point. Throws when the point is not reached, or when anything is not right in the end. */
export async function surviveCrash(
  at: CrashPointName,
  job: 'hardSync' | 'recentChanges' = 'recentChanges',
): Promise<void> {
  const synced = await openSyncedShop();
  await synced.change();
  await killDuring(synced, at, () => synced.shop[job]());
  await expectRightState(synced.shop, RIGHT);
}
