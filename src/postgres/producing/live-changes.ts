/** What waits for a delta in live shops: one statement for all of them, by indexes only. */
import { LIVE_NEXT_DELTA_AFTER_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { IS_OPEN, ORDER_IN_LANE } from '../lane/upload-files.ts';
import { HARD_SYNC_NEEDED_SINCE, selectLoggedSince, WAITING_CHANGES } from '../planning/waiting-changes.ts';

/** A live shop, paused or not. */
export interface LiveShop {
  readonly shopId: string;
  readonly atLeastEveryMs: number;
  /** The snapshot of its last file or delta, as text; null: it needs a Hard Sync. */
  readonly baseline: string | null;
  /** Something waits, and a delta may take it up: the shop is not paused, and no file of its lane waits for its turn. */
  readonly hasChange: boolean;
}

/**
 * In SQL, of a row `file` of upload_file and its `shop`: it was made just now, or waits for its turn since the head of the lane was
 * begun.
 */
const KEEPS_NEXT_DELTA = `(file.created_at > clock_timestamp() - make_interval(secs => ${LIVE_NEXT_DELTA_AFTER_MS / 1000})
  OR file.created_at >= coalesce((SELECT head.started_at FROM upload_file AS head
    WHERE head.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1), '-infinity'))`;

/**
 * While a file of the shop is on its way, nothing is found for it: what changes meanwhile comes together in the next
 * delta, so files do not pile up faster than they are applied. Only where a file takes long, the next delta is made behind it, one
 * for each file that is begun: it has what is newest when Shopify is back, and rows of earlier files are passed on to it. What must
 * wait for a Hard Sync, the schedules see to.
 *
 * By upload_file_open and change_log_by_txid. What is owed comes with the next delta, but does not make one by itself: a row
 * that Shopify takes never would make deltas without an end.
 *
 * @param whole shops of which it is also looked for what changes by the clock, and for what was rejected
 */
export function findLiveChanges(database: Database, whole: readonly string[]): Promise<readonly LiveShop[]> {
  return database.query<LiveShop>(
    `SELECT live.shop_id AS "shopId", live.at_least_every_ms AS "atLeastEveryMs",
       base.snapshot::text AS baseline, coalesce(found.is_there, false) AS "hasChange"
     FROM live_shop AS live
     JOIN shop USING (shop_id)
     LEFT JOIN shop_baseline AS base USING (shop_id)
     LEFT JOIN LATERAL (
       SELECT true AS is_there
       WHERE live.paused_at IS NULL AND shop.closing_since IS NULL AND ${HARD_SYNC_NEEDED_SINCE} IS NULL
         AND NOT EXISTS (SELECT FROM upload_file AS file
           WHERE file.shop_id = shop.shop_id AND ${IS_OPEN} AND ${KEEPS_NEXT_DELTA})
         AND (EXISTS (SELECT FROM (${selectLoggedSince('base.snapshot')}) AS logged)
           ${whole.length === 0 ? '' : OR_BY_CLOCK})
     ) AS found ON true`,
    whole.length === 0 ? [] : [whole],
  );
}

/** Left out of looks that need it not: the planner takes longer for it than the look for its rows. */
const OR_BY_CLOCK = `OR CASE WHEN shop.shop_id = ANY ($1) THEN EXISTS (
  SELECT FROM (${WAITING_CHANGES}) AS waiting
  WHERE waiting.clock_at IS NOT NULL OR waiting.rejected_at IS NOT NULL) END`;

/** Records that changes were found in these shops. */
export async function recordFound(database: Database, shopIds: readonly string[]): Promise<void> {
  await database.query('UPDATE live_shop SET found_at = clock_timestamp() WHERE shop_id = ANY ($1)', [
    shopIds,
  ]);
}
