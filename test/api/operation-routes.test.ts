/** Every operation is a route, and a route is the same act as the command. */
import { beforeAll, describe, expect, test } from 'vitest';
import { routeOf } from '../../src/api/route.ts';
import { API_ROWS_MAX } from '../../src/domain/limits.ts';
import { isRead } from '../../src/operations/operation.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';
import { listProducts } from '../../src/operations/products.ts';
import { pagesOf } from '../../src/operations/rows-as-csv.ts';
import { listActs } from '../../src/postgres/audit-log.ts';
import { BROADWAY, GROUP, OUTLET, Retailer, SHOP } from '../postgres/retailer.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { openApi, refusalOf, type ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;

const HEADER = 'idValue,idType,facilityId,externalFacilityId,availableQty';

beforeAll(async () => {
  const { address, namespace } = await freshNamespace();
  api = await openApi({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  const retailer = await Retailer.open(api.database, ['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS']);
  await retailer.produce('hard-sync');
  await retailer.post('SOCKS', BROADWAY, -3, 0);
  await api.atp.json(['source', 'add', 'tills', '--type', 'RESET_INVENTORY', '--by', 'Ann']);
  await api.atp.json(['feed', 'expect', 'RESET_INVENTORY', '--every', '1d', '--by', 'Ann']);
  await api.post(
    '/api/feed/import?file=RESET_INVENTORY__morning.csv',
    {},
    { body: `${HEADER}\nSOCKS,SKU,${OUTLET},,4\n`, headers: { 'content-type': 'text/csv' } },
  );
});

test('every operation has a route, found by its name: GET for what only looks, POST for the rest', () => {
  expect(OPERATIONS.length).toBeGreaterThan(60);
  for (const operation of OPERATIONS) {
    const { method, path, fileField } = routeOf(operation);
    expect(api.server.hasRoute({ method, url: path }), `${method} ${path}`).toBe(true);
    expect(method, operation.name).toBe(isRead(operation) && fileField === null ? 'GET' : 'POST');
  }
});

test.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  '%s refuses a field that it does not have, by its own check',
  async (_name, operation) => {
    const { method, path, carries } = routeOf(operation);
    const isInQuery = method === 'GET' || carries === 'file';
    const answer = await (isInQuery
      ? api.ask(`${path}?file=a.csv&noSuchField=1`, {
          method,
          ...(carries === 'file' && { body: 'a', headers: { 'content-type': 'text/csv' } }),
        })
      : api.post(path, { noSuchField: 1 }));

    expect(refusalOf(answer)).toBe('400 INPUT_INVALID');
    expect((answer.json as { readonly detail: string }).detail).toMatch(
      /there is no field "(noSuchField|file)"/,
    );
  },
);

/** The same question by both doors. */
const READS: [path: string, args: string[], pick?: string][] = [
  ['/api/facility/list', ['facility', 'list'], 'facilities'],
  ['/api/group/list', ['group', 'list'], 'groups'],
  ['/api/product/list', ['product', 'list'], 'products'],
  ['/api/product/list?sku=SOCKS', ['product', 'list', '--sku', 'SOCKS'], 'products'],
  ['/api/product/list?limit=1', ['product', 'list', '--limit', '1'], 'products'],
  ['/api/product/explain?sku=SOCKS', ['explain', 'SOCKS'], 'explanation'],
  [
    `/api/product/explain?sku=SOCKS&facilityGroupId=${GROUP}&at=2026-01-01T00:00:00Z`,
    ['explain', 'SOCKS', '--group', GROUP, '--at', '2026-01-01T00:00:00Z'],
    'explanation',
  ],
  ['/api/shop/list', ['shop', 'list']],
  ['/api/import/list', ['import', 'list'], 'imports'],
  [
    '/api/import/list?state=applied&limit=5',
    ['import', 'list', '--state', 'applied', '--limit', '5'],
    'imports',
  ],
  ['/api/import/show?importId=1', ['import', 'show', '1']],
  ['/api/feed/list', ['feed', 'list']],
  ['/api/source/list', ['source', 'list']],
  ['/api/job/list', ['job', 'list'], 'jobs'],
  ['/api/job/show?job=import', ['job', 'show', 'import']],
  ['/api/pipeline/show', ['pipeline']],
  ['/api/lane/list', ['lane']],
  [`/api/lane/show?shopId=${SHOP}`, ['lane', SHOP]],
  [`/api/lane/audit?shopId=${SHOP}`, ['lane', SHOP, '--audit']],
  ['/api/alert/list', ['alert', 'list']],
  ['/api/condition/list', ['alert', 'conditions']],
  [`/api/shop/history?shopId=${SHOP}`, ['shop', 'history', SHOP]],
  [`/api/shop/differences?shopId=${SHOP}`, ['shop', 'differences', SHOP]],
  [`/api/lane/files?shopId=${SHOP}`, ['lane', SHOP, 'files']],
  [`/api/lane/quarantine?shopId=${SHOP}`, ['lane', SHOP, 'quarantine']],
  [`/api/product/pushes?sku=SOCKS&shopId=${SHOP}`, ['product', 'pushes', 'SOCKS', '--shop', SHOP]],
  ['/api/audit/log', ['audit', 'log']],
  ['/api/audit/log?by=Ann&limit=1', ['audit', 'log', '--by', 'Ann', '--limit', '1']],
  ['/api/token/list', ['token', 'list']],
];

test.each(READS.map(([path, args, pick = null]) => [path, args, pick] as const))(
  'GET %s answers what the command says with --json',
  async (path, args, pick) => {
    const answer = await api.ask(path);
    const ran = await api.atp.run(...args, '--json');

    expect(answer.status, answer.text).toBe(200);
    const answered = pick === null ? answer.json : (answer.json as Record<string, unknown>)[pick];
    expect(withoutClock(answered)).toEqual(withoutClock(JSON.parse(ran.stdout)));
    expect(answer.headers.get('cache-control')).toBe('no-store');
  },
);

/** What differs between two looks, a moment apart. */
function withoutClock(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, part: unknown) =>
      ['asOf', 'at', 'readAt', 'measuredAt', 'lastUsedAt'].includes(name) ? null : part,
    ),
  ) as unknown;
}

