import { describe, expect, test } from 'vitest';
import {
  BACK_ROOM,
  LOCATION,
  setVariables,
  SHOP,
  shirts,
  startTwin,
  startTwinWith,
  documentText,
} from './twin-fixture.ts';

const AREA = `/shops/${SHOP.domain}`;

describe('the control endpoint', () => {
  test('adds products, and replaces the whole catalogue', async () => {
    const { twin } = await startTwinWith(shirts(2));
    await twin.seed([{ sku: null, title: 'Without a SKU' }]);
    expect((await twin.levels()).map(({ sku }) => sku)).toEqual(['SHIRT-0001', 'SHIRT-0002', null]);
    await twin.control('PUT', `${AREA}/products`, [{ sku: 'ONLY', title: 'Only' }]);
    expect(await twin.levels()).toMatchObject([
      { sku: 'ONLY', title: 'Only', available: 0, isActive: true, tracked: true, inventoryPolicy: 'DENY' },
    ]);
  });

  test('changes the flags, SKU and levels of an item', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('PATCH', `${AREA}/items`, [
      { inventoryItemId: ids[0], tracked: false, inventoryPolicy: 'CONTINUE', newSku: 'NEW' },
    ]);
    await twin.control('PATCH', `${AREA}/levels`, [
      { sku: 'NEW', available: 3, isActive: false },
      { sku: 'NEW', locationId: BACK_ROOM, available: 4, isActive: true },
    ]);
    expect(await twin.levels('NEW')).toMatchObject([
      { tracked: false, inventoryPolicy: 'CONTINUE', locationId: LOCATION, available: 3, isActive: false },
      { locationId: BACK_ROOM, available: 4, isActive: true },
    ]);
    expect(await twin.levels('SHIRT-0001')).toEqual([]);
  });

  test.each([
    ['POST', '/products', [{ sku: 'A', title: 'A', availble: 1 }], 400],
    ['PATCH', '/levels', [{ available: 1 }], 400],
    ['PATCH', '/levels', [{ sku: 'NONE', available: 1 }], 404],
    ['PATCH', '/locations', [{ id: 'gid://shopify/Location/1' }], 404],
    ['PATCH', '/rules', { replay: 'sometimes' }, 400],
    ['POST', '/nothing', {}, 405],
  ])('refuses %s %s with the wrong body %j', async (method, path, body, status) => {
    const twin = await startTwin();
    await expect(twin.control(method, `${AREA}${path}`, body)).rejects.toThrow(new RegExp(`^${status}: `));
  });

  test('refuses a request to another host name', async () => {
    const twin = await startTwin();
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      request(`${twin.url}/control/requests`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test.each([
    ['a form of a web page', 403, { origin: 'http://evil.example', 'content-type': 'text/plain' }],
    ['JSON of a web page', 403, { origin: 'http://evil.example', 'content-type': 'application/json' }],
    ['a page in a sandbox', 403, { origin: 'null', 'content-type': 'application/json' }],
    ['a page of another site', 403, { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }],
    ['a page on another port', 403, { 'sec-fetch-site': 'same-site', 'content-type': 'application/json' }],
    ['a form without an origin', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('refuses %s, and nothing is changed', async (_what, status, headers) => {
    const twin = await startTwin();
    const body = JSON.stringify([{ sku: 'EVIL', title: 'Evil' }]);
    const answer = await fetch(`${twin.url}/control${AREA}/products`, { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect(await twin.control('GET', `${AREA}/levels`)).toEqual([]);
  });

  test('takes JSON of its own origin', async () => {
    const twin = await startTwin();
    const headers = {
      origin: twin.url,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json; charset=utf-8',
    };
    const body = JSON.stringify([{ sku: 'A', title: 'A' }]);
    const answer = await fetch(`${twin.url}/control${AREA}/products`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
  });
});

describe('a sale', () => {
  test('lowers available, raises committed and leaves on_hand', async () => {
    const { twin } = await startTwinWith(shirts(2));
    const order = await twin.control('POST', `${AREA}/orders`, {
      lines: [
        { sku: 'SHIRT-0001', quantity: 3 },
        { sku: 'SHIRT-0001', quantity: 1 },
      ],
    });
    expect(order).toMatchObject({
      orderId: expect.stringMatching(/^gid:\/\/shopify\/Order\/\d+$/),
      lines: [
        { sku: 'SHIRT-0001', locationId: LOCATION, from: 10, to: 7 },
        { from: 7, to: 6 },
      ],
    });
    expect(await twin.levels()).toMatchObject([
      { available: 6, committed: 4, onHand: 10 },
      { available: 10, committed: 0, onHand: 10 },
    ]);
  });

  test.each([
    ['is refused for more than there is', { inventoryPolicy: 'DENY' }, false, 2],
    [
      'is accepted for more than there is with the policy CONTINUE',
      { inventoryPolicy: 'CONTINUE' },
      true,
      -1,
    ],
    ['is accepted for an item that is not tracked', { tracked: false }, true, 2],
    ['is refused from a level that is not active', { active: false, inventoryPolicy: 'CONTINUE' }, false, 2],
  ])('%s', async (_what, flags, succeeds, available) => {
    const { twin } = await startTwinWith([{ sku: 'BLUE', title: 'Blue', available: 2, ...flags }]);
    const order = twin.control('POST', `${AREA}/orders`, { lines: [{ sku: 'BLUE', quantity: 3 }] });
    if (succeeds) await order;
    else await expect(order).rejects.toThrow(/^409: BLUE/);
    expect(await twin.available()).toEqual([available]);
  });

  test('sells nothing when one line of its order cannot be sold', async () => {
    const { twin } = await startTwinWith(shirts(2));
    const lines = [
      { sku: 'SHIRT-0001', quantity: 1 },
      { sku: 'SHIRT-0002', quantity: 11 },
    ];
    await expect(twin.control('POST', `${AREA}/orders`, { lines })).rejects.toThrow(/^409/);
    expect(await twin.available()).toEqual([10, 10]);
  });
});

describe('the request log', () => {
  test('has every request in order, with what it applied, and can be emptied', async () => {
    const { twin, ids } = await startTwinWith(shirts(2));
    const rows = ids.map((inventoryItemId) => ({ inventoryItemId, quantity: 4, changeFromQuantity: 10 }));
    await twin.setOnlineAtp('k1', rows);
    await twin.setOnlineAtp('k2', rows.slice(0, 1));
    await twin.query('{ shop { name } }');
    await twin.query('query Bad { nothing }');

    expect(await twin.requests('SetOnlineAtp')).toEqual([
      {
        at: expect.any(String),
        domain: SHOP.domain,
        operation: 'SetOnlineAtp',
        variables: setVariables('k1', rows),
        idempotencyKey: 'k1',
        replayed: false,
        applied: ids.map((inventoryItemId) => ({ inventoryItemId, locationId: LOCATION, from: 10, to: 4 })),
        userErrors: [],
        errors: [],
        status: 200,
        cost: { requested: 11, actual: 11 },
        fault: null,
      },
      expect.objectContaining({
        idempotencyKey: 'k2',
        applied: [],
        userErrors: [expect.objectContaining({ code: 'CHANGE_FROM_QUANTITY_STALE' })],
      }),
    ]);
    expect(await twin.requests()).toMatchObject([
      {},
      {},
      { operation: null, errors: [] },
      { operation: 'Bad', errors: ['undefinedField'] },
    ]);
    expect(await twin.control('GET', '/requests?domain=other.myshopify.com')).toEqual([]);

    await twin.control('DELETE', '/requests');
    expect(await twin.requests()).toEqual([]);
  });
});

describe('an armed fault', () => {
  const setOne = async (kind: string, more: Record<string, unknown> = {}) => {
    const { twin, ids } = await startTwinWith(shirts(1));
    await twin.control('POST', '/faults', { operation: 'SetOnlineAtp', kind, ...more });
    const variables = setVariables('k', [{ inventoryItemId: ids[0]!, quantity: 4, changeFromQuantity: 10 }]);
    const post = (signal?: AbortSignal) =>
      twin.post({ query: documentText('set-online-atp'), variables }, signal && { signal });
    return { twin, post };
  };

  test.each([
    ['http-500-before', 500, 10],
    ['http-500-after', 500, 4],
  ])('%s answers %i once, and the repeat gets through', async (kind, status, available) => {
    const { twin, post } = await setOne(kind);
    expect((await post()).status).toBe(status);
    expect(await twin.available()).toEqual([available]);
    expect(await twin.requests()).toMatchObject([
      { fault: kind, status, applied: available === 4 ? [{}] : [] },
    ]);
    expect((await post()).status).toBe(200); // one shot: the repeat gets through
    expect(await twin.available()).toEqual([4]);
  });

  test('http-429 says how long to wait, in seconds with a fraction', async () => {
    const { twin, post } = await setOne('http-429', { retryAfter: 2 });
    const answer = await post();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2.0']);
    expect(await twin.available()).toEqual([10]);
  });

  test('throttled answers 200 without data', async () => {
    const { twin, post } = await setOne('throttled');
    const answer = await post();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      errors: [
        {
          message: 'Throttled',
          extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
        },
      ],
      extensions: {
        cost: {
          requestedQueryCost: 11,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 0, restoreRate: 100 },
        },
      },
    });
    expect(await twin.available()).toEqual([10]);
  });

  test('drop-after cuts the connection, although the call was applied', async () => {
    const { twin, post } = await setOne('drop-after');
    await expect(post()).rejects.toThrow();
    expect(await twin.available()).toEqual([4]);
    expect(await twin.requests()).toMatchObject([{ fault: 'drop-after', status: null, applied: [{}] }]);
  });

  test('truncated-body-after cuts the answer short, although the call was applied', async () => {
    const { twin, post } = await setOne('truncated-body-after');
    await expect(post().then((answer) => answer.json())).rejects.toThrow();
    expect(await twin.available()).toEqual([4]);
  });

  test.each([
    ['stale-without-field', 'CHANGE_FROM_QUANTITY_STALE'],
    ['stale-without-code', null],
  ])('%s refuses a call whose rows are not stale, and names no row', async (kind, code) => {
    const { twin, post } = await setOne(kind);
    expect(await (await post()).json()).toMatchObject({
      data: {
        inventorySetQuantities: {
          inventoryAdjustmentGroup: null,
          userErrors: [{ code, field: null, message: expect.stringMatching(/no longer matches/) }],
        },
      },
    });
    expect(await twin.available()).toEqual([10]);
    expect(await twin.requests()).toMatchObject([{ fault: kind, status: 200, applied: [] }]);
    await post();
    expect(await twin.available()).toEqual([4]);
  });

  test('timeout-after never answers; the repeat is answered from the key store', async () => {
    const { twin, post } = await setOne('timeout-after');
    const client = new AbortController();
    const unanswered = post(client.signal);
    await expect.poll(() => twin.available()).toEqual([4]);
    client.abort();
    await expect(unanswered).rejects.toThrow(/abort/);

    expect((await post()).status).toBe(200);
    expect(await twin.requests()).toMatchObject([
      { status: null, replayed: false, applied: [{}] },
      { status: 200, replayed: true, applied: [] },
    ]);
  });

  test('skips some requests, hits the next ones, and leaves other operations alone', async () => {
    const { twin, post } = await setOne('http-500-before', { skip: 1, times: 2 });
    expect((await twin.post({ query: 'query Other { shop { name } }' })).status).toBe(200);
    const statuses: number[] = [];
    for (const call of [post, post, post, post]) statuses.push((await call()).status);
    expect(statuses).toEqual([200, 500, 500, 200]);
    expect(await twin.control('GET', '/faults')).toEqual([]);
  });
});

describe('a hold', () => {
  test('lets a later request overtake an earlier one', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const set = (key: string, quantity: number) =>
      twin.setOnlineAtp(key, [{ inventoryItemId: ids[0]!, quantity, changeFromQuantity: null }]);
    const hold = await twin.hold('SetOnlineAtp');
    expect(await twin.control('GET', `/holds/${hold.id}`)).toMatchObject({ state: 'waiting', request: null });

    const early = set('early', 1);
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    await set('late', 2);
    await twin.control('DELETE', `/holds/${hold.id}`);

    expect(await twin.available()).toEqual([1]); // executed by the time the release is answered
    await early;
    expect((await twin.requests()).map(({ idempotencyKey }) => idempotencyKey)).toEqual(['late', 'early']);
  });

  test('executes its request on release, although the client has given up', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const hold = await twin.hold('SetOnlineAtp');
    const client = new AbortController();
    const given = twin.post(
      {
        query: documentText('set-online-atp'),
        variables: setVariables('k', [{ inventoryItemId: ids[0]!, quantity: 1, changeFromQuantity: 10 }]),
      },
      { signal: client.signal },
    );
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    client.abort();
    await expect(given).rejects.toThrow(/abort/);
    await twin.control('DELETE', `/holds/${hold.id}`);
    expect(await twin.available()).toEqual([1]);
  });

  test('ends with its release when no request has come to it', async () => {
    const { twin } = await startTwinWith(shirts(1));
    const hold = await twin.hold('SetOnlineAtp');
    expect(await twin.control('DELETE', `/holds/${hold.id}`)).toMatchObject({
      state: 'released',
      request: null,
    });
    await expect(twin.control('GET', '/holds/99')).rejects.toThrow(/^404/);
  });
});
