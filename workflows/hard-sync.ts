import { patched } from '@temporalio/workflow';
import type { SyncResult } from '../src/domain/jobs/producing.ts';
import { tryBestEffort } from './failures.ts';
import { produce } from './produce-file.ts';
import { step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Hard Sync: publish every product's Online ATP to a shop, as one numbered file, a 0 included.
 * The file replaces all earlier files of the shop that wait; Process uploads is woken when it is ready.
 *
 * @param input `{shopId, facilityGroupId?}`
 */
export function hardSync(input: unknown): Promise<SyncResult> {
  return asJob('hard-sync', () => syncAll(input));
}

async function syncAll(input: unknown): Promise<SyncResult> {
  const result = await produce('hard-sync', input);
  if (patched('clean-up is a job')) return result;
  await tryBestEffort(null, 'Old records could not be removed', () =>
    step('purge', 'Remove what no file needs any more'),
  );
  return result;
}
