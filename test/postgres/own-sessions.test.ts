/** A pooler that shares sessions of Postgres between connections is seen; one that does not is fine. */
import { describe, expect, test } from 'vitest';
import { openDatabase, type Connection, type Database } from '../../src/postgres/database.ts';
import { requireOwnSessions, whyShared } from '../../src/postgres/own-sessions.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { noPgbouncer, poolerBefore, type PoolerOptions } from './pgbouncer.ts';

test('a database without a pooler gives each connection a session of its own', async () => {
  const { database } = await freshDatabase();

  await requireOwnSessions(database);
});

describe('sessions are shared', () => {
  const answers = (...of: readonly string[]) =>
    of.map((answer) => ({ connection: Number(answer[0]), session: answer.slice(1) }));

  test('when one of them answers two connections', () => {
    expect(whyShared(answers('0a', '0a', '1a'))).toBe('one of them has answered two connections');
  });

  test('when one connection is answered by two of them', () => {
    expect(whyShared(answers('0a', '1b', '0c', '1b'))).toBe('one connection was answered by several of them');
  });

  test('and are not, when each connection is answered by its own', () => {
    expect(whyShared(answers('0a', '0a', '1b', '1b', '0a'))).toBeNull();
  });
});

describe.skipIf(noPgbouncer !== undefined)(`a PgBouncer ${noPgbouncer ?? ''}`, () => {
  async function openThroughPooler(options: PoolerOptions): Promise<Database> {
    const { url } = await freshDatabase();
    const database = openDatabase(await poolerBefore(url, options));
    cleanUp(() => database.close());
    return database;
  }

  /** A pooler opens a session when none is free: until all of them are in use, nobody gives one back. */
  async function useAtOnce(database: Database, sessions: number): Promise<void> {
    if (sessions === 1) return void (await database.query('SELECT'));
    let begun = 0;
    const atOnce = Array.from({ length: sessions }, () =>
      database.transaction(async (connection) => {
        await connection.query('SELECT');
        begun += 1;
        await until(() => expect(begun).toBe(sessions));
      }),
    );
    await Promise.all(atOnce);
  }

  test.each<PoolerOptions>([
    { mode: 'transaction' },
    { mode: 'transaction', size: 1 },
    { mode: 'transaction', size: 2, inTurns: true },
    { mode: 'statement' },
  ])('that shares sessions is refused: %o', async (options) => {
    const database = await openThroughPooler(options);
    await useAtOnce(database, options.size ?? 1);

    await expect(requireOwnSessions(database)).rejects.toMatchObject({ code: 'DATABASE_POOLED' });
  });

  test('in transaction mode is refused while others use it', async () => {
    const database = await openThroughPooler({ mode: 'transaction', size: 8 });
    const over = new AbortController();
    const others = Array.from({ length: 12 }, async () => {
      while (!over.signal.aborted) await database.query('SELECT count(*) FROM pg_attribute');
    });
    try {
      for (let time = 0; time < 10; time += 1)
        await expect(requireOwnSessions(database)).rejects.toMatchObject({ code: 'DATABASE_POOLED' });
    } finally {
      over.abort();
      await Promise.all(others);
    }
  });

  test('in session mode is fine, also while others use it', async () => {
    const database = await openThroughPooler({ mode: 'session', size: 20 });
    const over = Promise.withResolvers<undefined>();
    let begun = 0;
    const others = Array.from({ length: 12 }, () =>
      database.session(async (session) => {
        await session.query('SELECT');
        begun += 1;
        await over.promise;
      }),
    );
    try {
      await until(() => expect(begun).toBe(12));
      await requireOwnSessions(database);
    } finally {
      over.resolve(undefined);
      await Promise.all(others);
    }
  });

  test('in transaction mode lets two producers have the same lock', async () => {
    const database = await openThroughPooler({ mode: 'transaction', size: 1 });
    const tryToLock = async (session: Connection) =>
      (await session.query<{ isMine: boolean }>('SELECT pg_try_advisory_lock(1) AS "isMine"')).rows;

    const both = await database.session((one) =>
      database.session(async (other) => [await tryToLock(one), await tryToLock(other)]),
    );

    expect(both).toEqual([[{ isMine: true }], [{ isMine: true }]]);
  });
});
