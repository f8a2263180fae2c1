import type { SyncResult } from '../src/domain/jobs/producing.ts';
import { produce } from './produce-file.ts';

/**
 * Upload recent inventory changes: publish the products whose Online ATP differs from the shop's last file, whatever
 * made it differ: sales, returns, variances, settings, memberships that came due. Nothing differs: no file.
 *
 * @param input `{shopId, facilityGroupId?}`
 */
export async function uploadRecentChanges(input: unknown): Promise<SyncResult> {
  return produce('recent-changes', input);
}