describe('an act by HTTP', () => {
  test('is done, and is in the audit log with the token’s name', async () => {
    const answer = await api.post('/api/group/set', { facilityGroupId: GROUP, threshold: 7 });

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ facilityGroupId: GROUP, threshold: 7 });
    expect(await lastAct()).toMatchObject({
      act: 'group.set',
      actor: 'token admin',
      via: 'api',
      outcome: 'DONE',
      before: { threshold: 0 },
      after: { threshold: 7 },
    });
  });

  test('clears a setting by null', async () => {
    await api.post('/api/group/set', { facilityGroupId: GROUP, atMost: 9 });
    const { json } = await api.post('/api/group/set', { facilityGroupId: GROUP, atMost: null });

    expect(json).toMatchObject({ atMost: null });
  });

  test('tells of what failed beside it in a header', async () => {
    await api.post('/api/product/add', { productId: 'ÄRMEL', sku: 'Ärmel' });
    const { headers } = await api.post('/api/product/add', { productId: 'ARM', sku: 'ärmel' });

    const warnings = JSON.parse(headers.get('atp-warnings') ?? '[]') as string[];
    expect(warnings).toEqual([expect.stringContaining('ärmel differs only in case from Ärmel')]);
  });

  test('tells no more of it than a header holds', async () => {
    const spellings = Array.from({ length: 32 }, (_, at) =>
      [...'äöüßé']
        .map((letter, bit) => (at & (1 << bit) ? letter.toUpperCase() : letter))
        .join('')
        .repeat(9),
    );
    await api.database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku ON CONFLICT DO NOTHING',
      [spellings.slice(1)],
    );
    const { status, headers } = await api.post('/api/product/add', { productId: 'long', sku: spellings[0] });

    expect(status).toBe(200);
    expect(headers.get('atp-warnings')?.length).toBeGreaterThan(500);
    expect(headers.get('atp-warnings')?.length).toBeLessThan(6_000);
  });

  test('that cannot be taken back is refused until it is confirmed', async () => {
    const asked = await api.post('/api/shop/remove', { shopId: SHOP, drain: false });

    expect(refusalOf(asked)).toBe('409 NOT_CONFIRMED');
    expect((asked.json as { readonly hint: string }).hint).toContain('yes');
    expect(await api.ask('/api/shop/list')).toMatchObject({ json: [{ shopId: SHOP }] });
  });
});

async function lastAct(): Promise<unknown> {
  return (await listActs(api.database, { limit: 1 })).acts[0];
}

