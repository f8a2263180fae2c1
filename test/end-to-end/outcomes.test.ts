/** Temporal's own list says of each run what came of it, and each result what happened. */
import type { WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import type { SyncResult } from '../../src/domain/jobs/producing.ts';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT', 'GREEN-SHIRT']);
  await shop.startWorker();
});

/** Runs by the plain client, as Temporal's own tools do: nothing of ours is set from outside. */
async function run(type: string, input: unknown, id = type): Promise<WorkflowHandle> {
  const handle = await shop.temporal.client.workflow.start(type, {
    workflowId: `${id}/${crypto.randomUUID()}`,
    taskQueue: TASK_QUEUE,
    args: [input],
  });
  await handle.result().catch(() => undefined);
  return handle;
}

async function outcomeOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { typedSearchAttributes } = await handle.describe();
  return typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome);
}

/** The run's details as Temporal's UI shows them. */
async function detailsOf(handle: WorkflowHandle): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
}

async function list(query: string): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  for await (const found of shop.temporal.client.workflow.list({ query })) runs.push(found);
  return runs;
}

/** What each step of this name returned. */
async function stepResults(handle: WorkflowHandle, step: string): Promise<unknown[]> {
  const { events = [] } = await handle.fetchHistory();
  const ids = (events ?? [])
    .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === step)
    .map(({ eventId }) => String(eventId));
  return (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: ended }) =>
    ended && ids.includes(String(ended.scheduledEventId))
      ? (ended.result?.payloads ?? []).map(
          ({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown,
        )
      : [],
  );
}

const lane = () => shop.temporal.client.workflow.getHandle(`processUploads/${SHOP}`);
const decisions = () => shop.temporal.client.workflow.getHandle(`decideLane/${SHOP}`);

test('a Hard Sync that is held says so in the list, and how much it would send, and why', async () => {
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  const handle = await run('hardSync', { shopId: SHOP });

  expect(await outcomeOf(handle)).toBe('HELD');
  expect(await handle.result()).toMatchObject({
    heldForApproval: true,
    held: { rows: 3, toZero: 1, because: 'it is the shop’s first Hard Sync, with 3 rows' },
  } satisfies Partial<SyncResult>);
  expect(await detailsOf(handle)).toBe(
    'Held as plan 1: a person must approve it first, and nothing was sent. It would send 3 rows, 1 of them to zero; it is the shop’s first Hard Sync, with 3 rows.\n\nOutcome: HELD',
  );
});

test('a decision says what was decided and what came of it, also when it is refused', async () => {
  await expect(shop.decide({ decision: 'approve', plan: 9, reason: 'mistyped' })).rejects.toMatchObject({
    code: 'PLAN_UNKNOWN',
  });
  expect(await decisions().result()).toMatchObject({
    decisions: 0,
    decided: [{ decision: 'approve', plan: 9, by: 'Ann', refused: { code: 'PLAN_UNKNOWN' } }],
  });
  expect(await outcomeOf(decisions())).toBe('FAILED');

  await shop.processUploads();
  const { runId: laneBefore } = await lane().describe();
  await shop.decide({ decision: 'approve', plan: 1, reason: 'looked at' });

  expect(await decisions().result()).toEqual({
    shopId: SHOP,
    decisions: 1,
    decided: [{ decision: 'approve', plan: 1, sequence: 1, by: 'Ann', reason: 'looked at' }],
  });
  expect(await outcomeOf(decisions())).toBe('DONE');
  expect(await detailsOf(decisions())).toBe(
    'approve plan 1 as file 1, by Ann (looked at): carried out.\n\nOutcome: DONE',
  );
  await shop.until(async () => (await lane().describe()).runId !== laneBefore);
  await lane().result();
});

test('the run that applied the file says how many rows were sent, applied, unchanged, quarantined and owed', async () => {
  expect(await outcomeOf(lane())).toBe('DONE');
  // GREEN-SHIRT has shown 0 already.
  expect(await stepResults(lane(), 'applyWindow')).toEqual([
    { sent: 2, applied: 2, unchanged: 1, quarantined: 0, owed: 0, nextWindow: 1, deltaWaits: false },
  ]);
  expect(await detailsOf(lane())).toBe('1 file: 2 rows applied, 1 unchanged\n\nOutcome: DONE');
});

