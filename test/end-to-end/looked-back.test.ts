/** What pages ask about a shop that has run: its days, its differences, its files, and what became of one product. */
import { beforeAll, expect, test } from 'vitest';
import { until } from '../setup/until.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS']);
  await shop.startWorker();
  await shop.importCount('RESET_INVENTORY__first.csv', 'BROADWAY', {
    'BLUE-SHIRT': 10,
    'RED-SHIRT': 12,
    SOCKS: 5,
  });
  await shop.hardSync();
  await shop.processUploads();
});

/** The JSON of a command, as the tests look at it. */
async function ask(...args: string[]): Promise<Record<string, unknown>> {
  const { json, stderr } = await shop.atp(...args);
  if (json === null) throw new Error(stderr);
  return json;
}

interface Day {
  readonly day: string;
  readonly files: number;
  readonly checked: number | null;
}

async function readDays(...args: string[]): Promise<readonly Day[]> {
  return (await ask('shop', 'history', SHOP, ...args))['days'] as readonly Day[];
}

test('before the first verification there are no differences to tell, and no day has one', async () => {
  expect(await ask('shop', 'differences', SHOP)).toEqual({
    shopId: SHOP,
    verification: null,
    differences: [],
    next: null,
  });
  const days = await readDays('--days', '2');
  expect(days).toHaveLength(2);
  expect(days.find(({ files }) => files === 0)).toMatchObject({ rows: 0, toShopifyMedianMs: null });
  expect(days.find(({ files }) => files === 1)).toMatchObject({
    ...{ rows: 3, applied: 3, unchanged: 0, quarantined: 0, owed: 0 },
    ...{ toShopifyMedianMs: expect.any(Number) as number, checked: null, different: null, causes: null },
  });
});

test('the last verification is told row by row, in pages, by cause, and as a point of the drift', async () => {
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'RED-SHIRT', available: 20 },
    { sku: 'SOCKS', available: 3 },
  ]);
  await shop.verify();

  const first = await ask('shop', 'differences', SHOP, '--limit', '1');
  expect(first).toMatchObject({
    verification: {
      isSample: false,
      checked: 3,
      different: 2,
      causes: { CHANGED_ON_SHOPIFY: 1, MAY_BE_SALES: 1 },
    },
    differences: [
      {
        ...{ sku: 'RED-SHIRT', onlineAtp: 12, shopify: 20, excess: 8, cause: 'CHANGED_ON_SHOPIFY' },
        ...{ needsALook: true, isHealedByFile: true, isOwed: false },
      },
    ],
    next: 'RED-SHIRT',
  });
  const second = await ask('shop', 'differences', SHOP, '--limit', '1', '--after', 'RED-SHIRT');
  expect(second['differences']).toMatchObject([{ sku: 'SOCKS', excess: -2, needsALook: false }]);
  const sales = await ask('shop', 'differences', SHOP, '--cause', 'MAY_BE_SALES');
  expect(sales['differences']).toMatchObject([{ sku: 'SOCKS' }]);
  expect(sales['next']).toBeNull();

  const days = await readDays();
  expect(days).toHaveLength(7);
  expect(days.filter(({ checked }) => checked !== null)).toMatchObject([
    { checked: 3, different: 2, causes: { CHANGED_ON_SHOPIFY: 1 } },
  ]);
});

test('a sample does not take the place of the differences of all products', async () => {
  await shop.run({ job: 'verify', shopId: SHOP, sample: 1 });

  expect(await ask('shop', 'differences', SHOP)).toMatchObject({
    verification: { isSample: false, checked: 3 },
  });
});

test('a chosen difference is healed after a question that says what it does, and the others stay', async () => {
  const heal = (...args: string[]) => shop.atp('shop', 'heal', SHOP, ...args, '--json');
  const asked = await heal('--sku', 'RED-SHIRT');
  expect(asked.stderr).toContain('1 product again: 8 units less and 0 more');
  expect(asked.stderr).toContain('NOT_CONFIRMED');
  expect(await heal('--cause', 'ITEM_NOT_FOUND')).toMatchObject({ exitCode: 2 });
  expect((await ask('shop', 'differences', SHOP))['differences']).toMatchObject([{ isOwed: false }, {}]);

  expect((await heal('--sku', 'RED-SHIRT', '--yes')).json).toMatchObject({
    ...{ products: 1, unitsLess: 8, unitsMore: 0, mayBeSales: 0, run: { done: true } },
  });
  await until(async () => expect(await shop.readShown()).toMatchObject({ 'RED-SHIRT': 12, SOCKS: 3 }));
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'RED-SHIRT', available: 20 },
  ]);
});

test('what is mended is no difference of the next verification', async () => {
  await shop.run({ job: 'verify', shopId: SHOP, heal: true });
  expect((await ask('shop', 'differences', SHOP))['differences']).toMatchObject([
    { sku: 'RED-SHIRT', isOwed: true },
    { sku: 'SOCKS', isOwed: true },
  ]);
  await shop.recentChanges();
  await shop.processUploads();
  await until(async () => expect(await shop.readShown()).toMatchObject({ 'RED-SHIRT': 12 }));
  await shop.verify();

  const { differences } = await ask('shop', 'differences', SHOP);
  expect(differences).toMatchObject([{ sku: 'SOCKS', cause: 'UNSEEN_SALES', isHealedByFile: false }]);
});

