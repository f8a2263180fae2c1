import type { Database } from '../database.ts';

export interface LastDelta {
  /** Up to when the shop's files have every change: the last file, or the last delta without changes. */
  readonly at: Date;
  /** Whether the database was restored, so that no delta is made before a Hard Sync. */
  readonly isRestored: boolean;
}

/** Null: before the shop's first Hard Sync. */
export async function findLastDelta(database: Database, shopId: string): Promise<LastDelta | null> {
  const [last] = await database.query<LastDelta>(
    `SELECT effective_at AS at, restored_reason IS NOT NULL AS "isRestored"
     FROM shop_baseline LEFT JOIN shop_origin USING (shop_id) WHERE shop_id = $1`,
    [shopId],
  );
  return last ?? null;
}
