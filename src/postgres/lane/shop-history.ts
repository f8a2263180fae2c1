/** What a shop's files and verifications were day by day, for charts. */
import type { Database } from '../database.ts';
import { WAS_NOT_APPLIED } from './quarantined-rows.ts';

export interface DayOfShop {
  /** In the time zone that was asked for: 2026-11-26. */
  readonly day: string;
  /** Files that the lane was done with on that day, those that it left out not among them. */
  readonly files: number;
  /** What they hold, and what came of it. Rows that needed no write are unchanged. */
  readonly rows: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly owed: number;
  /** From the oldest change that a file carries until the lane was done with it; null: no file carried one. */
  readonly toShopifyMedianMs: number | null;
  readonly toShopifyP95Ms: number | null;
  /** Of the day's last verification of all products; null: there was none. */
  readonly checked: number | null;
  readonly different: number | null;
  readonly causes: Readonly<Record<string, number>> | null;
}

/**
 * Each of the last `days` days, today the last one. By the indexes upload_file_by_end and verification_history_by_time.
 * A drain has no change to carry, so it counts in no time.
 */
export async function listDaysOfShop(
  database: Database,
  shopId: string,
  { days, timeZone }: { readonly days: number; readonly timeZone: string },
): Promise<readonly DayOfShop[]> {
  return database.query<DayOfShop>(
    `WITH day AS (
       SELECT day::date, day AT TIME ZONE $3 AS begins, (day + interval '1 day') AT TIME ZONE $3 AS ends
       FROM generate_series(date_trunc('day', now() AT TIME ZONE $3) - make_interval(days => $2::int - 1),
         now() AT TIME ZONE $3, interval '1 day') AS day
     ), first AS (
       SELECT min(begins) AS begins FROM day
     ), done AS (
       SELECT (closed_at AT TIME ZONE $3)::date AS day, count(*)::int AS files, sum(row_count)::bigint AS rows,
         sum(applied_count)::bigint AS applied, sum(unchanged_count)::bigint AS unchanged,
         sum(quarantined_count)::bigint AS quarantined, sum(owed_count)::bigint AS owed,
         percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
           ORDER BY CASE WHEN kind <> 'drain' THEN extract(epoch FROM closed_at - oldest_change_at) END) AS seconds
       FROM upload_file
       WHERE shop_id = $1 AND closed_at >= (SELECT begins FROM first) AND state IN ('APPLIED', 'PARTIAL')
       GROUP BY 1
     ), verified AS (
       SELECT DISTINCT ON ((verified_at AT TIME ZONE $3)::date) (verified_at AT TIME ZONE $3)::date AS day,
         checked, different, causes
       FROM verification_history
       WHERE shop_id = $1 AND NOT is_sample AND verified_at >= (SELECT begins FROM first)
       ORDER BY (verified_at AT TIME ZONE $3)::date, verified_at DESC
     )
     SELECT day.day::text AS day, coalesce(files, 0) AS files, coalesce(rows, 0) AS rows,
       coalesce(applied, 0) AS applied, coalesce(unchanged, 0) AS unchanged,
       coalesce(quarantined, 0) AS quarantined, coalesce(owed, 0) AS owed,
       round(seconds[1] * 1000)::bigint AS "toShopifyMedianMs", round(seconds[2] * 1000)::bigint AS "toShopifyP95Ms",
       checked, different, causes
     FROM day LEFT JOIN done USING (day) LEFT JOIN verified USING (day)
     ORDER BY day.day`,
    [shopId, days, timeZone],
  );
}

/** Products whose last file was not applied to them now, by cause. By the index applied_row_set_apart. */
export async function countSetApart(
  database: Database,
  shopId: string,
): Promise<Readonly<Record<string, number>>> {
  const rows = await database.query<{ code: string; products: number }>(
    `SELECT coalesce(applied.error_code, applied.outcome) AS code, count(*)::int AS products
     FROM applied_row AS applied JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE applied.shop_id = $1 AND ${WAS_NOT_APPLIED}
     GROUP BY 1 ORDER BY 2 DESC, 1`,
    [shopId],
  );
  return Object.fromEntries(rows.map(({ code, products }) => [code, products]));
}
