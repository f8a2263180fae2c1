import { LOG_ROWS_PER_PURGE, PURGE_STATEMENTS_MAX } from '../domain/limits.ts';
import type { Connection } from './database.ts';

/**
 * Runs a statement that removes at most $2 rows of more than $1 days until it finds fewer, PURGE_STATEMENTS_MAX times at
 * most. It is a DELETE, or returns how many it has removed. Returns the sum.
 */
export async function removeInPages(session: Connection, statement: string, days: number): Promise<number> {
  let removed = 0;
  for (let page = 0; page < PURGE_STATEMENTS_MAX; page += 1) {
    const { rows, rowCount } = await session.query<{ removed?: number }>(statement, [
      days,
      LOG_ROWS_PER_PURGE,
    ]);
    const count = rows[0]?.removed ?? rowCount ?? 0;
    removed += count;
    if (count < LOG_ROWS_PER_PURGE) break;
  }
  return removed;
}
