/** What one client may take: places for files, connections, and the server's time. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { PATIENCE } from '../../src/api/connections.ts';
import {
  API_DATABASE_SESSIONS_MAX,
  API_LOOKS_AT_FILES_MAX,
  API_UPLOADS_AT_ONCE_MAX,
} from '../../src/domain/limits.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { until } from '../setup/until.ts';
import { Retailer } from '../postgres/retailer.ts';
import { openApi, refusalOf, type ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
});

/** A file of which only the beginning comes; `end` sends the rest of it. */
function beginToSend(
  path: string,
  token: string,
): { readonly end: () => void; readonly answer: Promise<Response> } {
  const rest = Promise.withResolvers<void>();
  const body = new ReadableStream({
    async start(sending) {
      sending.enqueue(new TextEncoder().encode('facility'));
      await rest.promise;
      sending.close();
    },
  });
  const answer = fetch(`${api.url}${path}`, {
    ...{ method: 'POST', body, duplex: 'half' },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
  });
  cleanUp(async () => {
    rest.resolve();
    await answer;
  });
  return { end: rest.resolve, answer };
}

const LOOK = '/api/source/test?file=RESET_INVENTORY__a.csv';
const WORK = '/api/feed/import?file=RESET_INVENTORY__a.csv&dryRun=true';
const send = (path: string, token: string) =>
  api.ask(path, {
    method: 'POST',
    body: 'facilityId\n',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
  });

test.each([
  ['who only look', LOOK, 'viewer', API_LOOKS_AT_FILES_MAX, WORK, 'operator'],
  ['who import', WORK, 'operator', API_UPLOADS_AT_ONCE_MAX, LOOK, 'viewer'],
] as const)(
  'files of those %s take no place of others',
  async (_who, path, role, places, other, otherRole) => {
    // None of them ends by itself, so the first answer is a refusal, whichever of them came last.
    const begun = Array.from({ length: places + 1 }, () => beginToSend(path, api.tokens[role]));
    const { refused, index } = await Promise.race(
      begun.map(async ({ answer }, at) => ({ refused: await answer, index: at })),
    );
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect((await send(other, api.tokens[otherRole])).status).not.toBe(429);

    const [held] = begun.toSpliced(index, 1);
    held?.end();
    await held?.answer;
    expect((await send(path, api.tokens[role])).status).not.toBe(429);
  },
);

test('what cannot be done while a service is away says when to come again', async () => {
  const answer = await api.ask('/api/pipeline/show?state=running');

  expect(refusalOf(answer)).toBe('503 TEMPORAL_UNREACHABLE');
  expect(answer.headers.get('retry-after')).toBe('5');
  const away = await openApi({}, { isReady: () => Promise.resolve(false) });
  const ready = await away.ask('/readyz');
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
});

