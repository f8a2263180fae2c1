import { CALLS_PER_WINDOW, ROWS_PER_CALL } from '../../domain/limits.ts';
import type { WindowOutcome } from '../../domain/jobs/process-uploads.ts';
import type { Database } from '../database.ts';

/**
 * Each row of the window is looked up by its key. Where a table was empty when the planner last looked, or the file is a new one, it expects
 * one row of the file to be settled: it would then compare all that are settled with all of the window.
 */
export const COUNT_WINDOW = `
  WITH settled AS (
    SELECT applied.outcome FROM upload_file_row AS row
    CROSS JOIN LATERAL (SELECT outcome, sequence FROM applied_row AS applied
      WHERE applied.shop_id = $1 AND applied.product_id = row.product_id OFFSET 0) AS applied
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
  FROM settled`;

/** The values of COUNT_WINDOW. */
export function valuesOfWindow({ shopId, sequence, window }: WindowOfFile): readonly unknown[] {
  const firstChunk = window * CALLS_PER_WINDOW;
  const endChunk = firstChunk + CALLS_PER_WINDOW;
  return [shopId, sequence, firstChunk * ROWS_PER_CALL, endChunk * ROWS_PER_CALL, firstChunk, endChunk];
}

interface WindowOfFile {
  readonly shopId: string;
  readonly sequence: number;
  readonly window: number;
}

/** What became of the rows of one window of a file, and how many were sent. */
export async function countWindow(database: Database, of: WindowOfFile): Promise<WindowOutcome> {
  const [counts] = await database.query<WindowOutcome>(COUNT_WINDOW, valuesOfWindow(of));
  return counts ?? { sent: 0, applied: 0, unchanged: 0, quarantined: 0, owed: 0 };
}
