/** What Postgres and its driver say, under a code of ours. */
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import { breaksUnique } from '../../src/postgres/sql-state.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const STATES = [
  ['25006', 'read-only', 'DATABASE_READ_ONLY'],
  ['40001', 'failed serialization', 'DATABASE_BUSY'],
  ['40P01', 'deadlock', 'DATABASE_BUSY'],
  ['55P03', 'lock timeout', 'DATABASE_BUSY'],
  ['57014', 'statement timeout', 'DATABASE_TIMEOUT'],
  ['25P03', 'idle in transaction', 'DATABASE_TIMEOUT'],
  ['57P05', 'idle session', 'DATABASE_TIMEOUT'],
  ['53100', 'disk full', 'DATABASE_EXHAUSTED'],
  ['53200', 'out of memory', 'DATABASE_EXHAUSTED'],
  ['54000', 'limit of the program', 'DATABASE_EXHAUSTED'],
  ['53300', 'too many connections', 'DATABASE_UNREACHABLE'],
  ['57P01', 'shutdown by an administrator', 'DATABASE_UNREACHABLE'],
  ['57P03', 'cannot connect now', 'DATABASE_UNREACHABLE'],
  ['08006', 'connection failure', 'DATABASE_UNREACHABLE'],
  ['28P01', 'wrong password', 'DATABASE_UNREACHABLE'],
  ['42P01', 'no such table', 'DATABASE_NOT_MIGRATED'],
  ['42501', 'permission denied', 'DATABASE_RIGHTS_MISSING'],
  ['22003', 'out of range', 'DATABASE_ERROR'],
  ['XX000', 'internal error', 'DATABASE_ERROR'],
] as const;

test('each state of Postgres has a code that is tried again, whatever runs the statement', async () => {
  const { database } = await freshDatabase();
  for (const [state, what, code] of STATES) {
    const statement = `DO $$ BEGIN RAISE EXCEPTION '${what}' USING ERRCODE = '${state}'; END $$`;
    const ways = [
      database.query(statement),
      database.transaction((connection) => connection.query(statement)),
      database.session((session) => session.query(statement)),
    ];
    for (const way of await Promise.allSettled(ways)) {
      expect(way).toMatchObject({ status: 'rejected', reason: { code, class: 'retry' } });
      expect(String((way as PromiseRejectedResult).reason)).toMatch(
        code === 'DATABASE_NOT_MIGRATED' ? '' : what,
      );
    }
  }
  // None of them has cost a connection of the pool.
  expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a coded error still tells which constraint was broken', async () => {
  const { database } = await freshDatabase();
  const add = () => database.query(`INSERT INTO product (product_id, sku) VALUES ('P', 'P')`);
  await add();
  const error = await add().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DATABASE_ERROR' });
  expect(breaksUnique(error)).toBe(true);
});

test('a database that cannot be reached says so, and the password is in no part of the error', async () => {
  const database = openDatabase('postgres://atp:hunter2@127.0.0.1:1/atp');
  cleanUp(() => database.close());
  for (const way of [database.query('SELECT 1'), database.session(() => Promise.resolve())]) {
    const error = (await way.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('hunter2');
  }
});
