import type { SyncResult } from '../src/domain/jobs/producing.ts';
import { produce } from './produce-file.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Upload recent inventory changes: publish the products whose Online ATP differs from the shop's last file, whatever
 * made it differ: sales, returns, variances, settings, memberships that came due. Nothing differs: no file.
 *
 * @param input `{shopId, facilityGroupId?}`
 */
export function uploadRecentChanges(input: unknown): Promise<SyncResult> {
  return asJob('recent-changes', () => produce('recent-changes', input));
}
