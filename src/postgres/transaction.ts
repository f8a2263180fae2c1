import type { ClientBase } from 'pg';

/** Runs `work` between `begin` and COMMIT, or ROLLBACK when it fails. */
export async function runInTransaction<Result>(
  connection: ClientBase,
  begin: 'BEGIN' | 'BEGIN ISOLATION LEVEL REPEATABLE READ',
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.query(begin);
  try {
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    // The first error says what went wrong; a ROLLBACK on a dead connection would hide it.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
