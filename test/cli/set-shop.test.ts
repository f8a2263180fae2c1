/** A shop can be mended: what is wrong is found when it is typed, and put right without removing the shop. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { openApplication } from '../../src/main/application.ts';
import { openMachine } from '../../src/main/machine.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshSftpRoot, sftpVariables, type FreshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin, type FreshTwin } from '../setup/fresh-twin.ts';
import { BACK_ROOM, LOCATION, SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { atpWith, type Atp } from './atp.ts';

let database: Database;
let variables: Readonly<Record<string, string>>;
let sftp: FreshSftpRoot;
let twin: FreshTwin;
let atp: Atp;

beforeEach(async () => {
  const fresh = await freshDatabase();
  database = fresh.database;
  sftp = await freshSftpRoot();
  variables = { DATABASE_URL: fresh.url, ...sftpVariables(sftp) };
  twin = await freshTwin();
  atp = await atpWith(variables);
});

function add(change: Partial<FreshTwin['shop']> = {}, ...more: readonly string[]): string[] {
  const { domain, locationId, accessTokenRef, adminUrl } = { ...twin.shop, ...change };
  return [
    ...['shop', 'add', 'blue-shirts', '--domain', domain, '--location', locationId, '--group', 'FAC_GRP'],
    ...['--token', accessTokenRef, '--admin-url', adminUrl, ...more],
  ];
}

const set = (...change: readonly string[]) => ['shop', 'set', 'blue-shirts', ...change];

const atShopify = (change: object) =>
  twin.client.control('PATCH', `/shops/${TWIN_SHOP.domain}/locations`, [{ id: LOCATION, ...change }]);

/** As if a Hard Sync had put this product on sale. */
async function putOnSale(): Promise<void> {
  const item = 'gid://shopify/InventoryItem/1';
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('P1', 'BLUE-SHIRT')`);
  for (const [table, values] of [
    ['shop_product', `('blue-shirts', 'P1', '${item}', 'a variant')`],
    ['published_row', `('blue-shirts', 'P1', 1, '${item}', 7)`],
    [
      'upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot, effective_at)',
      `('blue-shirts', 1, 'hard-sync', 'APPLIED', 'a run', 'FAC_GRP', '${LOCATION}', pg_current_snapshot(), now())`,
    ],
    [
      'applied_row (shop_id, product_id, sequence, outcome, target, last_known, pushed_sequence, inventory_item_id)',
      `('blue-shirts', 'P1', 1, 'APPLIED', 7, 7, 1, '${item}')`,
    ],
  ] as const) {
    await database.query(`INSERT INTO ${table} VALUES ${values}`);
  }
}

test.each([
  ['a token that is not there', { accessTokenRef: 'env:NO_SUCH_TOKEN' }, 'SHOPIFY_CREDENTIAL_MISSING 1'],
  ['a location that is not there', { locationId: 'gid://shopify/Location/4711' }, 'LOCATION_UNUSABLE 1'],
  [
    'a Shopify that does not answer',
    { adminUrl: 'http://127.0.0.1:1/graphql.json' },
    'SHOPIFY_UNREACHABLE 1',
  ],
])('shop add finds %s at once, and adds nothing; --no-check adds it', async (_, change, failure) => {
  expect(await atp.failure(...add(change))).toBe(failure);
  expect(await atp.json(['shop', 'list'])).toEqual([]);

  await atp.json(add(change, '--no-check'));
  expect(await atp.json(['shop', 'list'])).toHaveLength(1);
});

test('shop add finds a token that Shopify refuses, and a location that is not active', async () => {
  const wrong = join(atp.folder, 'token');
  await writeFile(wrong, 'shpat_wrong_word');
  expect(await atp.failure(...add({ accessTokenRef: `file:${wrong}` }))).toBe('SHOPIFY_ACCESS_DENIED 1');

  await atShopify({ isActive: false });
  expect(await atp.failure(...add())).toBe('LOCATION_UNUSABLE 1');
  await atShopify({ isActive: true, fulfillsOnlineOrders: false });
  expect(await atp.json(add())).toMatchObject({
    warnings: ['Location "Online ATP" does not fulfill online orders, so what is written there is not sold.'],
  });
});

test('each field is mended by shop set, and checked at once', async () => {
  await atp.json(
    add(
      {
        domain: 'bleu-shirts.myshopify.com',
        locationId: 'gid://shopify/Location/4711',
        accessTokenRef: 'env:NO_SUCH_TOKEN',
      },
      '--no-check',
    ),
  );

  expect(await atp.failure(...set('--token', 'env:NO_TOKEN_EITHER'))).toBe('SHOPIFY_CREDENTIAL_MISSING 1');
  expect(
    await atp.failure(...set('--token', twin.shop.accessTokenRef, '--location', 'gid://shopify/Location/1')),
  ).toBe('LOCATION_UNUSABLE 1');
  expect(
    await atp.json(
      set('--token', twin.shop.accessTokenRef, '--location', LOCATION, '--domain', twin.shop.domain),
    ),
  ).toMatchObject({
    domain: twin.shop.domain,
    locationId: LOCATION,
    accessTokenRef: twin.shop.accessTokenRef,
  });
  expect(await atp.failure(...set('--group', 'NOWHERE'))).toBe('FACILITY_GROUP_UNKNOWN 2');
  expect(await atp.failure(...set('--client-id', 'app-1'))).toBe('INPUT_INVALID 2');
  expect(
    await atp.json(set('--client-id', 'app-1', '--client-secret', 'env:SECRET', '--no-check')),
  ).toMatchObject({ accessTokenRef: 'client:app-1:env:SECRET' });
  expect(await atp.json(set('--admin-url', 'none', '--no-check'))).toMatchObject({ adminUrl: null });

  const { acts } = await atp.json<{ acts: { before: object; after: object }[] }>([
    ...['audit', 'log', '--act', 'shop.set', '--limit', '1'],
  ]);
  expect(acts).toMatchObject([
    { outcome: 'DONE', before: { adminUrl: twin.shop.adminUrl }, after: { adminUrl: null } },
  ]);
});

test('a location of which something is on sale is left only when a person confirms it', async () => {
  await atp.json(add());
  await putOnSale();

  const { stderr, exitCode } = await atp.run(...set('--location', BACK_ROOM));
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`1 product with 7 units go to 0 at ${LOCATION} first.`);
  expect(stderr).toContain('No facility sells in FAC_GRP now');
  expect(stderr).toContain('--yes');
  expect(await atp.json(['shop', 'list'])).toMatchObject([{ locationId: LOCATION }]);

  expect(await atp.json(set('--location', BACK_ROOM, '--yes'))).toMatchObject({
    locationId: BACK_ROOM,
    move: { drain: { sequence: 2, rows: 1 }, hardSync: { done: false } },
  });
});

test('in a database that was put back, a drain gets the number after the last one on SFTP', async () => {
  await atp.json(add());
  await putOnSale();
  await database.query(
    `INSERT INTO shop_origin (shop_id, incarnation, server_start) VALUES ('blue-shirts', 'another', now())`,
  );
  const folder = join(sftp.folder, 'outgoing/blue-shirts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '000000000041-recent-changes-20260101T000000Z.csv'), '');

  expect(await atp.json(set('--location', BACK_ROOM, '--yes'))).toMatchObject({
    move: { drain: { sequence: 42 } },
  });
});

test.each([
  ['y', BACK_ROOM, 0],
  ['', LOCATION, 1],
  ['n', LOCATION, 1],
])(
  'whoever answers the question with %j has the location %s afterwards',
  async (answer, locationId, code) => {
    await atp.json(add());
    await putOnSale();
    const asked: string[] = [];
    const surroundings = { variables, folder: atp.folder };
    const app = openApplication(surroundings);
    const terminal = {
      out: () => undefined,
      error: () => undefined,
      showsProgress: false,
      readLine: (question: string) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    };

    const machine = openMachine(surroundings);
    expect(await runCli(set('--location', BACK_ROOM), { app, machine, terminal })).toBe(code);
    await app.close();

    expect(asked).toEqual([expect.stringMatching(/1 product with 7 units go to 0 .* Go on\? \[y\/N\] $/)]);
    expect(await atp.json(['shop', 'list'])).toMatchObject([{ locationId }]);
  },
);

test('a location that Shopify does not sell from is left without a drain', async () => {
  await atp.json(add());
  await putOnSale();
  await atShopify({ isActive: false });

  expect(await atp.json(set('--location', BACK_ROOM, '--yes'))).toMatchObject({
    locationId: BACK_ROOM,
    move: { drain: null },
  });
});

test('another domain must be the same store: its locations tell', async () => {
  await atp.json(add());
  await putOnSale();

  // The twin is the same store under any domain.
  expect(await atp.json(set('--domain', 'red-shirts.myshopify.com'))).toMatchObject({
    domain: 'red-shirts.myshopify.com',
  });
  expect(await atp.failure(...set('--domain', 'tie.myshopify.com', '--no-check'))).toBe(
    'SHOP_STORE_UNPROVEN 2',
  );

  const other = await freshTwin({
    shops: [{ ...TWIN_SHOP, locations: [{ id: 'gid://shopify/Location/70000065537', name: 'Other' }] }],
  });
  const move = ['--domain', 'tie.myshopify.com', '--admin-url', other.shop.adminUrl];
  expect(await atp.failure(...set(...move, '--location', 'gid://shopify/Location/70000065537'))).toBe(
    'SHOP_STORE_UNPROVEN 2',
  );
});

test('a lane that a token has blocked goes on when the shop gets one that works', async () => {
  await atp.json(add({ accessTokenRef: 'env:NO_SUCH_TOKEN' }, '--no-check'));
  await putOnSale();
  await database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, sha256, reason_code, reason)
     VALUES ('blue-shirts', 2, 'hard-sync', 'BLOCKED', 'another run', 'FAC_GRP', '${LOCATION}',
       pg_current_snapshot(), now(), 'a hash', 'SHOPIFY_CREDENTIAL_MISSING', 'It cannot be read.')`,
  );

  expect(await atp.json(set('--token', twin.shop.accessTokenRef))).toMatchObject({ retried: 2 });

  expect(await atp.json(['lane', 'blue-shirts'], 0)).toMatchObject({
    files: [{}, { sequence: 2, status: 'READY' }],
  });
});

