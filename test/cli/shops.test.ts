import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { AGE_LIMIT_DEFAULT_MS, ORDER_LAG_DEFAULT_MS } from '../../src/domain/limits.ts';
import { connectTemporal } from '../../src/temporal/connection.ts';
import { scheduleId } from '../../src/temporal/schedules.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshTwin, type FreshTwin } from '../setup/fresh-twin.ts';
import { atpWith, type Atp } from './atp.ts';

let database: Database;
let environment: Readonly<Record<string, string>>;
let atp: Atp;

beforeEach(async () => {
  const fresh = await freshDatabase();
  database = fresh.database;
  environment = { DATABASE_URL: fresh.url };
  atp = await atpWith(environment);
});

function addArguments(shop: Partial<FreshTwin['shop']> = {}): string[] {
  const { domain = 'blue-shirts.myshopify.com', locationId = 'gid://shopify/Location/1' } = shop;
  return [
    ...['shop', 'add', 'blue-shirts', '--domain', domain, '--location', locationId, '--group', 'FAC_GRP'],
    ...['--token', shop.accessTokenRef ?? 'env:BLUE_TOKEN'],
    ...(shop.adminUrl ? ['--admin-url', shop.adminUrl] : ['--no-check']),
  ];
}

test('a shop is added with the reference to its token, and listed', async () => {
  const shop = {
    shopId: 'blue-shirts',
    domain: 'blue-shirts.myshopify.com',
    locationId: 'gid://shopify/Location/1',
    facilityGroupId: 'FAC_GRP',
    accessTokenRef: 'env:BLUE_TOKEN',
    adminUrl: null,
    apiVersion: '2026-10',
    keySpace: expect.any(String) as string,
    restoreGeneration: 0,
    salesPolicy: 'keep-unseen-sales',
    orderLagMs: ORDER_LAG_DEFAULT_MS,
    ageLimitMs: AGE_LIMIT_DEFAULT_MS,
    orderWatermark: null,
    collapseLimitPercent: 20,
    surgeLimitPercent: 300,
    sellOutLimitPercent: 50,
    guardWindowHours: 24,
    unmapLimitPercent: 20,
    skuMatch: 'exact',
    closingSince: null,
  };

  expect(await atp.json(addArguments())).toEqual({
    ...shop,
    schedules: { ensured: false, reason: 'TEMPORAL_ADDRESS is not set.' },
    warnings: [],
    sharedWith: [],
  });
  const oldestChange = expect.objectContaining({
    onItsWay: expect.objectContaining({ cause: 'HARD_SYNC_NEEDED' }),
  }) as object;
  expect(await atp.json(['shop', 'list'])).toEqual([{ ...shop, oldestChange }]);
  expect(await atp.failure(...addArguments())).toBe('SHOP_EXISTS 2');
  const sameLocation = addArguments().with(2, 'other');
  expect(await atp.failure(...sameLocation)).toBe('SHOP_EXISTS 2');
});

test('shop set changes the settings that are given, and shows all', async () => {
  await atp.json(addArguments());

  expect(await atp.json(['shop', 'set', 'blue-shirts', '--sales-policy', 'overwrite'])).toMatchObject({
    salesPolicy: 'overwrite',
    collapseLimitPercent: 20,
  });
  expect(
    await atp.json(['shop', 'set', 'blue-shirts', '--collapse-limit', '0', '--guard-window', '48']),
  ).toMatchObject({
    salesPolicy: 'overwrite',
    collapseLimitPercent: 0,
    guardWindowHours: 48,
  });

  expect(await atp.json(['shop', 'list'])).toMatchObject([
    { salesPolicy: 'overwrite', collapseLimitPercent: 0 },
  ]);
  const { stdout } = await atp.run('shop', 'list');
  expect(stdout).toMatch(/overwritten +│ after 6h +│ 0 % \/ 300 % \/ 50 % in 48 h/);
});

test('shop set takes an order lag, and a statement that a shop’s orders are complete, which can be taken back', async () => {
  await atp.json(addArguments());
  const set = (...settings: string[]) => atp.json(['shop', 'set', 'blue-shirts', ...settings]);

  expect(await set('--order-lag', '90m')).toMatchObject({ orderLagMs: 90 * 60_000, orderWatermark: null });
  const stated = { orderLagMs: 90 * 60_000, orderWatermark: '2026-11-24T10:00:00.000Z' };
  expect(await set('--order-watermark', '2026-11-24T12:00:00+02:00')).toMatchObject(stated);
  expect((await atp.run('shop', 'list')).stdout).toContain('until 2026-11-24T10:00:00.000Z');
  expect(await set('--order-watermark', '2026-11-23T10:00:00Z')).toMatchObject({
    orderWatermark: '2026-11-23T10:00:00.000Z',
  });

  expect(await set('--order-watermark', 'none')).toMatchObject({ orderWatermark: null });
  expect((await atp.run('shop', 'list')).stdout).toContain('after 90m');
});

