import { produce, type SyncResult } from './produce-file.ts';

/**
 * Hard Sync: publish every product's Online ATP to a shop, as one numbered file, a 0 included.
 * The file replaces all earlier files of the shop that wait; Process uploads is woken when it is ready.
 *
 * @param input `{shopId, facilityGroupId?}`
 */
export async function hardSync(input: unknown): Promise<SyncResult> {
  return produce('hard-sync', input);
}
