/** Every wait on Postgres ends: on the server by its settings, on our side by what the caller says. */
import { expect, test } from 'vitest';
import { LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { CONNECTION_LIMITS } from '../../src/postgres/connection.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { enterLane } from '../../src/postgres/lane/lane.ts';
import { findPause, pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { openTransaction } from './open-transaction.ts';

const SETTINGS = [
  'jit',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'tcp_keepalives_count',
  'tcp_user_timeout',
  'client_connection_check_interval',
];
/** In milliseconds and seconds, as pg_settings has them. */
const IN_FORCE = `
  SELECT name, setting FROM pg_settings WHERE name IN (${SETTINGS.map((name) => `'${name}'`).join(', ')})`;
const OF_EVERY_CONNECTION = {
  jit: 'off',
  idle_in_transaction_session_timeout: '10000',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '30000',
  client_connection_check_interval: '5000',
};

type Settings = readonly { readonly name: string; readonly setting: string }[];

async function settingsOfSession(database: Database, kind: 'bulk' | 'migration'): Promise<Settings> {
  return database.session(async (session) => (await session.query(IN_FORCE)).rows as Settings, kind);
}

const READERS: Readonly<Record<keyof typeof CONNECTION_LIMITS, (database: Database) => Promise<Settings>>> = {
  statement: (database) => database.query(IN_FORCE),
  bulk: (database) => settingsOfSession(database, 'bulk'),
  migration: (database) => settingsOfSession(database, 'migration'),
};

test.each(Object.keys(READERS) as (keyof typeof READERS)[])(
  'the limits of a connection for the kind "%s" are in force on the server',
  async (kind) => {
    const { database } = await freshDatabase();
    const settings = await READERS[kind](database);
    const { statementMs, lockMs, idleSessionMs } = CONNECTION_LIMITS[kind];
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      ...OF_EVERY_CONNECTION,
      statement_timeout: `${statementMs}`,
      lock_timeout: `${lockMs}`,
      idle_session_timeout: `${idleSessionMs}`,
    });
  },
);

test('a connection of the pool has its limits again after a transaction that has set others', async () => {
  const { database } = await freshDatabase();
  await database.transaction((connection) => connection.query('SET LOCAL statement_timeout = 1'));
  const [row] = await database.query<{ ms: string }>(
    `SELECT setting AS ms FROM pg_settings WHERE name = 'statement_timeout'`,
  );
  expect(row?.ms).toBe(`${STATEMENT_TIMEOUT_MS}`);
});

/** Locks a shop's lane as a worker does that stands still in its transaction; returns what ends it. */
function lockLaneOf(database: Database, shopId: string): Promise<() => Promise<void>> {
  return openTransaction(database, 'SELECT FROM lane WHERE shop_id = $1 FOR UPDATE', [shopId]);
}

