/** A live shop: what changes is on Shopify without a schedule and without a command, one delta after the other. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { LIVE_ROUNDS_PER_RUN } from '../../src/domain/limits.ts';
import { liveWorkflowId } from '../../src/domain/live.ts';
import { LIVE_SET_SIGNAL } from '../../src/domain/workflow-names.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { until } from '../setup/until.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';

const JOB = ['recent-changes', '--shop', SHOP];

let shop: Installation;
let worker: WorkerProcess;

beforeAll(async () => {
  shop = await Installation.open([]);
  await ensureSchedules(shop.temporal, SHOP);
  // Its own runs would make deltas, too.
  for (const job of ['recent-changes', 'process-uploads', 'hard-sync', 'map-shop', 'verify'])
    await shop.temporal.client.schedule.getHandle(`${job}/${SHOP}`).pause('only by hand');
  await shop.temporal.client.schedule.getHandle(`recent-changes/${SHOP}`).unpause();
  worker = await shop.startWorker();
});

beforeEach(async () => {
  shop = await shop.startOver(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 50, 'RED-SHIRT': 50 });
  await shop.hardSync();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 50);
  await shop.processUploads();
});

/** As an order that was imported does. */
async function sell(sku: string, units = 1): Promise<void> {
  await Retailer.over(shop.database).post(sku, 'BROADWAY', -units, 0);
}

function untilShown(sku: string, units: number): Promise<void> {
  return shop.until(async () => (await shop.readShown())[sku] === units);
}

async function countFiles(): Promise<number> {
  const [found] = await shop.database.query<{ files: number }>(
    'SELECT count(*)::int AS files FROM upload_file',
  );
  return found?.files ?? 0;
}

/** The live run has nothing to do. */
async function isAtRest(): Promise<boolean> {
  const { raw } = await shop.temporal.client.workflow.getHandle(liveWorkflowId(SHOP)).describe();
  return !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0;
}

async function isFollowed(): Promise<boolean> {
  const handle = shop.temporal.client.workflow.getHandle(liveWorkflowId(SHOP));
  return (await handle.describe()).status.name === 'RUNNING';
}

test('a change is on Shopify by itself; lists say who has started its delta, and that the job is live', async () => {
  const scheduled = await shop.atp('job', 'schedule', ...JOB, '--live', '--at-least-every', '5s');
  expect(scheduled).toMatchObject({
    exitCode: 0,
    json: {
      frequency: 'every 15 minutes',
      live: { atLeastEveryMs: 5_000, isPaused: false, lastFoundAt: null },
    },
  });

  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 49);

  await until(async () => {
    const { json } = await shop.atp('pipeline', '--shop', SHOP, '--job', 'recent-changes');
    expect(json?.['jobs']).toContainEqual(
      expect.objectContaining({ jobName: 'recent-changes', startedBy: 'live', outcome: 'DONE' }),
    );
  });
  const shown = await shop.atpText('job', 'show', ...JOB);
  expect(shown.stdout).toMatch(/Live +│ since .+; looks at least every 5s; last change found at/);
  expect((await shop.atpText('job', 'list')).stdout).toContain('live, every 15 minutes');
});

test('what changes while a file is on its way comes together, in the next one', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  const hold = await shop.hold('SetOnlineAtp');
  await sell('BLUE-SHIRT');
  await shop.waitForArrival(hold);
  const files = await countFiles();
  // As if it were made just now, however long the sales take here.
  await shop.database.query(
    `UPDATE upload_file SET created_at = now() + interval '1 hour' WHERE closed_at IS NULL`,
  );

  for (let sale = 0; sale < 5; sale += 1) await sell(sale % 2 === 0 ? 'RED-SHIRT' : 'BLUE-SHIRT');
  // Looks of the worker, of which each would have made a file.
  const before = await readFoundAt();
  await untilLooked();
  expect(await readFoundAt()).toBe(before);
  expect(await countFiles()).toBe(files);

  await shop.release(hold);
  await untilShown('RED-SHIRT', 47);
  await untilShown('BLUE-SHIRT', 47);
  expect(await countFiles()).toBe(files + 1);
});

async function readFoundAt(): Promise<number | null> {
  const [live] = await shop.database.query<{ at: Date | null }>('SELECT found_at AS at FROM live_shop');
  return live?.at?.getTime() ?? null;
}

/** Lets the worker look some more times: each look is a statement of its own that the server counts. */
async function untilLooked(): Promise<void> {
  const read = async () => {
    const [scans] = await shop.database.query<{ scans: number }>(
      `SELECT (pg_stat_get_numscans('live_shop'::regclass))::int AS scans`,
    );
    return scans?.scans ?? 0;
  };
  const first = await read();
  await until(async () => {
    if ((await read()) < first + 5) throw new Error('The worker does not look.');
  });
}

