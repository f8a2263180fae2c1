import { CALLS_PER_WINDOW, ROWS_PER_CALL } from '../../domain/limits.ts';
import type { WindowOutcome } from '../../domain/jobs/process-uploads.ts';
import type { Database } from '../database.ts';

/**
 * What became of the rows of one window of a file, and how many were sent. Read by the primary keys of the file's rows and
 * calls, for the positions of the window.
 */
export async function countWindow(
  database: Database,
  {
    shopId,
    sequence,
    window,
  }: { readonly shopId: string; readonly sequence: number; readonly window: number },
): Promise<WindowOutcome> {
  const firstChunk = window * CALLS_PER_WINDOW;
  const [counts] = await database.query<WindowOutcome>(
    `WITH settled AS (
       SELECT applied.outcome FROM upload_file_row AS row
       JOIN applied_row AS applied USING (shop_id, product_id)
       WHERE row.shop_id = $1 AND row.sequence = $2 AND row.position >= $3 AND row.position < $4
         AND applied.sequence = $2
     ), sent AS (
       SELECT coalesce(sum(row_count), 0)::int AS rows FROM shopify_call
       WHERE shop_id = $1 AND sequence = $2 AND chunk >= $5 AND chunk < $6
     )
     SELECT (SELECT rows FROM sent) AS sent,
       count(*) FILTER (WHERE outcome = 'APPLIED')::int AS applied,
       count(*) FILTER (WHERE outcome = 'UNCHANGED')::int AS unchanged,
       count(*) FILTER (WHERE outcome = 'QUARANTINED')::int AS quarantined,
       count(*) FILTER (WHERE outcome = 'OWED')::int AS owed
     FROM settled`,
    [
      ...[shopId, sequence, firstChunk * ROWS_PER_CALL, (firstChunk + CALLS_PER_WINDOW) * ROWS_PER_CALL],
      ...[firstChunk, firstChunk + CALLS_PER_WINDOW],
    ],
  );
  return counts ?? { sent: 0, applied: 0, unchanged: 0, quarantined: 0, owed: 0 };
}
