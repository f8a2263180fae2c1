import { expect } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { until } from './until.ts';

/** Until so many sessions of the database wait for a lock that another one has. */
export async function untilWaiting(database: Database, sessions: number): Promise<void> {
  await until(async () => {
    const [found] = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    expect(found?.waiting).toBe(sessions);
  });
}