test('a viewer does not read the token of a webhook in the audit log', async () => {
  const webhook = 'https://hooks.example.com/T0KEN?key=T0KEN';
  const added = await api.post('/api/alert/add', { name: 'ops', webhook, secret: 'env:HOOK_KEY' });
  expect(added.status).toBe(200);

  const { text, json } = await api.ask('/api/audit/log?act=alert.add', {
    headers: { authorization: `Bearer ${api.tokens.viewer}` },
  });
  expect(json).toMatchObject({
    acts: [{ input: { webhook: 'https://hooks.example.com', secret: 'env:HOOK_KEY' } }],
  });
  expect(text).not.toContain('T0KEN');
});

test('a question mark in a query is a sign like others', async () => {
  const unknown = await api.ask('/api/product/explain?sku=WHAT?');
  expect(unknown.json).toMatchObject({ detail: expect.stringContaining('WHAT?') });
});

describe('a list', () => {
  test('has a bound by HTTP, although a command may list everything', async () => {
    expect(await api.ask(`/api/product/list?limit=${API_ROWS_MAX}`)).toMatchObject({ status: 200 });
    expect(refusalOf(await api.ask(`/api/product/list?limit=${API_ROWS_MAX + 1}`))).toBe('400 INPUT_INVALID');
  });

  test('has a bound also when none is asked for', async () => {
    const skus = Array.from({ length: 150 }, (_, number) => `SKU-${String(number).padStart(3, '0')}`);
    await Retailer.over(api.database).addProducts(skus);

    const { json } = await api.ask('/api/product/list');

    const { products, total } = json as { readonly products: readonly unknown[]; readonly total: number };
    expect(products).toHaveLength(100);
    expect(total).toBeGreaterThan(150);
  });
});

describe('the pages of a list', () => {
  test('are read one after the other, and hold every row once', async () => {
    const skus: string[] = [];
    let next: string | null = null;
    let pages = 0;
    do {
      const after = next === null ? '' : `&after=${encodeURIComponent(next)}`;
      const { json } = await api.ask(`/api/product/list?limit=60${after}`);
      const page = json as { products: { sku: string }[]; total: number; next: string | null };
      skus.push(...page.products.map(({ sku }) => sku));
      next = page.next;
      pages += 1;
      expect(page.total).toBeGreaterThan(150);
    } while (next !== null);

    expect(pages).toBeGreaterThan(2);
    expect(new Set(skus).size).toBe(skus.length);
    const [counted] = await api.database.query<{ n: number }>('SELECT count(*)::int AS n FROM product');
    expect(skus).toHaveLength(counted?.n ?? 0);
  });

  test('of the audit log go back in time', async () => {
    const { json: newest } = await api.ask('/api/audit/log?limit=2');
    const { acts: both, next } = newest as { acts: { id: number }[]; next: number };
    const { json: first } = await api.ask('/api/audit/log?limit=1');
    const { next: afterFirst } = first as { next: number };
    const { json: second } = await api.ask(`/api/audit/log?limit=1&after=${afterFirst}`);

    expect((second as { acts: unknown[] }).acts).toEqual(both.slice(1));
    expect(next).toBe(both[1]?.id);
  });
});

