/** What the server itself sees to: who is let in, what a request may cost, what is logged, and how it ends. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { API_BODY_BYTES_MAX } from '../../src/domain/limits.ts';
import { openApi, refusalOf, type ApiUnderTest } from './api-under-test.ts';
import { until } from '../setup/until.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi({}, { hosts: ['atp.example.com'] });
});

describe('nobody is let in', () => {
  test.each([
    ['without a token', {}],
    ['with another scheme', { authorization: 'Basic YWRtaW46YWRtaW4=' }],
    ['with a token that does not exist', { authorization: `Bearer atp_${'A'.repeat(43)}` }],
    ['with a token of odd characters', { authorization: 'Bearer \u00e4\u00f6' }],
  ])('%s', async (_what, headers) => {
    const response = await fetch(`${api.url}/api/facility/list`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'SIGN_IN_NEEDED' });
  });

  test('also to what does not exist: an unknown path tells a stranger nothing', async () => {
    expect((await fetch(`${api.url}/api/no/such`)).status).toBe(401);
    expect(refusalOf(await api.ask('/api/no/such'))).toBe('404 REQUEST_INVALID');
  });

  test('with a token that was revoked, or whose days are over', async () => {
    const { json } = await api.post('/api/token/add', { name: 'ci', role: 'viewer', days: 1 });
    const { token } = json as { readonly token: string };
    const asCi = () => api.ask('/api/facility/list', { headers: { authorization: `Bearer ${token}` } });
    expect((await asCi()).status).toBe(200);

    await api.database.query(`UPDATE api_token SET expires_at = clock_timestamp() WHERE name = 'ci'`);
    expect(refusalOf(await asCi())).toBe('401 SIGN_IN_NEEDED');

    await api.database.query(
      `UPDATE api_token SET expires_at = clock_timestamp() + interval '1 day' WHERE name = 'ci'`,
    );
    expect((await asCi()).status).toBe(200);
    await api.post('/api/token/revoke', { name: 'ci' });
    expect(refusalOf(await asCi())).toBe('401 SIGN_IN_NEEDED');
  });
});

test('the database has no token, and the audit log neither', async () => {
  const { json } = await api.post('/api/token/add', { name: 'secret', role: 'viewer', days: 1 });
  const { token } = json as { readonly token: string };

  const rows = await api.database.query(
    `SELECT t::text FROM api_token AS t UNION ALL SELECT a::text FROM audit_log AS a`,
  );
  expect(JSON.stringify(rows)).toContain('secret');
  expect(JSON.stringify(rows)).not.toContain(token.slice(4));
});

/** A request with headers that fetch does not let through. */
async function askAs(host: string, path: string): Promise<number> {
  const request = httpRequest(`${api.url}${path}`, {
    headers: { host, authorization: `Bearer ${api.tokens.admin}` },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await text(response);
  return response.statusCode ?? 0;
}

test.each([
  ['localhost', 200],
  ['127.0.0.1:8420', 200],
  ['[::1]:8420', 200],
  ['atp.example.com', 200],
  ['ATP.example.com:443', 200],
  ['evil.example.com', 421],
  ['127.0.0.1.evil.example.com', 421],
  ['localhost.evil.example.com:8420', 421],
])('the host %s is answered with %i: a foreign page’s name does not lead here', async (host, status) => {
  expect(await askAs(host, '/api/facility/list')).toBe(status);
});

test('health is told to whoever asks, by any name', async () => {
  expect(await askAs('10.0.0.7', '/livez')).toBe(200);
  expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({ ready: true });
});

describe('a request is refused', () => {
  test('whose JSON is none', async () => {
    const answer = await api.post('/api/group/set', null, { body: '{"facilityGroupId":' });
    expect(refusalOf(answer)).toBe('400 REQUEST_INVALID');
  });

  test('whose path is none', async () => {
    expect(refusalOf(await api.ask('/api/%zz'))).toBe('400 REQUEST_INVALID');
  });

  test('that is too long', async () => {
    const answer = await api.post('/api/group/set', { facilityGroupId: 'x'.repeat(API_BODY_BYTES_MAX) });
    expect(refusalOf(answer)).toBe('413 REQUEST_INVALID');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/csv',
  ])('that is %s: a form of a foreign page can send it', async (type) => {
    const answer = await api.post(
      '/api/group/set',
      {},
      { body: '{"facilityGroupId":"FAC_GRP","threshold":1}', headers: { 'content-type': type } },
    );
    expect(refusalOf(answer)).toBe('415 REQUEST_INVALID');
  });

  test('that looks by POST or changes by GET', async () => {
    expect(refusalOf(await api.post('/api/facility/list', {}))).toBe('404 REQUEST_INVALID');
    expect(refusalOf(await api.ask('/api/group/set?facilityGroupId=FAC_GRP&threshold=1'))).toBe(
      '404 REQUEST_INVALID',
    );
  });
});

test('an answer lets no page do anything with it', async () => {
  const { headers } = await api.ask('/api/facility/list');

  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none';style-src 'self';form-action 'none';frame-ancestors 'none';base-uri 'none'",
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('the log has a line for each request, by its id, without query and token', async () => {
  const { headers } = await api.ask('/api/product/list?sku=SECRET-SKU');
  const id = headers.get('atp-request-id') ?? '';

  const line = await until(() => {
    const found = api.log.find((entry) => entry.includes(id));
    if (!found) throw new Error('not logged yet');
    return found;
  });
  expect(JSON.parse(line)).toMatchObject({
    requestId: id,
    act: 'product.list',
    by: 'token admin',
    path: '/api/product/list',
    status: 200,
    outcome: 'DONE',
  });
  expect(api.log.join('')).not.toContain('SECRET-SKU');
  expect(api.log.join('')).not.toContain(api.tokens.admin.slice(4));
});

test('a fault of ours is told without its words and its place in the code, which the log has', async () => {
  let isBroken = false;
  const fault = new Error('lost postgres://atp:hunter2@db/atp of /srv/inside');
  const broken = await openApi({}, {}, (app) => ({
    ...app,
    database: () => (isBroken ? Promise.reject(fault) : app.database()),
  }));
  await broken.ask('/api/facility/list');
  isBroken = true;

  const answer = await broken.ask('/api/facility/list');

  expect(refusalOf(answer)).toBe('500 UNEXPECTED');
  expect(answer.text).not.toContain('.ts:');
  expect(answer.text).not.toContain('hunter2');
  expect(answer.text).not.toContain('/srv/inside');
  expect(broken.log.join('')).toContain('server.test.ts:');
});

test('who asks too often waits', async () => {
  const busy = await openApi({}, { requestsPerMinuteMax: 3 });
  const statuses: number[] = [];
  for (let asked = 0; asked < 4; asked += 1) statuses.push((await fetch(`${busy.url}/livez`)).status);
  const refused = await busy.ask('/api/facility/list');

  expect(statuses).toEqual([200, 200, 200, 429]);
  expect(refusalOf(refused)).toBe('429 TOO_MANY_REQUESTS');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});

test.each(['/api/facility/list', '/api/no/such'])(
  'also who is not let in is counted, and asks the database no more then: %s',
  async (path) => {
    const { url } = await openApi({}, { requestsPerMinuteMax: 2 });
    const statuses: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) {
      statuses.push((await fetch(`${url}${path}`, { headers: { authorization: 'Bearer guessed' } })).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
  },
);

describe('behind a proxy that speaks TLS', () => {
  test('nobody gets past it', async () => {
    const elsewhere = new BlockList();
    elsewhere.addAddress('192.0.2.1');
    const { ask } = await openApi({}, { proxy: elsewhere, isOnLoopback: false });

    expect(refusalOf(await ask('/api/facility/list'))).toBe('403 REQUEST_INVALID');
  });

  test('it says from where a request came', async () => {
    const here = new BlockList();
    here.addSubnet('127.0.0.0', 8);
    const { ask, log } = await openApi({}, { proxy: here, isOnLoopback: false });

    expect(await ask('/api/facility/list', { headers: { 'x-forwarded-for': '203.0.113.9' } })).toMatchObject({
      status: 200,
    });
    await until(() => expect(log.join('')).toContain('"from":"203.0.113.9"'));
  });

  test('nobody else does', async () => {
    const { ask, log } = await openApi();
    await ask('/api/facility/list', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    await until(() => expect(log.join('')).toContain('"from":"127.0.0.1"'));
  });
});

test('a server that is stopped answers what it has begun, and takes nothing new', async () => {
  const stopping = await openApi();
  const lock = await stopping.database.transaction(async (connection) => {
    await connection.query('LOCK TABLE facility IN ACCESS EXCLUSIVE MODE');
    const begun = stopping.ask('/api/facility/list');
    await until(async () => {
      const { rows } = await connection.query(
        `SELECT FROM pg_locks WHERE relation = 'facility'::regclass AND NOT granted`,
      );
      expect(rows.length).toBeGreaterThan(0);
    });
    const closed = stopping.server.close();
    await until(() => expect(fetch(`${stopping.url}/livez`)).rejects.toThrow());
    return { begun, closed };
  });

  expect(await lock.begun).toMatchObject({ status: 200 });
  await lock.closed;
});
