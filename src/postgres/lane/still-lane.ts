/** A lane in which files wait and nobody works. */
import type { UploadFileState } from '../../domain/upload-file.ts';
import type { Database } from '../database.ts';
import { IS_OPEN, ORDER_IN_LANE } from './upload-files.ts';

export interface StillLane {
  /** The first file that waits. */
  readonly sequence: number;
  readonly status: UploadFileState;
  /** Since when nobody has done anything about it. */
  readonly since: Date;
}

/** What lies ahead was recorded before the clock was set back: it would hide the lane until then. */
const past = (time: string) => `CASE WHEN ${time} <= clock_timestamp() THEN ${time} END`;

/** Since when nobody has done anything about the file `head`; where no time is of the past, it was long ago. */
const STILL_SINCE = `coalesce(
  greatest(${['head.created_at', 'head.ready_at', 'head.started_at', 'before.closed_at'].map(past).join(', ')}),
  shop.created_at)`;

/**
 * Null: no file waits, a run has the lane, or one had it within `stillForMs`. What else stops a lane (a pause, a block, a
 * restored database) is not looked at. By upload_file_open and upload_file_pkey.
 */
export async function findStillLane(
  database: Database,
  shopId: string,
  stillForMs: number,
): Promise<StillLane | null> {
  const [still] = await database.query<StillLane>(
    `SELECT sequence, state AS status, since FROM (
       SELECT head.sequence, head.state,
         greatest(${STILL_SINCE}, CASE WHEN isfinite(lane.expires_at) THEN lane.expires_at END) AS since
       FROM (
         SELECT * FROM upload_file WHERE shop_id = $1 AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1
       ) AS head
       JOIN shop USING (shop_id)
       LEFT JOIN lane USING (shop_id)
       LEFT JOIN LATERAL (
         SELECT closed_at FROM upload_file AS file
         WHERE file.shop_id = head.shop_id AND file.sequence < head.sequence ORDER BY file.sequence DESC LIMIT 1
       ) AS before ON true
     ) AS waiting
     WHERE since < clock_timestamp() - make_interval(secs => $2::float8 / 1000)`,
    [shopId, stillForMs],
  );
  return still ?? null;
}