describe('CSV', () => {
  const csv = (path: string) => api.ask(path, { headers: { accept: 'text/csv' } });

  test('has the rows of all pages, by the names of the JSON', async () => {
    const { headers, text } = await csv('/api/product/list');
    const [head, ...rows] = text.trimEnd().split('\n');

    const [counted] = await api.database.query<{ n: number }>('SELECT count(*)::int AS n FROM product');
    expect(head).toMatch(/^productId,sku,/);
    expect(rows).toHaveLength(counted?.n ?? 0);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment');
  });

  test('has the rows that were asked for, and no others', async () => {
    const { text } = await csv('/api/product/list?limit=2');
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    expect((await csv(`/api/facility/list`)).text).toMatch(new RegExp(`\n${BROADWAY},Broadway,RETAIL_STORE`));
  });

  test('has its columns also where there is no row', async () => {
    const { headers, text } = await csv('/api/product/list?search=NO-SUCH');
    const [some = ''] = (await csv('/api/product/list?limit=1')).text.split('\n');
    expect(text.trim().split('\n')).toHaveLength(1);
    // What a product may have, and this one has not, has a column, too.
    expect(text.trim().split(',')).toEqual(expect.arrayContaining(some.split(',')));
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  });

  test('asks for pages without the number of all products, which it has no place for', async () => {
    const asked: unknown[] = [];
    const pages = pagesOf(listProducts.fields, {}, (input) => Promise.resolve(void asked.push(input)));
    for await (const page of pages) expect(page).toBe(undefined);
    expect(asked).toEqual([{ limit: 1_000, withoutTotal: true }]);

    const page = (await api.ask('/api/product/list?limit=1&withoutTotal=true')).json;
    expect(page).toMatchObject({ products: [{}], total: null, next: expect.any(String) as string });
    expect((await api.ask('/api/product/list?limit=1')).json).toMatchObject({
      total: expect.any(Number) as number,
    });
  });

  test('starts no formula in a spreadsheet', async () => {
    await api.post('/api/facility/add', {
      facilityId: 'FORMULA',
      facilityName: '=HYPERLINK("https://evil.example.com")',
      facilityTypeId: 'RETAIL_STORE',
    });
    expect((await csv('/api/facility/list')).text).toContain(`"'=HYPERLINK(`);
  });

  test('is not to be had of what is no list, and refusals are problems as ever', async () => {
    expect(refusalOf(await csv('/api/product/explain?sku=SOCKS'))).toBe('406 REQUEST_INVALID');
    expect(refusalOf(await csv('/api/product/explain?sku=NO-SUCH'))).toBe('422 PRODUCT_UNKNOWN');
  });
});

describe('a file', () => {
  const send = (query: string, body: string, type = 'text/csv') =>
    api.ask(`/api/feed/import?${query}`, { method: 'POST', body, headers: { 'content-type': type } });

  test('is sent as the body, and read under its name', async () => {
    const body = `${HEADER}\nSOCKS,SKU,${OUTLET},,9\nNO-SUCH,SKU,${OUTLET},,1\n`;
    const answer = await send('file=RESET_INVENTORY__noon.csv&passGates=true', body);

    expect(answer.json).toMatchObject({
      fileName: 'RESET_INVENTORY__noon.csv',
      rows: 2,
      applied: 1,
      failed: 1,
      errorFile: 'RESET_INVENTORY__noon.csv.errors.csv',
      refusedRows: expect.stringContaining('PRODUCT_UNKNOWN'),
    });
    expect(await lastAct()).toMatchObject({
      act: 'feed.import',
      input: { file: 'RESET_INVENTORY__noon.csv', passGates: true },
    });
  });

  test('may be tried without an effect, and leaves no act', async () => {
    const before = await lastAct();
    const answer = await send(
      'file=RESET_INVENTORY__try.csv&dryRun=true',
      `${HEADER}\nSOCKS,SKU,${OUTLET},,5\n`,
    );

    expect(answer.json).toMatchObject({ applied: 1, effect: { levels: 1 } });
    expect(await lastAct()).toEqual(before);
  });

  test.each(['../escape.csv', 'a/b.csv', '..', 'a\0b.csv', `${'x'.repeat(201)}.csv`])(
    'has a name without a folder and without control characters: %j is refused',
    async (name) => {
      const answer = await send(`file=${encodeURIComponent(name)}`, `${HEADER}\n`);
      expect(refusalOf(answer)).toBe('400 INPUT_INVALID');
    },
  );

  test('is never one of the server: a path as JSON is refused', async () => {
    const named = await api.post('/api/product/set', {
      fromFile: '/etc/passwd',
      facilityId: BROADWAY,
      safetyStock: 1,
    });
    expect(refusalOf(named)).toBe('400 INPUT_INVALID');
    expect(refusalOf(await api.post('/api/feed/import', { file: '/etc/passwd' }))).toBe('400 INPUT_INVALID');
  });

  test('gives settings to the products that it names', async () => {
    const answer = await api.ask(`/api/product/set?fromFile=settings.csv&facilityId=${BROADWAY}`, {
      method: 'POST',
      body: 'sku,safetyStock\nSOCKS,2\nRED-SHIRT,3\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.json).toMatchObject({ products: 2, changed: 2 });
  });

  test('is looked at without an import', async () => {
    const answer = await api.ask('/api/source/test?file=RESET_INVENTORY__a.csv', {
      method: 'POST',
      body: `${HEADER}\nSOCKS,SKU,${OUTLET},,5\n`,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(answer.json).toMatchObject({ type: 'RESET_INVENTORY', rows: 1, refused: 0 });
  });
});
