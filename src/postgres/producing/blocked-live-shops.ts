/** Live shops whose lane is kept by a service that could not be used. */
import { SERVICE_NOT_USABLE } from '../../domain/failed-step.ts';
import type { Database } from '../database.ts';
import { IS_OPEN, ORDER_IN_LANE } from '../lane/upload-files.ts';
import { HARD_SYNC_NEEDED_SINCE, selectLoggedSince } from '../planning/waiting-changes.ts';

export interface BlockedLiveShop {
  readonly shopId: string;
  /** What has blocked the file at the head of the lane. */
  readonly code: keyof typeof SERVICE_NOT_USABLE;
  /** Since when it fails, as text: the same for as long as it does. */
  readonly since: string;
  /** False: a run tries it again. */
  readonly isBlocked: boolean;
  /** A delta may have something to take up. */
  readonly hasChange: boolean;
}

/**
 * None that is paused, whose lane is, that is being closed, or to which nothing may be sent before a Hard Sync: there the lane waits for
 * a person. By upload_file_open and change_log_by_txid.
 */
export function listBlockedLiveShops(database: Database): Promise<readonly BlockedLiveShop[]> {
  return database.query<BlockedLiveShop>(
    `SELECT shop.shop_id AS "shopId", head.reason_code AS code, head.blocked_since::text AS since,
       head.state = 'BLOCKED' AS "isBlocked",
       ${HARD_SYNC_NEEDED_SINCE} IS NULL
         AND EXISTS (SELECT FROM (${selectLoggedSince('base.snapshot')}) AS logged) AS "hasChange"
     FROM live_shop AS live
     JOIN shop USING (shop_id)
     JOIN shop_baseline AS base USING (shop_id)
     LEFT JOIN lane USING (shop_id)
     LEFT JOIN shop_origin AS origin USING (shop_id)
     CROSS JOIN LATERAL (
       SELECT state, reason_code, blocked_since FROM upload_file AS file
       WHERE file.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1
     ) AS head
     WHERE live.paused_at IS NULL AND shop.closing_since IS NULL AND lane.paused_at IS NULL
       AND origin.restored_reason IS NULL AND head.blocked_since IS NOT NULL AND head.reason_code = ANY ($1)`,
    [Object.keys(SERVICE_NOT_USABLE)],
  );
}