test('a paused job makes no delta by itself, and goes on with what has changed meanwhile', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 49);
  const paused = await shop.atp('job', 'pause', ...JOB, '--reason', 'stock-take');
  expect(paused.json).toMatchObject({ paused: true, live: { isPaused: true } });
  const files = await countFiles();

  await sell('BLUE-SHIRT');
  await untilLooked();
  expect(await countFiles()).toBe(files);
  expect(await shop.readShown()).toMatchObject({ 'BLUE-SHIRT': 49 });

  expect((await shop.atp('job', 'resume', ...JOB)).json).toMatchObject({ live: { isPaused: false } });
  await untilShown('BLUE-SHIRT', 48);
});

test('beside a delta of the schedule there is no second file of the same change', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  await sell('BLUE-SHIRT');
  await Promise.all([shop.recentChanges(), untilShown('BLUE-SHIRT', 49)]);
  const rows = await shop.database.query(
    `SELECT quantity FROM upload_file_row JOIN upload_file USING (shop_id, sequence)
     WHERE kind = 'recent-changes' AND product_id = 'BLUE-SHIRT'`,
  );
  expect(rows).toEqual([{ quantity: 49 }]);
});

test('a run that somebody has ended is back by itself with the next change', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 49);
  await shop.temporal.client.workflow.getHandle(liveWorkflowId(SHOP)).terminate('by mistake');
  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 48);
  expect(await isFollowed()).toBe(true);
});

test('a shop that is live no more, or is removed, is followed by nobody', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  expect(await isFollowed()).toBe(true);
  expect((await shop.atp('job', 'schedule', ...JOB, '--not-live')).json).toMatchObject({
    frequency: 'every 15 minutes',
    live: null,
  });
  await shop.until(async () => !(await isFollowed()));

  await shop.atp('job', 'schedule', ...JOB, '--live');
  expect(await isFollowed()).toBe(true);
  const removed = await shop.atp('shop', 'remove', SHOP, '--yes');
  expect(removed.exitCode).toBe(0);
  await shop.until(async () => !(await isFollowed()));
  // It was told, and did not come to it by a look of its own, which is far off.
  const { events } = await shop.temporal.client.workflow.getHandle(liveWorkflowId(SHOP)).fetchHistory();
  const signals = (events ?? []).map(
    ({ workflowExecutionSignaledEventAttributes: signaled }) => signaled?.signalName,
  );
  expect(signals).toContain(LIVE_SET_SIGNAL);
});

test('a live run goes on as a new one before its history is long, and the new one follows the shop', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  const { workflow } = shop.temporal.client;
  // A worker starts it when it finds the shop; until then the one of the test before is described.
  await shop.until(isFollowed);
  const first = await workflow.getHandle(liveWorkflowId(SHOP)).describe();
  // Each is a round of the run, as a delta is one, unless the run takes two together.
  for (let told = 0; told < 20 * LIVE_ROUNDS_PER_RUN; told += 1) {
    await workflow.getHandle(liveWorkflowId(SHOP)).signal(LIVE_SET_SIGNAL);
    if ((await workflow.getHandle(liveWorkflowId(SHOP)).describe()).runId !== first.runId) break;
    // A run that is told something all the time cannot go on as a new one: each time its last step is refused.
    if (told % 20 === 0) await shop.until(isAtRest);
  }
  const ended = await workflow.getHandle(liveWorkflowId(SHOP), first.runId).describe();
  expect(ended.status.name).toBe('CONTINUED_AS_NEW');
  expect(ended.historyLength).toBeLessThan(20 * LIVE_ROUNDS_PER_RUN);

  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 49);
});

// The last one: the worker that it starts ends with it.
test('a worker that is killed loses no change: doctor tells of a live run that is not there, and the next worker starts it', async () => {
  await shop.atp('job', 'schedule', ...JOB, '--live');
  await sell('BLUE-SHIRT');
  await untilShown('BLUE-SHIRT', 49);
  expect(await findCheck()).toMatchObject({ ok: true, code: null });
  await worker.kill();
  await sell('BLUE-SHIRT', 3);
  await shop.temporal.client.workflow.getHandle(liveWorkflowId(SHOP)).terminate('by mistake');
  expect(await findCheck()).toMatchObject({ ok: false, code: 'LIVE_NOT_RUNNING', severity: 'warning' });
  await shop.startWorker();
  await untilShown('BLUE-SHIRT', 46);
  expect(await findCheck()).toMatchObject({ ok: true });
});

async function findCheck(): Promise<unknown> {
  const { json } = await shop.atp('doctor');
  const checks = json?.['checks'] as readonly { readonly name: string }[];
  return checks.find(({ name }) => name === `${SHOP}: live`);
}
