import { Context } from '@temporalio/activity';
import { ROWS_PER_CALL, QUARANTINED_RECHECKED_MAX } from '../src/domain/limits.ts';
import { faultOf } from '../src/domain/row-decision.ts';
import type { Database } from '../src/postgres/database.ts';
import { listQuarantinedToRecheck, oweMended } from '../src/postgres/lane/quarantined-rows.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { keepAlive } from './keep-alive.ts';

export interface RecheckDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/**
 * Reads the items of quarantined products, at most QUARANTINED_RECHECKED_MAX, and owes to the next file those that
 * Shopify knows, tracks and stocks by now. A cause that only a write would show needs a person.
 *
 * Throws SHOP_UNKNOWN, and what the shop's API throws.
 */
export async function recheckQuarantined(
  { database, adminApi }: RecheckDeps,
  shopId: string,
  signal?: AbortSignal,
): Promise<{ readonly mended: number }> {
  const shop = await findShop(database, shopId);
  const quarantined = await listQuarantinedToRecheck(database, shopId, QUARANTINED_RECHECKED_MAX);
  if (quarantined.length === 0) return { mended: 0 };
  const api = adminApi(shop);
  let mended = 0;
  for (let from = 0; from < quarantined.length; from += ROWS_PER_CALL) {
    signal?.throwIfAborted();
    const page = quarantined.slice(from, from + ROWS_PER_CALL);
    const items = await api.readItems(page.map(({ inventoryItemId }) => inventoryItemId));
    const well = page.filter((_, index) => faultOf(items[index] ?? null) === null);
    mended += await oweMended(database, shopId, page, well);
  }
  return { mended };
}

export function createRecheckActivities(deps: RecheckDeps) {
  return {
    /** Its name is in recorded histories. */
    recheckSetApart({ shopId }: { readonly shopId: string }): Promise<{ readonly mended: number }> {
      return keepAlive(() => recheckQuarantined(deps, shopId, Context.current().cancellationSignal));
    },
  };
}
