/** Variants that no product is mapped to: whether Shopify sells units of them at the shop's location. */
import { unitsForSale } from '../src/domain/difference.ts';
import { ROWS_PER_CALL, UNMANAGED_READ_MAX } from '../src/domain/limits.ts';
import type { UnmanagedStock } from '../src/domain/unmanaged-stock.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  listUnmanagedToRead,
  recordUnmanagedUnits,
  summarizeUnmanaged,
} from '../src/postgres/mapping/unmanaged-variants.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';

/**
 * Reads them page by page, at most `readMax` of them, those first that were read longest ago. What an attempt has read
 * the next one of the same run reads no more.
 *
 * Throws what the shop's API throws.
 */
export async function readUnmanaged({
  database,
  api,
  shopId,
  run,
  cancellationSignal,
  readMax = UNMANAGED_READ_MAX,
}: {
  readonly database: Database;
  readonly api: AdminApi;
  readonly shopId: string;
  /** The run of the job: one for all its attempts. */
  readonly run: string;
  readonly cancellationSignal: AbortSignal;
  readonly readMax?: number;
}): Promise<UnmanagedStock> {
  for (let left = readMax; left > 0; left -= ROWS_PER_CALL) {
    cancellationSignal.throwIfAborted();
    const limit = Math.min(left, ROWS_PER_CALL);
    const page = await listUnmanagedToRead(database, { shopId, run, limit });
    if (page.length === 0) break;
    const items = await api.readItems(page);
    const seen = page.map((inventoryItemId, index) => {
      const item = items[index] ?? null;
      // Of what Shopify does not track it sells any number, whatever it shows.
      return { inventoryItemId, units: item?.tracked ? Math.max(0, unitsForSale(item) ?? 0) : 0 };
    });
    await recordUnmanagedUnits(database, { shopId, run }, seen);
  }
  return summarizeUnmanaged(database, { shopId, run });
}
