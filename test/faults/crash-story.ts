/** A Hard Sync, then a change in whose course the worker is killed; another worker finishes what was begun. */
import { Installation, type OwnParts } from '../end-to-end/installation.ts';
import type { CrashPointName } from './crash-points.ts';
import { startCrashingWorker, type CrashingWorker } from './crashing.ts';
import { expectRightState } from './right-state.ts';

const AT_FIRST = { GROWS: 5, SHRINKS: 3, STAYS: 9, APPEARS: 0 };
const LATER = { GROWS: 7, SHRINKS: 1, STAYS: 9, APPEARS: 4 };
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

/** Counted and synced once. */
export async function syncedShop(own: OwnParts = {}): Promise<SyncedShop> {
  const shop = await Installation.open(Object.keys(AT_FIRST), own);
  const worker = await startCrashingWorker(shop);
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', AT_FIRST);
  await shop.hardSync();
  await shop.processUploads();
  return { shop, worker, change: () => shop.importCount('RESET_INVENTORY__2.csv', 'WAREHOUSE', LATER) };
}

/** The worker is killed while `work` goes on, and another one takes over. */
export async function killedDuring<Result>(
  { shop, worker }: Pick<SyncedShop, 'shop' | 'worker'>,
  at: CrashPointName,
  work: () => Promise<Result>,
): Promise<Result> {
  await worker.order({ at, signal: 'SIGKILL' });
  const working = work();
  await Promise.race([worker.struck(), working.then(() => worker.struck())]);
  await shop.startWorker();
  return working;
}

/** Throws when the point is not reached, or when anything is not right in the end. */
export async function surviveCrash(
  at: CrashPointName,
  job: 'hardSync' | 'recentChanges' = 'recentChanges',
): Promise<void> {
  const synced = await syncedShop();
  await synced.change();
  await killedDuring(synced, at, () => synced.shop[job]());
  await expectRightState(synced.shop, RIGHT);
}
