/** Live shops whose lane is blocked by a service that was away. */
import type { Database } from '../database.ts';
import { IS_OPEN, ORDER_IN_LANE } from '../lane/upload-files.ts';

/** Codes of blocked files that may go on once the service answers again. */
export const AWAY_CODES = ['SHOPIFY_UNREACHABLE', 'SFTP_UNREACHABLE'] as const;

export type AwayCode = (typeof AWAY_CODES)[number];

export interface BlockedLiveShop {
  readonly shopId: string;
  readonly code: AwayCode;
  /** Since when, as text: the same for as long as the same trouble lasts, also while runs try the file again. */
  readonly since: string;
}

/**
 * None that is paused, whose lane is, or that is being closed: what waits there waits for a person. By upload_file_open.
 */
export function listBlockedLiveShops(database: Database): Promise<readonly BlockedLiveShop[]> {
  return database.query<BlockedLiveShop>(
    `SELECT shop.shop_id AS "shopId", head.reason_code AS code, head.blocked_since::text AS since
     FROM live_shop AS live
     JOIN shop USING (shop_id)
     LEFT JOIN lane USING (shop_id)
     CROSS JOIN LATERAL (
       SELECT state, reason_code, blocked_since FROM upload_file AS file
       WHERE file.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1
     ) AS head
     WHERE live.paused_at IS NULL AND shop.closing_since IS NULL AND lane.paused_at IS NULL
       AND head.state = 'BLOCKED' AND head.reason_code = ANY ($1)`,
    [AWAY_CODES],
  );
}