test.each([
  [['blue-shirts', '--order-lag', '59s'], 'INPUT_INVALID 2'],
  [['blue-shirts', '--order-lag', '15d'], 'INPUT_INVALID 2'],
  [['blue-shirts', '--order-watermark', '2126-01-01T00:00:00Z'], 'INPUT_INVALID 2'],
  [['red-shirts', '--order-watermark', 'none'], 'SHOP_UNKNOWN 2'],
  [['blue-shirts'], 'INPUT_INVALID 2'],
  [['blue-shirts', '--sales-policy', 'forget'], 'INPUT_INVALID 2'],
  [['blue-shirts', '--collapse-limit', 'half'], 'INPUT_INVALID 2'],
  [['red-shirts', '--collapse-limit', '10'], 'SHOP_UNKNOWN 2'],
])('shop set %j is refused', async (args, failure) => {
  await atp.json(addArguments());
  expect(await atp.failure('shop', 'set', ...args)).toBe(failure);
});

test.each([
  ['a foreign domain', { domain: 'shopify.example.com' }],
  ['a location that is no gid', { locationId: '70000000001' }],
  ['an admin URL off the loopback', { adminUrl: 'http://192.0.2.1/graphql.json' }],
  ['an admin URL with a password', { adminUrl: 'http://user:pass@127.0.0.1/graphql.json' }],
  ['the password of the database for a token', { accessTokenRef: 'env:DATABASE_URL' }],
])('a shop with %s is refused', async (_, shop) => {
  expect(await atp.failure(...addArguments(shop))).toBe('INPUT_INVALID 2');
});

test('a token in place of its reference is refused and not repeated', async () => {
  const { stdout, stderr, exitCode } = await atp.run(...addArguments({ accessTokenRef: 'shpat_secret' }));

  expect(exitCode).toBe(2);
  expect(stdout + stderr).not.toContain('shpat_secret');
});

test('a shop is added with the credentials of an app: its client id and the reference to its secret', async () => {
  const app = ['--client-id', 'app-1', '--client-secret', 'env:APP_SECRET'];
  const withoutToken = [...addArguments().slice(0, 9), '--no-check'];

  expect(await atp.json([...withoutToken, ...app])).toMatchObject({
    accessTokenRef: 'client:app-1:env:APP_SECRET',
  });
  for (const faulty of [
    [],
    app.slice(0, 2),
    [...app, '--token', 'env:BLUE_TOKEN'],
    ['--client-id', 'app-1', '--client-secret', 'shpss_secret'],
  ]) {
    expect(await atp.failure(...withoutToken.with(2, 'other'), ...faulty)).toBe('INPUT_INVALID 2');
  }
});

test('an unknown group is refused', async () => {
  expect(await atp.failure(...addArguments().with(8, 'OUTLET'))).toBe('FACILITY_GROUP_UNKNOWN 2');
});

