/**
 * Giving a shop another location or another group, and closing it (decision 0024). One transaction ends what was made for
 * the old place, numbers a drain of the old location, and changes the shop; the next file of the shop then has every
 * product. Whoever dies before its end has changed nothing; after it, any run goes on from what is stored.
 */
import { isDone, type UploadFileState } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { countRows, takeLaneAway } from '../lane/lane.ts';
import { keepAllOnSale } from '../lane/left-items.ts';
import { IS_OPEN } from '../lane/upload-files.ts';
import { changeShop, type ShopSettings } from '../master-data/shops.ts';
import { HAD_HARD_SYNC } from '../planning/snapshot-chain.ts';
import { replaceHeldPlan } from '../planning/sync-plans.ts';
import { HARD_SYNC_NEEDED_SINCE, WAITS_REJECTED } from '../planning/waiting-changes.ts';
import { listDrainFiles, readLocationId, registerDrain, summarizeDrain, type Drain } from './drain.ts';
import { beginAfterRestore, requireKnownOrigin, type KnownOrigin } from './shop-origin.ts';
import { whileNothingMoves } from './while-nothing-moves.ts';

/**
 * Changes the shop's settings, its location or its group among them.
 *
 * @param drains false when Shopify sells nothing at the old location, or when the location stays
 * @throws AtpError SHOP_UNKNOWN, SHOP_EXISTS (another one has the domain and location), FACILITY_GROUP_UNKNOWN,
 *   PRODUCER_BUSY, LANE_LOCKED; where it drains, DATABASE_UNREACHABLE (as requireKnownOrigin) and DATABASE_READ_ONLY
 */
export async function moveShop(
  database: Database,
  shopId: string,
  settings: ShopSettings,
  { drains }: { readonly drains: boolean },
): Promise<Drain> {
  return whileNothingMoves(database, shopId, async (session) => {
    const origin = drains ? await requireOriginOfDrain(session, shopId) : null;
    const oldest = await endWaitingFiles(session, shopId);
    const drain = origin ? await registerDrain(session, shopId, origin) : null;
    if (!drains && settings.locationId !== undefined)
      await leaveUndrained(session, shopId, settings.locationId);
    await changeShop(session, shopId, settings);
    // A shop that has had no Hard Sync shows what somebody else has set: its first one is for a person to look at.
    await session.query(
      `UPDATE shop SET refill_due = ${HAD_HARD_SYNC}, closing_since = NULL,
         hard_sync_needed_since = least(${HARD_SYNC_NEEDED_SINCE}, $2, now())
       WHERE shop_id = $1`,
      [shopId, oldest],
    );
    return drain;
  });
}

/**
 * Begins to close the shop: no file is made for it any more, and all that was published goes to zero. Of a shop that is
 * being closed already, the drain that is under way; a new one when a person has left one of its files out, or when Shopify
 * could not take some of its rows.
 *
 * @throws AtpError SHOP_UNKNOWN, PRODUCER_BUSY, LANE_LOCKED, and what requireKnownOrigin throws for a drain
 */
export async function closeShop(database: Database, shopId: string): Promise<Drain> {
  return whileNothingMoves(database, shopId, async (session) => {
    const origin = await requireOriginOfDrain(session, shopId);
    // No Hard Sync is made for it any more, so after a restore or a failover the lane would wait for one for ever.
    await beginAfterRestore(session, shopId);
    const files = await listDrainFiles(session, shopId);
    if (files.length > 0 && files.every(({ state }) => mayDrain(state))) return summarizeDrain(files);
    await endWaitingFiles(session, shopId);
    await session.query(
      'UPDATE shop SET closing_since = coalesce(closing_since, now()), refill_due = false WHERE shop_id = $1',
      [shopId],
    );
    return registerDrain(session, shopId, origin);
  });
}

/** Nothing is sold at the old location now, and nothing is sent there. Should it be opened again, its numbers are told. */
async function leaveUndrained(session: Connection, shopId: string, newLocationId: string): Promise<void> {
  const locationId = await readLocationId(session, shopId);
  if (locationId === newLocationId) return;
  await keepAllOnSale(session, shopId, locationId);
}

/** Whether a file of a drain sends everything to zero, or has done so. */
function mayDrain(state: UploadFileState): boolean {
  return state === 'APPLIED' || !isDone(state);
}

/** Before anything is changed: a restored database would number the drain as an older file. */
function requireOriginOfDrain(session: Connection, shopId: string): Promise<KnownOrigin> {
  return requireKnownOrigin(session, { shopId, kind: 'drain' });
}

/** In the transaction of a shop's Hard Sync: it has every product, so nothing is due. */
export async function endRefill(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `UPDATE shop SET refill_due = false, hard_sync_needed_since = NULL
     WHERE shop_id = $1 AND (refill_due OR hard_sync_needed_since IS NOT NULL)`,
    [shopId],
  );
}

/**
 * What waits was made for the old place: it is superseded, and so is a plan that is held. An attempt that is under way
 * loses the lane, so that it stores no call of the old file any more. A call that is stored already may have reached
 * Shopify: its file stays until the answer is known, and nothing else of it is sent (IS_OUTDATED). Returns when the oldest
 * change was made that they carried, or that a rejected plan withheld: it is for the Hard Sync that follows.
 */
async function endWaitingFiles(session: Connection, shopId: string): Promise<string | null> {
  await takeLaneAway(session, shopId);
  const begun = await session.query<{ sequence: number }>(
    `SELECT sequence FROM upload_file WHERE shop_id = $1 AND ${IS_OPEN} AND started_at IS NOT NULL ORDER BY sequence`,
    [shopId],
  );
  for (const { sequence } of begun.rows) await countRows(session, shopId, sequence);
  const { rows } = await session.query<{ oldest: string | null }>(
    `SELECT least(
       (SELECT min(oldest_change_at) FROM upload_file WHERE shop_id = $1 AND ${IS_OPEN} AND kind <> 'drain'),
       (SELECT min(oldest_change_at) FROM sync_plan AS plan
        WHERE shop_id = $1 AND (state = 'HELD' OR ${WAITS_REJECTED})))::text AS oldest`,
    [shopId],
  );
  await session.query(
    `UPDATE upload_file AS file SET state = 'SUPERSEDED', closed_at = now()
     WHERE shop_id = $1 AND ${IS_OPEN} AND kind <> 'drain' AND NOT EXISTS (
       SELECT FROM shopify_call AS call
       WHERE call.shop_id = file.shop_id AND call.sequence = file.sequence AND call.state = 'STORED')`,
    [shopId],
  );
  await replaceHeldPlan(session, shopId);
  return rows[0]?.oldest ?? null;
}
