/** Differences that wait to be posted, and that a count has found already. */
import type { FeedType } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';

const TYPE: FeedType = 'MDM_INV_VARIANCE';

/** In the order of their numbers, as all do. By feed_import_applying. */
const LOCK_UNFINISHED = `
  SELECT import_id FROM feed_import WHERE state = 'applying' AND feed_type = $1 ORDER BY import_id FOR UPDATE`;

/**
 * Differences that wait to be posted and have happened by the instant of a count: the count has found what they have changed. Without
 * the count nobody would know what the level is. Rare, so it reads all that waits. By feed_import_applying and last_count_pkey.
 */
const LEAVE_OUT = `
  WITH waiting AS (
    SELECT pending.import_id, chunk, part, element.*, EXISTS (
      SELECT FROM counted AS row
      WHERE row.product_id = element.product_id AND row.facility_id = element.facility_id
        AND least(import.sent_at, import.came_at) <= coalesce(row.as_of, clock_timestamp())
    ) AS is_counted
    FROM feed_import AS import JOIN pending_posting AS pending USING (import_id),
      unnest(pending.product_ids, pending.facility_ids, pending.units, pending.reasons, pending.row_numbers,
        pending.happened_at) AS element (product_id, facility_id, units, reason, row_number, happened_at)
    WHERE import.state = 'applying' AND import.feed_type = $1
  ), left_out AS (
    SELECT * FROM waiting WHERE is_counted
  ), kept AS (
    SELECT import_id, chunk, part, coalesce(array_agg(product_id) FILTER (WHERE NOT is_counted), '{}') AS product_ids,
      coalesce(array_agg(facility_id) FILTER (WHERE NOT is_counted), '{}') AS facility_ids,
      coalesce(array_agg(units) FILTER (WHERE NOT is_counted), '{}') AS units,
      coalesce(array_agg(reason) FILTER (WHERE NOT is_counted), '{}') AS reasons,
      coalesce(array_agg(row_number) FILTER (WHERE NOT is_counted), '{}') AS row_numbers,
      coalesce(array_agg(happened_at) FILTER (WHERE NOT is_counted), '{}') AS happened_at
    FROM waiting GROUP BY import_id, chunk, part HAVING bool_or(is_counted)
  ), shortened AS (
    UPDATE pending_posting AS pending SET (product_ids, facility_ids, units, reasons, row_numbers, happened_at) =
      ROW (kept.product_ids, kept.facility_ids, kept.units, kept.reasons, kept.row_numbers, kept.happened_at)
    FROM kept
    WHERE kept.import_id = pending.import_id AND kept.chunk = pending.chunk AND kept.part = pending.part
  ), fewer AS (
    UPDATE feed_import SET pending_count = pending_count - rows
    FROM (SELECT import_id, count(*) AS rows FROM left_out GROUP BY import_id) AS own
    WHERE own.import_id = feed_import.import_id
  ), hidden AS (
    UPDATE last_count SET hides_undo = true
    FROM (SELECT DISTINCT product_id, facility_id FROM left_out) AS own
    WHERE own.product_id = last_count.product_id AND own.facility_id = last_count.facility_id
  )
  SELECT count(*)::int AS rows FROM left_out`;

/**
 * Locks the feeds of differences that cannot be posted whole, and wait beside those that come after them. Two counts leave out what
 * they have found one after the other then; and an undo, which takes a feed first and then its levels, waits for neither while it has
 * what the other needs. To be called before a level is locked.
 *
 * @returns whether there are any
 */
export async function lockUnfinishedDifferences(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query(LOCK_UNFINISHED, [TYPE]);
  return rows.length > 0;
}

/** To be called once `counted` is recorded, where there is something to leave out. */
export async function leaveOutCounted(connection: Connection): Promise<readonly ImportWarning[]> {
  const { rows: left } = await connection.query<{ rows: number }>(LEAVE_OUT, [TYPE]);
  const rows = left[0]?.rows ?? 0;
  return rows > 0 ? [{ code: 'COUNT_OVER_UNFINISHED', rows }] : [];
}