test('adding a shop schedules its jobs, removing it takes the schedules away', async () => {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  atp = await atpWith({ ...environment, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  const hardSync = temporal.client.schedule.getHandle(scheduleId('hard-sync', 'blue-shirts'));

  expect(await atp.json(addArguments())).toMatchObject({ schedules: { ensured: true, reason: null } });
  expect((await hardSync.describe()).action).toMatchObject({ workflowType: 'hardSync' });

  await atp.json(['shop', 'remove', 'blue-shirts', '--yes']);
  await expect(hardSync.describe()).rejects.toThrow(/not found/i);
  await temporal.client.schedule.getHandle(scheduleId('import', null)).describe();
});

test('a Temporal that is away does not stop a shop from being added', async () => {
  atp = await atpWith({ ...environment, TEMPORAL_ADDRESS: '127.0.0.1:1' });

  const { exitCode, stdout } = await atp.run(...addArguments());

  expect(exitCode).toBe(0);
  expect(stdout).toContain('Its jobs are not scheduled yet: Temporal at 127.0.0.1:1 cannot be used');
});

test('shop map matches the catalogue by SKU and shows the items', async () => {
  const { client, shop } = await freshTwin();
  const [shirt] = await client.seed([
    { sku: 'BLUE-SHIRT-M', title: 'Blue shirt', available: 10 },
    { sku: 'TWICE', title: 'One', available: 1 },
    { sku: 'TWICE', title: 'Two', available: 1 },
  ]);
  await atp.json(addArguments(shop));
  for (const sku of ['BLUE-SHIRT-M', 'TWICE', 'NOT-ON-SHOPIFY'])
    await atp.json(['product', 'add', sku, '--sku', sku]);

  expect(await atp.json(['shop', 'map', 'blue-shirts'])).toEqual({
    mapped: 1,
    unmapped: 2,
    shopId: 'blue-shirts',
    duplicates: 1,
    namesakes: 0,
    inactive: 0,
    untracked: 0,
    ...{ nearly: 0, held: 0, added: 1, moved: 0, removed: 0 },
  });
  expect(await atp.json(['product', 'list', '--sku', 'BLUE-SHIRT-M'])).toMatchObject([
    { inventoryItemId: shirt?.inventoryItemId },
  ]);
  expect(await atp.failure('shop', 'map', 'red-shirts')).toBe('SHOP_UNKNOWN 2');
});

test('the error about a token that cannot be found names its reference, also after nothing was checked', async () => {
  const { shop } = await freshTwin();
  const arguments_ = addArguments({ ...shop, accessTokenRef: 'env:NO_SUCH_TOKEN' });
  expect(await atp.failure(...arguments_)).toBe('SHOPIFY_CREDENTIAL_MISSING 1');
  await atp.json([...arguments_, '--no-check']);

  const { stderr, exitCode } = await atp.run('shop', 'map', 'blue-shirts');

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^SHOPIFY_CREDENTIAL_MISSING: .*env:NO_SUCH_TOKEN/);
});

test('removing a shop keeps its orders, which still claim stock', async () => {
  await atp.json(addArguments());
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('P1', 'BLUE-SHIRT-M')`);
  await database.query(
    `INSERT INTO order_item (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity, status_id, order_date)
     VALUES ('O1', '1', 'blue-shirts', 'X1', 'P1', 3, 'ITEM_APPROVED', now())`,
  );

  expect(await atp.json(['shop', 'remove', 'blue-shirts', '--yes'])).toMatchObject({
    orderItemsKept: 1,
  });

  expect(await atp.json(['explain', 'BLUE-SHIRT-M'])).toMatchObject({ terms: { brokeringQueue: 3 } });
  expect(await atp.failure('shop', 'remove', 'blue-shirts')).toBe('SHOP_UNKNOWN 2');
});

test('removing a shop forgets everything about its syncing', async () => {
  await atp.json(addArguments());
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('P1', 'BLUE-SHIRT-M')`);
  for (const [table, values] of [
    [
      'order_item (order_id, order_item_seq_id, shop_id, product_id, quantity, status_id, order_date)',
      `('O1', '1', 'blue-shirts', 'P1', 3, 'ITEM_APPROVED', now())`,
    ],
    [
      'lane_decision (decision_key, shop_id, decision, decided_by, outcome)',
      `('a key', 'blue-shirts', 'release', 'anna', '{}')`,
    ],
    [
      'sync_plan (shop_id, plan, kind, state, producer_key)',
      `('blue-shirts', 1, 'recent-changes', 'HELD', 'a run')`,
    ],
    ['sync_plan_row (shop_id, plan, product_id, quantity_before)', `('blue-shirts', 1, 'P1', 5)`],
    [
      'snapshot_step (shop_id, step, kind, snapshot, effective_at)',
      `('blue-shirts', 1, 'hard-sync', pg_current_snapshot(), now())`,
    ],
    ['shop_origin (shop_id, incarnation, server_start)', `('blue-shirts', 'here', now())`],
  ] as const) {
    await database.query(`INSERT INTO ${table} VALUES ${values}`);
  }

  await atp.json(['shop', 'remove', 'blue-shirts', '--yes']);

  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'shop_id' AND table_name NOT IN ('order_item', 'removed_shop')`,
  );
  const left = await Promise.all(
    tables.map(async ({ name }) => ({
      name,
      // The change log also has rows of no shop.
      rows: await database.query(`SELECT shop_id FROM ${name} WHERE shop_id IS NOT NULL`),
    })),
  );
  expect(left.filter(({ rows }) => rows.length > 0)).toEqual([]);
  expect(left.map(({ name }) => name)).toContain('shop_imported_units');
});

test('a shop whose files are being applied is not removed', async () => {
  await atp.json(addArguments());
  await database.query(
    `INSERT INTO lane (shop_id, holder, expires_at) VALUES ('blue-shirts', 'run', now() + interval '1 minute')`,
  );

  expect(await atp.failure('shop', 'remove', 'blue-shirts', '--yes')).toBe('SHOP_BUSY 1');
});

test('a shop without files has an idle lane; a decision needs a file', async () => {
  await atp.json(addArguments());

  expect(await atp.json(['lane', 'blue-shirts'])).toMatchObject({
    shopId: 'blue-shirts',
    state: 'idle',
    reason: null,
    files: [],
  });
  expect(await atp.failure('lane', 'blue-shirts', 'retry')).toBe('LANE_NOT_BLOCKED 2');
  expect(await atp.failure('lane', 'blue-shirts', 'forget', '1', '--reason', 'x')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('lane', 'red-shirts')).toBe('SHOP_UNKNOWN 2');
});
