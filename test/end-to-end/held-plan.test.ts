/** The guard, end to end: what is suspect is held, and not sent before a person has looked at it and approves. */
import { beforeAll, expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

const SKUS = ['BEANIE', 'BLUE-SHIRT', 'RED-SHIRT', 'SCARF', 'SOCKS'];
const JOB = ['job', 'run', 'hard-sync', '--shop', SHOP, '--wait'];

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(SKUS);
  const limits = ['--collapse-limit', '20', '--surge-limit', '300', '--sell-out-limit', '50'];
  expect(await shop.atp('shop', 'set', SHOP, ...limits)).toMatchObject({ exitCode: 0 });
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', Object.fromEntries(SKUS.map((sku) => [sku, 10])));
});

/** What became of the plan that runs have told as held, by run. */
async function settledRuns(plan: number): Promise<readonly (string | null)[]> {
  const { json } = await shop.atp('pipeline', 'needs-attention', '--job', 'hard-sync');
  const runs = json?.['jobs'] as readonly { heldPlan: number | null; settled: string | null }[];
  return runs.filter(({ heldPlan }) => heldPlan === plan).map(({ settled }) => settled);
}

const NOTHING_SHOWN = Object.fromEntries(SKUS.map((sku) => [sku, 0]));

test('the first Hard Sync of a shop is held, and the command says what to type', async () => {
  const held = await shop.atp(...JOB);

  expect(held).toMatchObject({
    exitCode: 4,
    json: { result: { fileSequence: null, rows: 0, plan: 1, heldForApproval: true } },
  });
  expect((await shop.atpText(...JOB)).stdout).toContain(`\`atp lane ${SHOP} approve 1 --reason <text>\``);
  expect(await shop.atp('lane', SHOP)).toMatchObject({
    exitCode: 4,
    json: {
      state: 'idle',
      files: [],
      plans: [
        {
          plan: 1,
          revision: 1,
          kind: 'hard-sync',
          state: 'HELD',
          counts: { FIRST_HARD_SYNC: 5 },
        },
      ],
    },
  });
  const { stdout } = await shop.atpText('lane', SHOP);
  expect(stdout).toContain('Plan 1 (revision 1) is held: it is the shop’s first Hard Sync, with 5 rows.');
  expect(stdout).toContain(`\`atp lane ${SHOP} reject 1 --reason <text>\``);
  expect(await shop.atp('lane', SHOP, 'plan', '1')).toMatchObject({
    json: {
      rows: [{ sku: 'BEANIE', shopify: 0, isRead: true, published: null, willBe: 10 }, {}, {}, {}, {}],
    },
  });
});

test('nothing of a rejected plan is sent', async () => {
  // Temporal lists a run a moment after it has ended.
  await shop.until(async () => (await settledRuns(1)).length === 2);
  expect(await settledRuns(1)).toEqual([null, null]);
  const rejected = await shop.atp('lane', SHOP, 'reject', '1', '--reason', 'not today', '--by', 'Ann');

  expect(rejected).toMatchObject({
    exitCode: 0,
    json: { decided: { decision: 'reject', plan: 1, sequence: null, by: 'Ann', reason: 'not today' } },
  });
  expect(await shop.processUploads()).toMatchObject({ files: [], laneState: 'idle' });
  expect(await shop.readShown()).toEqual(NOTHING_SHOWN);
  expect(await shop.twin.requests('SetOnlineAtp')).toEqual([]);
  expect(await shop.atp('lane', SHOP)).toMatchObject({
    exitCode: 0,
    json: { plans: [{ state: 'REJECTED' }] },
  });
  const settled = 'Plan 1 was since rejected by Ann';
  expect(await settledRuns(1)).toEqual([settled, settled]);
  expect((await shop.atpText('pipeline', 'needs-attention')).stdout).toContain(`${settled}.`);
});

test('an approved plan is computed anew, published and applied', async () => {
  await shop.atp(...JOB);
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { SOCKS: 12 });

  expect(
    await shop.atp('lane', SHOP, 'approve', '2', '--revision', '1', '--reason', 'looked at'),
  ).toMatchObject({
    exitCode: 0,
    json: {
      decided: {
        decision: 'approve',
        plan: 2,
        revision: 1,
        counts: { FIRST_HARD_SYNC: 5 },
        sequence: 1,
        rows: 5,
        toZero: 0,
        reason: 'looked at',
      },
    },
  });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

  expect(await shop.readShown()).toEqual({ ...Object.fromEntries(SKUS.map((sku) => [sku, 10])), SOCKS: 12 });
  expect(await shop.atp('lane', SHOP)).toMatchObject({
    exitCode: 0,
    json: { files: [{ sequence: 1, status: 'APPLIED' }], plans: [{ plan: 2, state: 'APPROVED' }, {}] },
  });
  await shop.until(async () => (await settledRuns(2)).length === 1);
  expect(await settledRuns(2)).toEqual([expect.stringMatching(/^Plan 2 was since approved by \S+$/)]);
});

