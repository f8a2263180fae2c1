import type { Database } from './database.ts';

/** When the database was cleaned up last; before the first time: when the migration came that records it. */
export async function findLastCleanUp(database: Database): Promise<Date> {
  const [last] = await database.query<{ at: Date }>('SELECT done_at AS at FROM clean_up');
  if (!last) throw new Error('clean_up has no row');
  return last.at;
}
