import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { purging } from './activity-options.ts';
import { bestEffort } from './failures.ts';
import { produce, type SyncResult } from './produce-file.ts';

const upkeep = proxyActivities<Activities>(purging);

/**
 * Hard Sync: publish every product's Online ATP to a shop, as one numbered file, a 0 included.
 * The file replaces all earlier files of the shop that wait; Process uploads is woken when it is ready.
 *
 * @param input `{shopId, facilityGroupId?}`
 */
export async function hardSync(input: unknown): Promise<SyncResult> {
  const result = await produce('hard-sync', input);
  await purgeOldRecords();
  return result;
}

/** What cannot be removed today is removed by the next run: the file is made. */
async function purgeOldRecords(): Promise<void> {
  await bestEffort(null, 'Old records could not be removed', () =>
    upkeep.purge.executeWithOptions({ ...purging, summary: 'Remove what no file needs any more' }, []),
  );
}
