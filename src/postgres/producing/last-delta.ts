import type { Database } from '../database.ts';

export interface LastDelta {
  /** Up to when the shop's files have every change: the last file, or the last delta without changes. */
  readonly at: Date;
  /** Whether the database was restored, so that no delta is made before a Hard Sync. */
  readonly isRestored: boolean;
}

/**
 * Null: before the shop's first Hard Sync. An effective time never goes back: where it lies ahead, because the clock was set back,
 * the last step that was made by the clock of now counts in its place.
 */
export async function findLastDelta(database: Database, shopId: string): Promise<LastDelta | null> {
  const [last] = await database.query<LastDelta>(
    `SELECT CASE WHEN base.effective_at <= clock_timestamp() THEN base.effective_at ELSE coalesce(
         (SELECT made_at FROM snapshot_step AS step
          WHERE step.shop_id = base.shop_id AND made_at <= clock_timestamp() ORDER BY step DESC LIMIT 1),
         shop.created_at) END AS at,
       restored_reason IS NOT NULL AS "isRestored"
     FROM shop_baseline AS base JOIN shop USING (shop_id) LEFT JOIN shop_origin USING (shop_id)
     WHERE shop_id = $1`,
    [shopId],
  );
  return last ?? null;
}
