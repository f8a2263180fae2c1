/** What one attempt writes to its lane, in turns. */
import { expect, test } from 'vitest';
import { JOINT_WRITES_MAX } from '../../src/domain/limits.ts';
import type { Connection } from '../../src/postgres/database.ts';
import { lockLane } from '../../src/postgres/lane/lane.ts';
import { LaneWrites, type JointWrite } from '../../src/postgres/lane/lane-writes.ts';
import { until } from '../setup/until.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

function add(name: string) {
  return async (connection: Connection) => {
    await connection.query('INSERT INTO written (name) VALUES ($1)', [name]);
  };
}

async function openWrites(): Promise<{ readonly lane: Lane; readonly writes: LaneWrites }> {
  const lane = await openLane();
  await lane.database.query('CREATE TABLE written (name text PRIMARY KEY)');
  return { lane, writes: new LaneWrites(lane.database, await lane.enter()) };
}

/** Names by the transaction that has written them. */
async function readTransactions({ database }: Lane): Promise<readonly string[]> {
  const rows = await database.query<{ names: string }>(
    `SELECT string_agg(name, ' ' ORDER BY name) AS names FROM written GROUP BY xmin::text ORDER BY 1`,
  );
  return rows.map(({ names }) => names);
}

/** Keeps everybody out of the lane while `meanwhile` runs. */
async function whileLaneIsLocked({ database }: Lane, meanwhile: () => Promise<unknown>): Promise<void> {
  await database.transaction(async (connection) => {
    await lockLane(connection, SHOP);
    await meanwhile();
  });
}

async function countWaiting({ database }: Lane): Promise<number> {
  const [waiting] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting?.count ?? 0;
}

test('writes that wait for the lane need one connection, and each is committed for itself', async () => {
  const { lane, writes } = await openWrites();
  let all: Promise<unknown> = Promise.resolve();
  await whileLaneIsLocked(lane, async () => {
    all = Promise.all(['a', 'b', 'c', 'd'].map((name) => writes.write(add(name))));
    await until(async () => {
      expect(await countWaiting(lane)).toBeGreaterThan(0);
    });
    expect(await countWaiting(lane)).toBe(1);
  });
  await all;
  expect(await readTransactions(lane)).toEqual(['a', 'b', 'c', 'd']);
});

/** Writes all names in one statement. */
const ADD_ALL: JointWrite<string> = {
  async write(connection, _, names) {
    await connection.query('INSERT INTO written (name) SELECT * FROM unnest($1::text[])', [names]);
  },
};

test('writes of one kind that wait at the same time are made in one transaction, so many at most', async () => {
  const { lane, writes } = await openWrites();
  const letters = Array.from({ length: JOINT_WRITES_MAX + 2 }, (_, place) => String.fromCharCode(98 + place));
  await Promise.all([
    writes.join(ADD_ALL, 'a'),
    ...letters.slice(0, 3).map((name) => writes.join(ADD_ALL, name)),
    writes.write(add('z')),
    ...letters.slice(3).map((name) => writes.join(ADD_ALL, name)),
  ]);
  expect(await readTransactions(lane)).toEqual([
    'a',
    letters.slice(0, JOINT_WRITES_MAX).join(' '),
    letters.slice(JOINT_WRITES_MAX).join(' '),
    'z',
  ]);
});

test('of writes that are made together, one that fails takes no other with it', async () => {
  const { lane, writes } = await openWrites();
  const all = await Promise.allSettled(['a', 'b', 'a', 'c'].map((name) => writes.join(ADD_ALL, name)));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await readTransactions(lane)).toEqual(['a', 'b', 'c']);
});

test('one that fails takes no other with it', async () => {
  const { lane, writes } = await openWrites();
  const all = await Promise.allSettled(['a', 'b', 'a', 'c'].map((name) => writes.write(add(name))));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await readTransactions(lane)).toEqual(['a', 'b', 'c']);
});

test('an attempt that has lost the lane writes nothing', async () => {
  const { lane, writes } = await openWrites();
  await lane.enter();
  const all = await Promise.allSettled(['a', 'b'].map((name) => writes.write(add(name))));
  expect(all).toMatchObject([
    { status: 'rejected', reason: { code: 'LANE_ATTEMPT_OVERTAKEN' } },
    { status: 'rejected', reason: { code: 'LANE_ATTEMPT_OVERTAKEN' } },
  ]);
  expect(await readTransactions(lane)).toEqual([]);
});

test('a lane that somebody keeps locked is waited for once, and not once for each write', async () => {
  const { lane, writes } = await openWrites();
  await whileLaneIsLocked(lane, async () => {
    const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => writes.write(add(name))));
    const [first, ...others] = all.map((write) =>
      write.status === 'rejected' ? (write.reason as unknown) : null,
    );
    expect(first).toMatchObject({ code: 'LANE_LOCKED' });
    // The very same failure: nobody has waited again.
    for (const other of others) expect(other).toBe(first);
  });
  expect(await readTransactions(lane)).toEqual([]);
  // An answer of Shopify that comes later is recorded.
  await writes.write(add('e'));
  expect(await readTransactions(lane)).toEqual(['e']);
});