test('days are those of a time zone, and there are none of a zone that nobody knows', async () => {
  expect(await shop.atp('shop', 'history', SHOP, '--time-zone', 'Europe/Atlantis')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--time-zone must be a time zone') as string,
  });
  const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format(new Date());
  const before = today();
  const [day] = await readDays('--days', '1', '--time-zone', 'Pacific/Kiritimati');
  expect([before, today()]).toContain(day?.day);
});

test('files are listed from the newest on, in pages, and by state', async () => {
  const files = (answer: Record<string, unknown>) => answer['files'] as readonly { sequence: number }[];
  const all = await ask('lane', SHOP, 'files');
  expect(all['next']).toBeNull();
  const numbers = files(all).map(({ sequence }) => sequence);
  expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
  expect(files(all).at(-1)).toMatchObject({
    ...{
      sequence: 1,
      kind: 'hard-sync',
      status: 'APPLIED',
      rows: 3,
      applied: 3,
      skipped: 0,
      movedOnBy: null,
    },
    ...{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, closedAt: expect.any(String) as string },
  });

  const first = await ask('lane', SHOP, 'files', '--limit', '1');
  expect(first['next']).toBe(numbers[0]);
  const second = await ask('lane', SHOP, 'files', '--limit', '1', '--after', String(first['next']));
  expect(files(second).map(({ sequence }) => sequence)).toEqual([numbers[1]]);
});

test('one file tells its rows by stage, and is read back only by a verification that began later', async () => {
  await shop.count('RESET_INVENTORY__more.csv', 'BROADWAY', { 'BLUE-SHIRT': 30 });
  const { fileSequence } = await shop.recentChanges();
  await shop.processUploads();
  const read = () => ask('lane', SHOP, 'file', String(fileSequence));

  expect(await read()).toMatchObject({
    stages: { inFile: 1, sent: 1, applied: 1, readBack: null },
    windows: [{ window: 0, rows: 1, calls: 1, taken: 1, takenRows: 1, refused: 0, unanswered: 0 }],
    madeBy: { workflowId: expect.stringContaining('uploadRecentChanges') as string },
    appliedBy: { workflowId: expect.stringContaining('processUploads') as string },
  });
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'BLUE-SHIRT', available: 31 },
  ]);
  await shop.verify();
  expect(await read()).toMatchObject({ stages: { readBack: { rows: 1, equal: 0, different: 1 } } });
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'BLUE-SHIRT', available: 30 },
  ]);
  await shop.verify();
  expect(await read()).toMatchObject({ stages: { readBack: { rows: 1, equal: 1, different: 0 } } });

  expect(await shop.atp('lane', SHOP, 'file', '999', '--json')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('UPLOAD_FILE_UNKNOWN') as string,
  });
});

test('a quarantined product is listed with its cause, and what Shopify shows of it is not told as 0', async () => {
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/items', [
    { sku: 'BLUE-SHIRT', tracked: false },
  ]);
  await shop.count('RESET_INVENTORY__again.csv', 'BROADWAY', { 'BLUE-SHIRT': 40 });
  const { fileSequence } = await shop.recentChanges();
  await shop.processUploads();

  const quarantined = { sku: 'BLUE-SHIRT', sequence: fileSequence, code: 'ITEM_NOT_TRACKED', target: 40 };
  expect(await ask('lane', SHOP, 'quarantine')).toMatchObject({ products: [quarantined], next: null });
  expect(await ask('lane', SHOP, 'quarantine', '--after', 'BLUE-SHIRT')).toMatchObject({ products: [] });
  expect(await ask('shop', 'history', SHOP)).toMatchObject({ setApart: { ITEM_NOT_TRACKED: 1 } });

  const pushes = await ask('product', 'pushes', 'BLUE-SHIRT', '--read-now');
  expect(pushes).toMatchObject({
    shopId: SHOP,
    shownNow: { units: null, readAt: null, unread: { code: 'ITEM_NOT_TRACKED' } },
  });
  expect(pushes['pushes']).toMatchObject([
    { sequence: fileSequence, quantity: 40, quantityBefore: 30, sent: null, outcome: 'QUARANTINED' },
    { quantity: 30, quantityBefore: 10, shopifyBefore: 10, sent: 30, outcome: 'APPLIED' },
    { sequence: 1, quantity: 10, quantityBefore: null, shopifyBefore: 0, sent: 10, outcome: 'APPLIED' },
  ]);
  expect(await ask('product', 'pushes', 'RED-SHIRT', '--read-now')).toMatchObject({
    shownNow: { units: 12, unread: null },
  });
});

test('what was read back of a file stays until the next verification of all products', async () => {
  const file = async (units: number) => {
    await shop.count(`RESET_INVENTORY__${units}.csv`, 'BROADWAY', { 'RED-SHIRT': units });
    const { fileSequence } = await shop.recentChanges();
    await shop.processUploads();
    return () => ask('lane', SHOP, 'file', String(fileSequence));
  };
  const earlier = await file(50);
  await shop.verify();
  const seen = { stages: { readBack: { rows: 1, equal: 1, different: 0 } } };
  expect(await earlier()).toMatchObject(seen);
  const later = await file(51);
  await shop.run({ job: 'verify', shopId: SHOP, sample: 1 });
  expect(await earlier()).toMatchObject(seen);
  expect(await later()).toMatchObject({ stages: { readBack: null } });
  await shop.verify();
  expect(await earlier()).toMatchObject({ stages: { readBack: { rows: 0, equal: 0, different: 0 } } });
  expect(await later()).toMatchObject(seen);
});
