/**
 * The Hard Sync that a shop needs after a restore or a failover. It is started by whoever finds that it is needed, unless
 * a person is at it: its plan is held, or the lane is paused.
 */
import { HARD_SYNC_STARTED_EVERY_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';

export interface NeededHardSync {
  /** How it was noticed. */
  readonly reason: string;
  /** Null: it is to be started now. Else when it was started by itself, less than HARD_SYNC_STARTED_EVERY_MS ago. */
  readonly startedAt: Date | null;
}

/** In SQL, of a row `origin` of shop_origin: a person is at the Hard Sync that the shop needs. */
export const IS_WITH_A_PERSON = `(EXISTS (
    SELECT FROM sync_plan AS held
    WHERE held.shop_id = origin.shop_id AND held.kind = 'hard-sync' AND held.state = 'HELD')
  OR EXISTS (
    SELECT FROM lane WHERE lane.shop_id = origin.shop_id AND lane.paused_at IS NOT NULL))`;

/** Null: the shop needs none because of a restore or a failover, it is being closed, or a person is at it. */
export async function findNeededHardSync(database: Database, shopId: string): Promise<NeededHardSync | null> {
  const [needed] = await database.query<NeededHardSync>(
    `SELECT restored_reason AS reason,
       CASE WHEN hard_sync_started_at BETWEEN clock_timestamp() - make_interval(secs => $2::float8 / 1000) AND clock_timestamp()
         THEN hard_sync_started_at END AS "startedAt"
     FROM shop_origin AS origin JOIN shop USING (shop_id) LEFT JOIN lane USING (shop_id)
     WHERE shop_id = $1 AND restored_reason IS NOT NULL AND closing_since IS NULL AND NOT ${IS_WITH_A_PERSON}`,
    [shopId, HARD_SYNC_STARTED_EVERY_MS],
  );
  return needed ?? null;
}

/**
 * Records that it is started by itself, and returns when. In the lane's row: the Hard Sync itself writes the shop's origin,
 * and would fail if somebody else did meanwhile.
 */
export async function recordHardSyncStarted(database: Database, shopId: string): Promise<Date> {
  const [row] = await database.query<{ startedAt: Date }>(
    `INSERT INTO lane (shop_id, hard_sync_started_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (shop_id) DO UPDATE SET hard_sync_started_at = excluded.hard_sync_started_at
     RETURNING hard_sync_started_at AS "startedAt"`,
    [shopId],
  );
  if (!row) throw new Error(`The lane of shop ${shopId} is gone.`);
  return row.startedAt;
}