test('a delta with too many collapses publishes everything else, and the rest is held', async () => {
  await shop.count('RESET_INVENTORY__3.csv', 'BROADWAY', {
    BEANIE: 0,
    SCARF: 0,
    'BLUE-SHIRT': 7,
    'RED-SHIRT': 11,
  });

  const held = await shop.atp('job', 'run', 'recent-changes', '--shop', SHOP, '--wait');
  expect(held).toMatchObject({
    exitCode: 4,
    json: { result: { fileSequence: 2, rows: 2, toZero: 0, plan: 3, heldForApproval: true } },
  });
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.readShown()).toEqual({
    BEANIE: 10,
    'BLUE-SHIRT': 7,
    'RED-SHIRT': 11,
    SCARF: 10,
    SOCKS: 12,
  });
  const { stdout, exitCode } = await shop.atpText('lane', SHOP);
  expect(exitCode).toBe(4);
  expect(stdout).toContain('2 products would fall to a quarter or less, and no sales explain it');
  expect((await shop.atpText('doctor')).stdout).toContain('Plan 3 waits for a person since');
  expect(await shop.verify()).toMatchObject({ equal: 3, causes: { WITHHELD: 2 } });
});

test('sales go out meanwhile, of the held products too', async () => {
  const rows = ['SKU,SOCKS,BROADWAY,-12', 'SKU,SCARF,BROADWAY,-4'];
  await shop.importLocally('MDM_INV_VARIANCE__4.csv', ['idType,idValue,facilityId,availableDelta', ...rows]);

  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 3, rows: 2, plan: 3 });

  await shop.processUploads();
  expect(await shop.readShown()).toMatchObject({ SOCKS: 0, SCARF: 6, BEANIE: 10 });
});

test('a sale that is not imported is neither sold again nor kept back twice, of a held product too', async () => {
  await shop.sellOnShopify('SCARF', 2);
  // It has every mapped product, so it writes the held ones as well.
  expect(await shop.hardSync()).toMatchObject({ fileSequence: 4, rows: 5, plan: 3 });
  await shop.processUploads();
  expect(await shop.readShown()).toMatchObject({ SCARF: 4 });

  await shop.importLocally('ORDER_ITEMS__5.csv', [
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
    `A,1,${SHOP},A,SCARF,SKU,2,0,,ITEM_CREATED,2026-11-20T10:00:00Z`,
  ]);
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 5, rows: 1, plan: 3 });
  await shop.processUploads();

  expect(await shop.readShown()).toMatchObject({ SCARF: 4, BEANIE: 10 });
});

test('the plan’s products are listed, with what Shopify shows and the row of the feed that caused it', async () => {
  const { stdout } = await shop.atpText('lane', SHOP, 'plan', '3');
  const cells = stdout.split('\n').map((line) =>
    line
      .split('│')
      .map((cell) => cell.trim())
      .slice(1, 8),
  );

  expect(cells).toContainEqual(['BEANIE', '10', '10', '0', '-10', 'COLLAPSE', 'RESET_INVENTORY__3.csv:2']);
  expect(cells).toContainEqual(['SCARF', '4', '4', '0', '-4', 'COLLAPSE', 'RESET_INVENTORY__3.csv:3']);
  expect(await shop.atp('lane', SHOP, 'plan', '3', '--limit', '1')).toMatchObject({
    exitCode: 0,
    json: {
      rows: [{ sku: 'BEANIE', becauseOf: 'RESET_INVENTORY__3.csv:2' }],
      next: '10 BEANIE',
      unread: null,
    },
  });
});

test('as CSV, too, page by page; without Shopify, with what was left there', async () => {
  await shop.twin.control('POST', '/faults', {
    operation: 'ReadOnlineAtp',
    kind: 'http-500-before',
    times: 1,
  });
  const { stdout } = await shop.atpText('lane', SHOP, 'plan', '3', '--csv');

  expect(stdout.split('\n').map((line) => line.split(',').slice(0, 8))).toEqual([
    ['sku', 'shopify', 'shopifyReadNow', 'published', 'willBe', 'difference', 'cause', 'becauseOf'],
    ['BEANIE', '10', 'no', '10', '0', '-10', 'COLLAPSE', 'RESET_INVENTORY__3.csv:2'],
    ['SCARF', '4', 'no', '4', '0', '-4', 'COLLAPSE', 'RESET_INVENTORY__3.csv:3'],
    [''],
  ]);
  for (const wrong of [
    ['plan', '9', '--csv'],
    ['plan', '3', '--csv', '--limit', '1'],
    ['plan', '3', '--reason', 'why'],
    ['plan'],
    ['--csv'],
  ]) {
    expect((await shop.atp('lane', SHOP, ...wrong)).exitCode, wrong.join(' ')).toBe(2);
  }
});

test('a plan that two people approve at once becomes one file', async () => {
  const outcomes = await Promise.allSettled(
    ['Ann', 'Bert'].map((by) =>
      shop.decide({ decision: 'approve', plan: 3, revision: 1, by, reason: 'the season has ended' }),
    ),
  );

  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['PLAN_NOT_HELD']);
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ BEANIE: 0, 'BLUE-SHIRT': 7, 'RED-SHIRT': 11, SCARF: 0, SOCKS: 0 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: null, heldForApproval: false });
  expect(await shop.verify()).toMatchObject({ checked: 5, equal: 5 });
  expect(await shop.atp('lane', SHOP, '--audit')).toMatchObject({ exitCode: 0, json: { isSound: true } });
  expect((await shop.atpText('lane', SHOP, 'plan', '3')).stdout).toContain('is APPROVED');
});