async function addLanes(database: Database, shopIds: readonly string[]): Promise<void> {
  for (const shopId of shopIds) {
    await database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
       VALUES ($1, $1 || '.myshopify.com', $1, 'FAC_GRP', 'env:TOKEN', '2026-10')`,
      [shopId],
    );
    await database.query('INSERT INTO lane (shop_id) VALUES ($1)', [shopId]);
  }
}

test('twenty steps that wait for a locked lane get LANE_LOCKED in time, and another shop is served meanwhile', async () => {
  const { database } = await freshDatabase();
  await addLanes(database, ['locked', 'free']);
  const unlock = await lockLaneOf(database, 'locked');
  const enter = (shopId: string) => enterLane(database, { shopId, workflowId: 'w', holder: 'run' });

  let isOver = false;
  const waiting = Promise.allSettled(Array.from({ length: 20 }, () => enter('locked'))).finally(() => {
    isOver = true;
  });
  let served = 0;
  while (!isOver) {
    expect(await enter('free')).toMatchObject({ shopId: 'free' });
    served += 1;
  }
  const detail = { shopId: 'locked', seconds: LOCK_TIMEOUT_MS / 1000 };
  expect(await waiting).toMatchObject(
    Array.from({ length: 20 }, () => ({ status: 'rejected', reason: { code: 'LANE_LOCKED', detail } })),
  );
  expect(served).toBeGreaterThan(10);
  await unlock();
  expect(await enter('locked')).toMatchObject({ shopId: 'locked' });
});

test('a pause waits until Postgres has ended a worker that stands still with the lane, and so does its end', async () => {
  const { database } = await freshDatabase();
  await addLanes(database, ['sending', 'paused']);
  const pause = (shopId: string) => pauseLane(database, shopId, { by: 'Ann', reason: 'a look first' });
  await pause('paused');
  const actWhileHeld = async (shopId: string, act: () => Promise<void>) => {
    const held = Promise.withResolvers<void>();
    const acted = Promise.withResolvers<void>();
    const standing = database.transaction(async (connection) => {
      // Longer than one try waits for the lock, and less than all tries do.
      await connection.query(`SET LOCAL idle_in_transaction_session_timeout = ${LOCK_TIMEOUT_MS + 1_000}`);
      await connection.query('SELECT FROM lane WHERE shop_id = $1 FOR UPDATE', [shopId]);
      held.resolve();
      await acted.promise;
    });
    await held.promise;
    await act().finally(acted.resolve);
    await expect(standing).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
  };
  await Promise.all([
    actWhileHeld('sending', () => pause('sending')),
    actWhileHeld('paused', () => resumeLane(database, 'paused')),
  ]);
  expect(await findPause(database, 'sending')).toMatchObject({ by: 'Ann' });
  expect(await findPause(database, 'paused')).toBeNull();
});

test('a transaction that does nothing is ended, gives its lock free, and says DATABASE_TIMEOUT', async () => {
  const { database } = await freshDatabase();
  await addLanes(database, ['held']);
  const resting = database.transaction(async (connection) => {
    await connection.query(`SELECT FROM lane WHERE shop_id = 'held' FOR UPDATE`);
    // Until the server has ended the transaction.
    await until(async () => {
      const rows = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
      );
      expect(rows).toHaveLength(0);
    });
    await connection.query('SELECT 1');
  });
  await expect(resting).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
  expect(await database.query(`SELECT shop_id FROM lane FOR UPDATE NOWAIT`)).toEqual([{ shop_id: 'held' }]);
});

test('a statement that is cancelled ends on the server, fails with the reason, and leaves the pool usable', async () => {
  const { url, database: other } = await freshDatabase();
  const cancelled = new AbortController();
  const database = openDatabase(url, { signalOf: () => cancelled.signal });
  cleanUp(() => database.close());
  const countSleeping = async () =>
    (
      await other.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'
      AND datname = current_database()`)
    ).length;

  const statements = [
    database.query('SELECT pg_sleep(600)'),
    database.transaction((connection) => connection.query('SELECT pg_sleep(600)')),
    database.session((session) => session.query('SELECT pg_sleep(600)')),
  ];
  const ended = Promise.allSettled(statements);
  await until(async () => expect(await countSleeping()).toBe(3));
  const reason = new Error('nobody waits for it');
  cancelled.abort(reason);
  expect(await ended).toEqual(statements.map(() => ({ status: 'rejected', reason })));
  await until(async () => expect(await countSleeping()).toBe(0));
  await expect(database.query('SELECT 1')).rejects.toBe(reason);
});

test('a transaction whose step is cancelled between two statements commits nothing', async () => {
  const { url, database: other } = await freshDatabase();
  await addLanes(other, ['kept']);
  let signal: AbortSignal | undefined;
  const database = openDatabase(url, { signalOf: () => signal });
  cleanUp(() => database.close());
  const reason = new Error('nobody waits for it');
  const work = database.transaction(async (connection) => {
    await connection.query('DELETE FROM lane');
    signal = AbortSignal.abort(reason);
  });
  await expect(work).rejects.toBe(reason);
  signal = undefined;
  expect(await database.query('SELECT shop_id FROM lane')).toEqual([{ shop_id: 'kept' }]);
});
