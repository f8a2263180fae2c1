/**
 * The way to Postgres loses what it knows of open connections, as a load balancer or a firewall does: what is sent on
 * them is swallowed, and no side learns anything. For new connections it is well again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { expect, test } from 'vitest';
import { LOOK_INTERVAL_MS, LOOK_TIMEOUT_MS, SILENT_LOOKS_MAX } from '../../src/domain/limits.ts';
import { openDatabase, type Connection, type Database } from '../../src/postgres/database.ts';
import { cleanUp, withOwnCleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { tcpProxy, type TcpProxy } from '../sftp/tcp-proxy.ts';

/** Within it a statement whose connection is lost is given up; as much again for a busy machine. */
const GIVEN_UP_WITHIN_MS = 2 * SILENT_LOOKS_MAX * (LOOK_INTERVAL_MS + LOOK_TIMEOUT_MS);

interface Way {
  /** Through the proxy. */
  readonly database: Database;
  readonly direct: Database;
  readonly proxy: TcpProxy;
}

async function openWay(): Promise<Way> {
  const { database: direct, url } = await freshDatabase();
  const { hostname: host, port } = new URL(url);
  const proxy = await tcpProxy({ host, port: Number(port) });
  const database = openDatabase(Object.assign(new URL(url), { port: `${proxy.port}` }).href);
  cleanUp(() => database.close());
  return { database, direct, proxy };
}

/** Counts the sessions that are in the middle of such a statement. */
async function countWorking({ direct }: Way, statement: string): Promise<number> {
  const [row] = await direct.query<{ count: number }>(
    `SELECT count(*) AS count FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE $1`,
    [statement],
  );
  return row?.count ?? -1;
}

/** Swallows everything on the connections that are open now, and lets new ones pass after `forMs`. */
async function swallow({ proxy }: Way, forMs: number): Promise<void> {
  proxy.breakAfter(0, 'hole');
  await pause(forMs);
  proxy.mend();
}

/** Waits for the end of each piece of work; throws when one has none. Returns their codes. */
async function codesWithin(work: readonly Promise<unknown>[], timeMs: number): Promise<unknown[]> {
  const settled = Promise.allSettled(work);
  const late = pause(timeMs, 'late' as const, { ref: false });
  const ended = await Promise.race([settled, late]);
  if (ended === 'late') throw new Error(`Not all have ended within ${timeMs} ms.`);
  return ended.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code?: string }).code));
}

test.concurrent(
  'statements whose connections die silently are given up, and the pool serves new ones at once afterwards',
  withOwnCleanUp(async () => {
    const way = await openWay();
    const slow = Array.from({ length: 12 }, () => way.database.query('SELECT pg_sleep(3)'));
    await until(async () => expect(await countWorking(way, 'SELECT pg_sleep%')).toBe(12));
    await swallow(way, 10_000);

    const startedAt = performance.now();
    await way.database.query('SELECT 1');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await codesWithin(slow, GIVEN_UP_WITHIN_MS)).toEqual(slow.map(() => 'DATABASE_TIMEOUT'));
    console.log(
      `12 lost statements have ended ${Math.round(performance.now() - startedAt) / 1000} s after the hole`,
    );
    expect(
      await codesWithin(
        Array.from({ length: 24 }, () => way.database.query('SELECT 1')),
        10_000,
      ),
    ).toEqual(Array.from({ length: 24 }, () => 'done'));
  }),
);

test.concurrent(
  'a connection that dies silently while it rests in the pool costs one statement, not the pool',
  withOwnCleanUp(async () => {
    const way = await openWay();
    await way.database.query('SELECT 1');
    await swallow(way, 0);
    const codes = await codesWithin([way.database.query('SELECT 1')], GIVEN_UP_WITHIN_MS);
    expect(codes).toEqual(['DATABASE_TIMEOUT']);
    await way.database.query('SELECT 1');
  }),
);

const BULK = [
  {
    what: 'a query of minutes',
    statement: 'SELECT pg_sleep(600)',
    work: (session: Connection) => session.query('SELECT pg_sleep(600)'),
  },
  {
    what: 'an import whose rows do not arrive',
    statement: 'COPY row_copy FROM STDIN',
    async work(session: Connection) {
      await session.query('CREATE TEMPORARY TABLE row_copy (line text)');
      const copy = session.query(copyFrom('COPY row_copy FROM STDIN'));
      copy.write('one\n');
      const failed = Promise.withResolvers<never>();
      copy.on('error', failed.reject);
      await failed.promise;
    },
  },
];

for (const { what, statement, work } of BULK) {
  test.concurrent(
    `${what} is given up when its connection dies silently, and its backend ends`,
    withOwnCleanUp(async () => {
      const way = await openWay();
      const session = way.database.session<unknown>(work);
      await until(async () => expect(await countWorking(way, statement)).toBe(1));
      await swallow(way, 1_000);
      // As long as the server works on it, nothing says that its answer is lost.
      await way.direct.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'SELECT pg_sleep(600)'`,
      );
      expect(await codesWithin([session], GIVEN_UP_WITHIN_MS)).toEqual(['DATABASE_TIMEOUT']);
      await until(async () => expect(await countWorking(way, '%')).toBe(0));
    }),
  );
}

test.concurrent(
  'a statement that takes longer than many looks at it is not given up while the server works on it',
  withOwnCleanUp(async () => {
    const way = await openWay();
    const seconds = ((SILENT_LOOKS_MAX + 2) * LOOK_INTERVAL_MS) / 1000;
    await way.database.session((session) => session.query(`SELECT pg_sleep(${seconds})`));
    await way.database.query(`SELECT pg_sleep(${seconds})`);
  }),
);

test.concurrent(
  'a session that holds a lock while work goes on elsewhere is not taken for one that stands still',
  withOwnCleanUp(async () => {
    const { database } = await freshDatabase();
    await database.session(async (session) => {
      await session.query('SELECT pg_advisory_lock(1)');
      await pause(35_000);
      expect(
        (await session.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`))
          .rowCount,
      ).toBe(1);
    });
  }),
);
