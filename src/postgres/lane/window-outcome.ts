import type { WindowOutcome } from '../../domain/jobs/process-uploads.ts';
import { chunksOfWindow, rowsOfWindow, type Window } from '../../domain/window.ts';
import type { Database } from '../database.ts';

/**
 * Each row of the window is looked up by its key. Where a table was empty when the planner last looked, or the file is a new one, it expects
 * one row of the file to be settled: it would then compare all that are settled with all of the window.
 */
export const COUNT_WINDOW = `
  WITH settled AS (
    SELECT applied.outcome FROM upload_file_rows_between($1, $2, $3, $4) AS row
    CROSS JOIN LATERAL (SELECT outcome, sequence FROM applied_row AS applied
      WHERE applied.shop_id = $1 AND applied.product_id = row.product_id OFFSET 0) AS applied
    WHERE applied.sequence = $2
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
export function valuesOfWindow({ shopId, sequence, window }: WindowOfShop): readonly unknown[] {
  const [rows, chunks] = [rowsOfWindow({ window }), chunksOfWindow({ window })];
  return [shopId, sequence, rows.first, rows.end, chunks.first, chunks.end];
}

interface WindowOfShop extends Window {
  readonly shopId: string;
}

/** What became of the rows of one window of a file, and how many were sent. */
export async function countWindow(database: Database, of: WindowOfShop): Promise<WindowOutcome> {
  const [counts] = await database.query<WindowOutcome>(COUNT_WINDOW, valuesOfWindow(of));
  return counts ?? { sent: 0, applied: 0, unchanged: 0, quarantined: 0, owed: 0 };
}