/** A connection that a test writes to by hand. */
async function open(to: ApiUnderTest, said = ''): Promise<Socket> {
  const socket = connect(Number(new URL(to.url).port), '127.0.0.1');
  cleanUp(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(said);
  return socket;
}

const LIVES = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n';

async function isAnswered(socket: Socket): Promise<boolean> {
  const closed = once(socket, 'close').then(() => false);
  const answered = once(socket, 'data').then(() => true);
  socket.write(LIVES);
  return Promise.race([answered, closed]);
}

test('an address has so many connections and no more, until one of them ends', async () => {
  const small = await openApi({}, { patience: { ...PATIENCE, connectionsOfAddressMax: 2 } });
  const [first] = [await open(small), await open(small)];
  expect(await isAnswered(first)).toBe(true);
  expect(await isAnswered(await open(small))).toBe(false);

  first.destroy();
  await until(async () => expect(await isAnswered(await open(small))).toBe(true));
});

describe('a client that is too slow is cut off', () => {
  test('in the headers of its request', async () => {
    const hasty = await openApi({}, { patience: { ...PATIENCE, headersMs: 100, lookEveryMs: 20 } });
    const slow = await open(hasty, 'GET /livez HTTP/1.1\r\nhost: local');

    expect(await text(slow)).toContain('408 Request Timeout');
  });

  test('in the body of its request, and one that waits for its answer is not', async () => {
    const hasty = await openApi({}, { patience: { ...PATIENCE, bodyIdleMs: 100 } });
    await hasty.database.transaction(async (connection) => {
      await connection.query('LOCK TABLE facility_group IN ACCESS EXCLUSIVE MODE');
      const waits = hasty.post('/api/group/set', { facilityGroupId: 'FAC_GRP', threshold: 1 });
      cleanUp(async () => expect((await waits).status).toBe(200));
      await until(async () => {
        const { rows } = await connection.query('SELECT FROM pg_locks WHERE NOT granted');
        expect(rows.length).toBeGreaterThan(0);
      });
      // It begins later, and its time is over before that of the other's answer.
      const slow = await open(
        hasty,
        `POST /api/group/set HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${hasty.tokens.admin}\r\n` +
          'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"facility',
      );
      expect(await text(slow)).toBe('');
    });
  });
});

test('what takes long in the database is refused before it takes the connections of others', async () => {
  await Retailer.open(api.database, ['SOCKS']);
  await api.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE product_facility IN ACCESS EXCLUSIVE MODE');
    const looks = Array.from({ length: API_DATABASE_SESSIONS_MAX + 1 }, () =>
      api.ask('/api/whatif/show?facilityId=BROADWAY&sells=false', {
        headers: { authorization: `Bearer ${api.tokens.viewer}` },
      }),
    );
    cleanUp(async () => {
      const statuses = (await Promise.all(looks)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(API_DATABASE_SESSIONS_MAX);
    });
    // The others wait for the lock.
    const first = await Promise.race(looks);
    expect(refusalOf(first)).toBe('429 TOO_MANY_REQUESTS');
    expect((await api.ask('/api/facility/list')).status).toBe(200);
  });
});

describe('of a client that has gone', () => {
  const GONE = 'a client has gone before its answer';

  /** Asks, and goes when its statement waits for a lock, which `meanwhile` has; it is told whether that backend lives. */
  async function leave(
    path: string,
    init: RequestInit,
    meanwhile: (lives: () => Promise<boolean>) => Promise<void>,
  ): Promise<void> {
    const leaving = new AbortController();
    await api.database.transaction(async (connection) => {
      await connection.query('LOCK TABLE facility_group IN ACCESS EXCLUSIVE MODE');
      const asked = api.ask(path, { ...init, signal: leaving.signal });
      const pid = await until(async () => {
        const { rows } = await connection.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        expect(rows).toHaveLength(1);
        return rows[0]?.pid;
      });
      leaving.abort();
      await expect(asked).rejects.toThrow();
      await meanwhile(async () => {
        // Within a transaction, the view is as it was first looked at.
        await connection.query('SELECT pg_stat_clear_snapshot()');
        const { rowCount } = await connection.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
        return rowCount === 1;
      });
    });
  }

  test('a look ends in the database, too, and is no fault', async () => {
    await leave('/api/group/list', {}, async (lives) => {
      await until(() => expect(api.log.join('')).toContain(GONE));
      await until(async () => expect(await lives()).toBe(false));
    });
    expect(api.log.join('')).not.toContain('unexpectedly');
  });

  test('an act goes on', async () => {
    const body = JSON.stringify({ facilityGroupId: 'FAC_GRP', threshold: 7 });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const lines = () => api.log.filter((line) => line.includes(GONE) && line.includes('group.set'));

    await leave('/api/group/set', init, async (lives) => {
      await until(() => expect(lines()).toHaveLength(1));
      expect(await lives()).toBe(true);
    });
    await until(async () => {
      const { json } = await api.ask('/api/group/list');
      expect(JSON.stringify(json)).toContain('"threshold":7');
    });
  });
});
