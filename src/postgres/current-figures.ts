/** How things stand now, for whoever watches: a few numbers a shop, by indexes only. */
import type { Database } from './database.ts';
import { LEASE_LASTS } from './lane/lane.ts';
import { WAS_NOT_APPLIED } from './lane/quarantined-rows.ts';
import { IS_OPEN, ORDER_IN_LANE } from './lane/upload-files.ts';
import { readSoon } from './read-soon.ts';

export interface LaneFigures {
  readonly shopId: string;
  readonly state: 'idle' | 'waiting' | 'applying' | 'blocked' | 'paused';
  readonly filesWaiting: number;
  /** Since the first file that waits was blocked first; 0: it was not. */
  readonly blockedSeconds: number;
  readonly heldPlans: number;
  readonly withheld: number;
  readonly quarantined: number;
  readonly owed: number;
}

/** One row a shop. By upload_file_open, sync_plan_held, applied_row_set_apart and the primary keys. */
export function readLaneFigures(database: Database): Promise<readonly LaneFigures[]> {
  return readSoon(database, async (connection) => {
    const { rows } = await connection.query<LaneFigures>(
      `SELECT shop.shop_id AS "shopId",
         CASE WHEN lane.paused_at IS NOT NULL THEN 'paused'
           WHEN origin.restored_reason IS NOT NULL OR head.state = 'BLOCKED' THEN 'blocked'
           WHEN ${LEASE_LASTS} THEN 'applying'
           WHEN head.sequence IS NOT NULL THEN 'waiting' ELSE 'idle' END AS state,
         (SELECT count(*) FROM upload_file WHERE upload_file.shop_id = shop.shop_id AND ${IS_OPEN})
           AS "filesWaiting",
         coalesce(extract(epoch FROM clock_timestamp() - head.blocked_since), 0)::float8 AS "blockedSeconds",
         (SELECT count(*) FROM sync_plan WHERE sync_plan.shop_id = shop.shop_id AND state = 'HELD') AS "heldPlans",
         (SELECT count(*) FROM sync_plan JOIN sync_plan_row USING (shop_id, plan)
          WHERE sync_plan.shop_id = shop.shop_id AND state = 'HELD') AS withheld,
         (SELECT count(*) FROM applied_row AS applied
          WHERE applied.shop_id = shop.shop_id AND ${WAS_NOT_APPLIED} AND outcome = 'QUARANTINED') AS quarantined,
         (SELECT count(*) FROM owed_row WHERE owed_row.shop_id = shop.shop_id) AS owed
       FROM shop
       LEFT JOIN lane USING (shop_id)
       LEFT JOIN shop_origin AS origin USING (shop_id)
       LEFT JOIN LATERAL (SELECT sequence, state, blocked_since FROM upload_file
         WHERE upload_file.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1) AS head ON true
       ORDER BY shop.shop_id`,
    );
    return rows;
  });
}

export interface FeedFigures {
  readonly feedType: string;
  readonly lastImportedSeconds: number;
}

/** When a feed of each type was last imported, as seconds since 1970. */
export function readFeedFigures(database: Database): Promise<readonly FeedFigures[]> {
  return readSoon(database, async (connection) => {
    const { rows } = await connection.query<FeedFigures>(
      `SELECT feed_type AS "feedType", extract(epoch FROM max(imported_at))::float8 AS "lastImportedSeconds"
       FROM import_file GROUP BY feed_type`,
    );
    return rows;
  });
}

/** Feeds that are done with and could not be moved to archive/ or error/. */
export function countFeedsLeft(database: Database): Promise<number> {
  return readSoon(database, async (connection) => {
    const { rows } = await connection.query<{ count: number }>('SELECT count(*) FROM feed_left');
    return rows[0]?.count ?? 0;
  });
}