test('a file is followed through the list by its number: who made it, who decided, who applied it', async () => {
  const typesOf = async (query: string) =>
    (await list(`ShopId = "${SHOP}" AND ${query}`)).map(({ type }) => type).toSorted();
  await shop.until(async () => (await typesOf('FileSequence = 1')).length === 2);
  expect(await typesOf('FileSequence = 1')).toEqual(['decideLane', 'processUploads']);

  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  await shop.recentChanges();
  await shop.processUploads();

  await shop.until(async () => (await typesOf('FileSequence = 2')).length >= 2);
  expect([...new Set(await typesOf('FileSequence = 2'))]).toEqual(['processUploads', 'uploadRecentChanges']);
});

test('a run that found no work is told apart, and the filter of the guide leaves it out', async () => {
  const idle = [
    await run('processUploads', { shopId: SHOP }),
    await run('uploadRecentChanges', { shopId: SHOP }),
    await run('importInventory', {}),
    await run('decideLane', { shopId: SHOP }),
  ];
  for (const handle of idle) expect(await outcomeOf(handle)).toBe('NOTHING_TO_DO');
  const hold = await shop.hold('ReadOnlineAtp');
  const open = await shop.temporal.client.workflow.start('verifyShop', {
    workflowId: 'verify-under-way',
    taskQueue: TASK_QUEUE,
    args: [{ shopId: SHOP }],
  });
  await shop.waitForArrival(hold);

  const listed = async () =>
    new Set(
      (await list(`Outcome IS NULL OR Outcome != "NOTHING_TO_DO"`)).map(({ workflowId }) => workflowId),
    );
  await shop.until(async () => (await listed()).has(open.workflowId));
  for (const { workflowId } of idle) expect(await listed()).not.toContain(workflowId);
  expect(await listed()).toContain(lane().workflowId);
  await shop.release(hold);
  await open.result();
  expect(await outcomeOf(open)).toBe('DONE');
});

test('a blocked and a paused lane, a quarantined row and refused rows are no plain success', async () => {
  await shop.setLocationActive(false);
  await shop.count('RESET_INVENTORY__3.csv', 'BROADWAY', { 'BLUE-SHIRT': 9 });
  await shop.recentChanges();
  await shop.processUploads();
  const blocked = await run('processUploads', { shopId: SHOP });
  expect(await outcomeOf(blocked)).toBe('BLOCKED');
  expect(await detailsOf(blocked)).toMatch(/the lane is blocked by file 3 [^]*\n\nOutcome: BLOCKED$/);

  expect((await shop.atp('lane', SHOP, 'pause', '--reason', 'stock-taking')).exitCode).toBe(0);
  expect(await outcomeOf(await run('processUploads', { shopId: SHOP }))).toBe('HELD');
  await shop.atp('lane', SHOP, 'resume');
  // Its run must not find the location mended, or the file goes on by itself.
  await lane().result();

  await shop.setLocationActive(true);
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [
    { sku: 'BLUE-SHIRT', tracked: false },
  ]);
  await shop.decide({ decision: 'retry', sequence: 3 });
  await shop.until(async () => (await outcomeOf(lane())) === 'NEEDS_ATTENTION');
  expect(await lane().result()).toMatchObject({ files: [{ sequence: 3, quarantined: 1 }] });
  expect(await outcomeOf(await run('verifyShop', { shopId: SHOP }))).toBe('NEEDS_ATTENTION');

  await shop.importCount('RESET_INVENTORY__4.csv', 'BROADWAY', { 'NO-SUCH': 1, 'RED-SHIRT': 4 });
  const imported = shop.temporal.client.workflow.getHandle('importInventory');
  expect(await outcomeOf(imported)).toBe('NEEDS_ATTENTION');
});

test('a run that fails, or is cancelled, has its outcome before it ends', async () => {
  const unknown = await run('hardSync', { shopId: 'nowhere' });
  expect(await outcomeOf(unknown)).toBe('FAILED');
  expect(await detailsOf(unknown)).toBe('SHOP_UNKNOWN: There is no shop "nowhere".\n\nOutcome: FAILED');
  expect(await outcomeOf(await run('hardSync', 'nonsense'))).toBe('FAILED');

  const hold = await shop.hold('ReadOnlineAtp');
  const canceled = await shop.temporal.client.workflow.start('verifyShop', {
    workflowId: 'verify-canceled',
    taskQueue: TASK_QUEUE,
    args: [{ shopId: SHOP }],
  });
  await shop.waitForArrival(hold);
  await canceled.cancel();
  await expect(canceled.result()).rejects.toThrow();
  expect((await canceled.describe()).status.name).toBe('CANCELLED');
  expect(await outcomeOf(canceled)).toBe('FAILED');
  await shop.release(hold);
});

test('every run that has ended has an outcome', async () => {
  await shop.until(async () => (await list(`ExecutionStatus != "Running" AND Outcome IS NULL`)).length === 0);
});
