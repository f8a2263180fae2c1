import { Context } from '@temporalio/activity';
import type { Diary } from '../src/domain/diary.ts';
import { hasTurned } from '../src/domain/late-call.ts';
import {
  QUARANTINED_RECHECKED_MAX,
  ROWS_PER_CALL,
  WATCHED_ROWS_RECHECKED_MAX,
} from '../src/domain/limits.ts';
import { faultOf } from '../src/domain/row-decision.ts';
import type { Database } from '../src/postgres/database.ts';
import { listWatchedRows, oweTurned } from '../src/postgres/lane/late-calls.ts';
import { listQuarantinedToRecheck, oweMended } from '../src/postgres/lane/quarantined-rows.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { keepAlive } from './keep-alive.ts';

export interface RecheckDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/** How many products the next file has again, and why. */
export interface Rechecked {
  /** The cause of their quarantine is gone. */
  readonly mended: number;
  /** A call that arrived late has raised them. */
  readonly turned: number;
}

/**
 * Reads what may have changed on Shopify without us: the items of quarantined products, and those of calls that may still
 * arrive. What has changed comes with the next file.
 *
 * Throws SHOP_UNKNOWN, and what the shop's API throws.
 */
export async function recheck(deps: RecheckDeps, shopId: string, signal?: AbortSignal): Promise<Rechecked> {
  // A rise sells units that nobody has, so it goes first.
  const turned = await recheckWatched(deps, shopId, signal);
  return { ...(await recheckQuarantined(deps, shopId, signal)), turned };
}

/** Reads at most WATCHED_ROWS_RECHECKED_MAX items of calls that may still arrive. Returns how many have turned. */
async function recheckWatched(
  { database, adminApi }: RecheckDeps,
  shopId: string,
  signal?: AbortSignal,
): Promise<number> {
  const shop = await findShop(database, shopId);
  const watched = await listWatchedRows(database, shopId, WATCHED_ROWS_RECHECKED_MAX);
  if (watched.length === 0) return 0;
  const api = adminApi(shop);
  let turned = 0;
  for (let from = 0; from < watched.length; from += ROWS_PER_CALL) {
    signal?.throwIfAborted();
    const page = watched.slice(from, from + ROWS_PER_CALL);
    const items = await api.readItems(page.map(({ inventoryItemId }) => inventoryItemId));
    const raised = page.filter(({ lastKnown, late }, index) =>
      hasTurned(lastKnown, items[index]?.available ?? 0, late),
    );
    turned += await oweTurned(database, shopId, page, raised);
  }
  return turned;
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

export function createRecheckActivities(deps: RecheckDeps & { readonly diary: Diary }) {
  return {
    /** Its name is in recorded histories. */
    recheckSetApart({ shopId }: { readonly shopId: string }): Promise<Rechecked> {
      return keepAlive(async () => {
        const rechecked = await recheck(deps, shopId, Context.current().cancellationSignal);
        const { turned, mended } = rechecked;
        if (turned > 0) deps.diary({ event: 'LATE_CALL', shopId, products: turned });
        if (mended > 0) deps.diary({ event: 'PRODUCTS_MENDED', shopId, products: mended });
        return rechecked;
      });
    },
  };
}
