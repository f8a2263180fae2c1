import type { Database } from '../../src/postgres/database.ts';

/** Executes a statement in a transaction that stays open, with the locks it took; returns what ends it. */
export async function openTransaction(
  database: Database,
  statement: string,
  values: readonly unknown[] = [],
): Promise<() => Promise<void>> {
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const whole = database.session(async (session) => {
    await session.query('SET idle_in_transaction_session_timeout = 0');
    await session.query('BEGIN');
    await session.query(statement, [...values]);
    opened.resolve();
    await ended.promise;
  });
  whole.catch(opened.reject);
  await opened.promise;
  return async () => {
    ended.resolve();
    await whole;
  };
}
