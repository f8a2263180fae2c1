/**
 * Since when changes wait that no file has yet. All of it is read by indexes, without a look at any Online ATP: a change
 * that leaves Online ATP as it was waits, too, until a delta has looked at it.
 *
 * A change is as old as its transaction, and the transactions count in the order of their ids. That is the order of their
 * beginnings, but for the time that one lets pass between its beginning and its first write.
 */
import { LOG_ROWS_LOOKED_AT_MAX } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { selectChangedByClock } from '../master-data/selling-members.ts';

/**
 * In SQL, of a row `looked` of change_log and the shop: it may concern the shop. A facility that has changed by itself
 * concerns every shop until its next delta: which products it touches is for the delta to find out.
 */
const CONCERNS_SHOP = `CASE
  WHEN looked.shop_id <> shop.shop_id OR looked.facility_group_id <> shop.facility_group_id THEN false
  WHEN looked.product_id IS NOT NULL THEN EXISTS (
    -- By the primary key: the planner would rather hash the whole mapping.
    SELECT FROM shop_product AS mapped
    WHERE mapped.shop_id = shop.shop_id AND mapped.product_id = looked.product_id OFFSET 0)
  ELSE true END`;

/**
 * A SELECT of `since` and `is_exact`, at most one row: the oldest row of the log that concerns the shop, of those with
 * such a txid. After LOG_ROWS_LOOKED_AT_MAX rows of others it is the time of the row behind them instead: nothing that
 * concerns the shop is older. By change_log_by_txid.
 */
function selectOldestLogged(txid: string): string {
  return `
    SELECT coalesce(found.logged_at, behind.logged_at) AS since, found.logged_at IS NOT NULL AS is_exact
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (
      SELECT logged_at FROM (
        SELECT * FROM change_log AS log WHERE log.txid ${txid} ORDER BY log.txid LIMIT ${LOG_ROWS_LOOKED_AT_MAX}
      ) AS looked
      WHERE ${CONCERNS_SHOP} LIMIT 1
    ) AS found ON true
    LEFT JOIN LATERAL (
      SELECT log.logged_at FROM change_log AS log
      WHERE log.txid ${txid} AND found.logged_at IS NULL
      ORDER BY log.txid OFFSET ${LOG_ROWS_LOOKED_AT_MAX} LIMIT 1
    ) AS behind ON true
    WHERE found.logged_at IS NOT NULL OR behind.logged_at IS NOT NULL`;
}

/**
 * A SELECT of `since` and `is_exact`, for LATERAL, of a row `shop` of shop: the oldest rows of the log that concern it and
 * that a snapshot did not show; a row for each part of the log that was looked into.
 *
 * What a snapshot does not show is what was in progress then, and what was begun later: so neither is searched for among
 * what was done already, however long a transaction keeps the snapshot's xmin back.
 */
export function selectLoggedSince(snapshot: string): string {
  return `
    SELECT oldest.since, oldest.is_exact
    FROM pg_snapshot_xip(${snapshot}) AS begun (txid)
    CROSS JOIN LATERAL (${selectOldestLogged('= begun.txid')}) AS oldest
    UNION ALL
    SELECT oldest.since, oldest.is_exact
    FROM (${selectOldestLogged(`>= pg_snapshot_xmax(${snapshot})`)}) AS oldest`;
}

/** In SQL, of a row `plan` of sync_plan: it was rejected, and no run has judged its products anew. */
export const WAITS_REJECTED = `plan.state = 'REJECTED' AND EXISTS (
  SELECT FROM sync_plan_row AS row WHERE row.shop_id = plan.shop_id AND row.plan = plan.plan)`;

/**
 * A SELECT of one row, for LATERAL, of a row `shop` of shop: `logged_at` with `is_logged_exact`, `clock_at`, `owed_at` with
 * `owed_products`, and `rejected_at`. Each is the oldest instant of its kind, or null.
 */
export const WAITING_CHANGES = `
  WITH base AS (
    SELECT snapshot, effective_at FROM shop_baseline WHERE shop_baseline.shop_id = shop.shop_id
  ), logged AS (
    SELECT oldest.since, oldest.is_exact
    FROM base CROSS JOIN LATERAL (${selectLoggedSince('base.snapshot')}) AS oldest
  )
  SELECT first.since AS logged_at, first.is_exact AS is_logged_exact,
    (SELECT min(changed_at) FROM (${selectChangedByClock('shop.facility_group_id', 'clock_timestamp()')}) AS due)
      AS clock_at,
    owed.since AS owed_at, owed.products AS owed_products,
    (SELECT min(plan.oldest_change_at) FROM sync_plan AS plan
     WHERE plan.shop_id = shop.shop_id AND ${WAITS_REJECTED}) AS rejected_at
  FROM (
    SELECT min(owed.changed_at) AS since, count(DISTINCT owed.product_id) AS products
    FROM owed_row AS owed CROSS JOIN LATERAL (
      SELECT FROM shop_product AS mapped
      WHERE mapped.shop_id = owed.shop_id AND mapped.product_id = owed.product_id OFFSET 0
    ) AS comes
    WHERE owed.shop_id = shop.shop_id
  ) AS owed
  LEFT JOIN LATERAL (SELECT since, is_exact FROM logged ORDER BY since, is_exact LIMIT 1) AS first ON true`;

/**
 * In SQL, of a row `shop` of shop: since when its next file must have every product; null: it need not. That it must is read
 * from what makes it so: a worker of the release before, at work during an upgrade, keeps the column neither up nor down.
 * What such a worker has not recorded counts from the file that the shop had last, or from when it was added.
 */
export const HARD_SYNC_NEEDED_SINCE = `CASE
  WHEN shop.refill_due
    OR NOT EXISTS (SELECT FROM shop_baseline AS base WHERE base.shop_id = shop.shop_id)
    OR EXISTS (SELECT FROM shop_origin AS known WHERE known.shop_id = shop.shop_id AND known.restored_reason IS NOT NULL)
  THEN coalesce(shop.hard_sync_needed_since,
    (SELECT max(made.created_at) FROM upload_file AS made WHERE made.shop_id = shop.shop_id), shop.created_at)
  END`;

/** When the oldest change was made that waits for the shop's next file, with full precision, as text; null: none waits. */
export async function readOldestWaiting(session: Connection, shopId: string): Promise<string | null> {
  const { rows } = await session.query<{ since: string | null }>(
    `SELECT least(waiting.logged_at, waiting.clock_at, waiting.owed_at, waiting.rejected_at,
       ${HARD_SYNC_NEEDED_SINCE})::text AS since
     FROM shop CROSS JOIN LATERAL (${WAITING_CHANGES}) AS waiting WHERE shop.shop_id = $1`,
    [shopId],
  );
  return rows[0]?.since ?? null;
}