test('two shops of one group promise the same units: it is told where the second one is made, and where one is changed', async () => {
  await atp.json(['facility', 'add', 'BROADWAY', '--name', 'Broadway', '--type', 'RETAIL_STORE']);
  await atp.json(['group', 'add', 'FAC_GRP', 'BROADWAY']);
  await atp.json(add());
  const second = add({ locationId: BACK_ROOM }).with(2, 'second');

  expect(await atp.json(second)).toMatchObject({ sharedWith: ['blue-shirts'] });
  const { stdout } = await atp.run(...set('--sales-policy', 'overwrite'));
  expect(stdout).toContain('It promises the same units as second');

  await atp.json(['group', 'create', 'OTHER']);
  expect(await atp.json(set('--group', 'OTHER'))).toMatchObject({ sharedWith: [] });
  await atp.json(['group', 'add', 'OTHER', 'BROADWAY']);
  expect(await atp.json(set('--api-version', '2026-10'))).toMatchObject({ sharedWith: ['second'] });
});

test('a shop is removed only when a person confirms it, who is told what stays on sale', async () => {
  await atp.json(add());
  await putOnSale();

  const { stderr, exitCode } = await atp.run('shop', 'remove', 'blue-shirts');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('1 product with 7 units stay on sale on Shopify');

  expect(await atp.json(['shop', 'remove', 'blue-shirts', '--yes'])).toMatchObject({
    stayOnSale: { products: 1, units: 7 },
    drained: null,
  });
});
