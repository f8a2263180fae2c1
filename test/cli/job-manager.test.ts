/** The Job Manager at work: what ran, told by the server, on a whole installation with a worker. */
import type { ScheduleSpec } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { JobDetails } from '../../src/temporal/scheduled-jobs.ts';
import { ensureSchedules, removeSchedules, scheduleJob } from '../../src/temporal/schedules.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { atpWith, type Atp } from './atp.ts';

const SKUS = Array.from({ length: 20 }, (_, index) => `SHIRT-${index + 1}`);

let shop: Installation;
let atp: Atp;

beforeAll(async () => {
  shop = await Installation.open(SKUS);
  atp = await atpWith(shop.environment);
  await shop.startWorker();
});

beforeEach(removeAllSchedules);

async function removeAllSchedules(): Promise<void> {
  await removeSchedules(shop.temporal, SHOP);
  await shop.temporal.client.schedule
    .getHandle('import')
    .delete()
    .catch(() => undefined);
}

function show(job: string): Promise<JobDetails> {
  return atp.json<JobDetails>(['job', 'show', job]);
}

/** The times of the runs that the schedule has started, in order. */
async function ranAt(scheduleId: string): Promise<number[]> {
  const { info } = await shop.temporal.client.schedule.getHandle(scheduleId).describe();
  return info.recentActions.map(({ scheduledAt }) => scheduledAt.getTime());
}

/** Makes two schedules before they start at the same instant: where that takes longer, with a later start. */
async function scheduleAhead(): Promise<{
  readonly start: Date;
  readonly quarterly: JobDetails;
  readonly daily: JobDetails;
}> {
  for (let aheadMs = 4_000; ; aheadMs *= 2) {
    const start = new Date(Math.ceil(Date.now() / 1000) * 1000 + aheadMs);
    const schedule = (job: string, every: string) =>
      atp.json<JobDetails>(['job', 'schedule', job, '--every', every, '--start', start.toISOString()]);
    const quarterly = await schedule('import', '15m');
    const daily = await schedule('hard-sync', '1d');
    if (Date.now() < start.getTime()) return { start, quarterly, daily };
    await removeAllSchedules();
  }
}

/** How long a run takes from the command to its end, on this machine as busy as it is. */
async function timeOfARun(): Promise<number> {
  const startedAt = performance.now();
  await atp.json(['job', 'run', 'import', '--wait']);
  return performance.now() - startedAt;
}

interface ShownPipeline {
  readonly jobs: readonly {
    readonly jobName: string;
    readonly status: string;
    readonly scheduledAt: string | null;
    readonly workflowId: string;
    readonly runId: string | null;
    readonly startedBy: string | null;
    readonly summary: string;
    readonly uiUrl: string | null;
  }[];
  readonly more: boolean;
}

function pipeline(...args: string[]): Promise<ShownPipeline> {
  return atp.json<ShownPipeline>(['pipeline', ...args]);
}

test('schedules of every 15 minutes and every day start their first run by themselves, at their start', async () => {
  const { start, quarterly, daily } = await scheduleAhead();
  expect([quarterly.nextRuns[0], daily.nextRuns[0]]).toEqual([start.toISOString(), start.toISOString()]);

  await shop.until(
    async () => (await ranAt('import')).length + (await ranAt(`hard-sync/${SHOP}`)).length === 2,
  );

  expect(await ranAt('import')).toEqual([start.getTime()]);
  expect((await show('import')).nextRuns[0]).toBe(new Date(start.getTime() + 15 * 60_000).toISOString());
  const { nextRuns, recentRuns } = await show('hard-sync');
  expect(nextRuns[0]).toBe(new Date(start.getTime() + 24 * 60 * 60_000).toISOString());
  const [run] = recentRuns;
  const { workflowId = '', runId } = run ?? {};
  expect(await shop.temporal.client.workflow.getHandle(workflowId, runId).result()).toMatchObject({
    // The first of the shop waits for a person.
    heldForApproval: true,
  });
});

test('a schedule with a short interval runs again and again, and a pause of it survives a redeploy', async () => {
  await scheduleJob(shop.temporal, { job: 'import' }, { intervals: [{ every: '2 seconds' }] });
  await shop.until(async () => (await ranAt('import')).length >= 3);

  await atp.json(['job', 'pause', 'import', '--reason', 'the warehouse is closed']);
  const atPause = await ranAt('import');
  await ensureSchedules(shop.temporal, SHOP);
  await shop.until(() => Promise.resolve(Date.now() > (atPause.at(-1) ?? 0) + 8_000));

  expect(await ranAt('import')).toEqual(atPause);
  expect(await show('import')).toMatchObject({ paused: true, note: 'the warehouse is closed' });

  await atp.json(['job', 'resume', 'import']);
  await shop.until(async () => (await ranAt('import')).length > atPause.length);
});

test('job skip leaves out exactly the next run: the runs before and after it start', async () => {
  // Long enough for a run to end before the next one, and for the command to come between two runs.
  const everyMs = Math.max(5_000, Math.ceil((await timeOfARun()) / 1000) * 4_000);
  await scheduleJob(shop.temporal, { job: 'import' }, { intervals: [{ every: everyMs }] });
  await shop.until(async () => (await ranAt('import')).length >= 1);

  const { skipped } = await atp.json<{ skipped: string }>(['job', 'skip', 'import']);
  const left = Date.parse(skipped);
  await shop.until(async () => ((await ranAt('import')).at(-1) ?? 0) >= left + 2 * everyMs);

  const ran = await ranAt('import');
  const [first = 0, last = 0] = [ran[0], ran.at(-1)];
  const due = Array.from({ length: (last - first) / everyMs + 1 }, (_, index) => first + index * everyMs);
  expect(due.filter((time) => !ran.includes(time))).toEqual([left]);
  expect((await show('import')).counts).toMatchObject({ droppedByOverlap: 0, droppedByOutage: 0 });
});

test('jobs that run by schedule and by hand at once leave every quantity right', async () => {
  const counts = Object.fromEntries(SKUS.map((sku, index) => [sku, index + 3]));
  await shop.count('RESET_INVENTORY__counts.csv', 'BROADWAY', counts);
  await shop.hardSync();
  const shopId = SHOP;
  const often: ScheduleSpec = { intervals: [{ every: '2 seconds' }] };
  await scheduleJob(shop.temporal, { job: 'hard-sync', shopId }, often);
  await scheduleJob(shop.temporal, { job: 'recent-changes', shopId }, often);
  await scheduleJob(shop.temporal, { job: 'process-uploads', shopId }, often);

  const byHand = ['job', 'run', 'hard-sync', '--wait'];
  await Promise.all([
    atp.json(byHand),
    atp.json(byHand),
    atp.json(['job', 'run', 'recent-changes', '--wait']),
  ]);
  await shop.until(async () => (await ranAt(`hard-sync/${SHOP}`)).length >= 3);
  for (const job of ['hard-sync', 'recent-changes', 'process-uploads']) await atp.json(['job', 'pause', job]);
  await shop.until(async () => (await pipeline('running', '--shop', SHOP)).jobs.length === 0);
  // The pause of Process uploads has paused the lane as well.
  await atp.json(['lane', SHOP, 'resume']);
  await atp.json(['job', 'run', 'process-uploads', '--wait']);

  const files = await shop.database.query<{ sequence: number; state: string }>(
    'SELECT sequence, state FROM upload_file ORDER BY sequence',
  );
  expect(files.length).toBeGreaterThan(4);
  expect(files.map(({ sequence }) => sequence)).toEqual(files.map((_, index) => index + 1));
  for (const { state } of files) expect(['APPLIED', 'SUPERSEDED']).toContain(state);
  expect(Math.max(...(await shop.countAppliedByKey()).values())).toBe(1);
  expect(await shop.readShown()).toEqual(counts);
  expect(await atp.json(['verify', SHOP])).toMatchObject({ checked: SKUS.length, equal: SKUS.length });
});

test('the pipeline shows what is to come, under way, done and failed', async () => {
  await ensureSchedules(shop.temporal, SHOP);
  await atp.json(['job', 'pause', 'verify']);
  // Temporal lists a pause a moment after it is in force.
  await shop.until(async () => !(await pipeline('pending')).jobs.some(({ jobName }) => jobName === 'verify'));
  const pending = await pipeline('pending');
  expect(pending.jobs.map(({ jobName, status }) => `${jobName} ${status}`).toSorted()).toEqual([
    'clean-up PENDING',
    'hard-sync PENDING',
    'import PENDING',
    'map-shop PENDING',
    'process-uploads PENDING',
    'recent-changes PENDING',
  ]);
  const due = pending.jobs.map(({ scheduledAt }) => scheduledAt ?? '');
  expect(due).toEqual(due.toSorted());
  const hardSync = pending.jobs.find(({ jobName }) => jobName === 'hard-sync');
  expect(hardSync).toMatchObject({
    summary: 'every day at 03:04 (UTC)',
    scheduledAt: (await show('hard-sync')).nextRuns[0],
    uiUrl: null,
  });

  const hold = await shop.hold('ReadOnlineAtp');
  await atp.json(['job', 'run', 'verify']);
  await shop.waitForArrival(hold);
  await shop.until(async () => (await pipeline('running', '--job', 'verify')).jobs.length === 1);
  const [running] = (await pipeline('running', '--job', 'verify')).jobs;
  expect(running).toMatchObject({ status: 'RUNNING', workflowId: `verifyShop/${SHOP}`, scheduledAt: null });
  await shop.release(hold);
  await shop.until(async () => (await pipeline('running', '--job', 'verify')).jobs.length === 0);

  const completed = await pipeline('completed', '--job', 'verify', '--limit', '1');
  expect(completed.jobs).toMatchObject([
    {
      status: 'COMPLETED',
      shopId: SHOP,
      startedAt: expect.any(String) as string,
      closedAt: expect.any(String) as string,
      summary: `${SKUS.length} of ${SKUS.length} products equal on Shopify`,
    },
  ]);

  const [ended] = completed.jobs;
  if (!ended) throw new Error('No run has ended.');
  const { workflowId, runId, startedBy } = ended;
  expect(startedBy).toBe(userInfo().username);
  expect(await atp.json(['run', 'show', workflowId, runId ?? ''])).toMatchObject({
    startedBy,
    parameters: { shopId: SHOP },
    result: { equal: SKUS.length },
    steps: [],
  });
  expect(await atp.failure('run', 'show', workflowId, randomUUID())).toBe('RUN_UNKNOWN 2');
  const byHand = (await pipeline('completed', '--job', 'verify', '--started-by', 'other')).jobs;
  expect(byHand.map((run) => run.runId)).toContain(runId);
  expect((await pipeline('completed', '--job', 'verify', '--started-by', 'schedule')).jobs).toEqual([]);
  expect((await pipeline('--job', 'verify', '--before', '2020-01-01T00:00:00Z')).jobs).toEqual([]);

  await shop.database.query('UPDATE shop SET mapped_at = NULL');
  await shop.database.query('DELETE FROM shop_product');
  expect(await atp.failure('job', 'run', 'hard-sync', '--wait')).toBe('SHOP_NOT_MAPPED 1');
  // Another job may have its time now, and fails as well.
  const failed = () => pipeline('failed', '--shop', SHOP, '--job', 'hard-sync');
  await shop.until(async () => (await failed()).jobs.length === 1);
  expect((await failed()).jobs).toMatchObject([
    {
      jobName: 'hard-sync',
      status: 'FAILED',
      summary: expect.stringMatching(/^SHOP_NOT_MAPPED: /) as string,
    },
  ]);

  const all = await pipeline('--limit', '6');
  expect(all).toMatchObject({ more: true });
  expect(all.jobs).toHaveLength(6);
  expect(all.jobs.slice(0, 4).every(({ status }) => status === 'PENDING')).toBe(true);
});

test('a run that a schedule started is linked to its page in Temporal’s UI', async () => {
  const linked = await atpWith({ ...shop.environment, TEMPORAL_UI_URL: 'https://temporal.example.com/' });
  const { jobs } = await linked.json<ShownPipeline>(['pipeline', 'completed', '--job', 'hard-sync']);

  const run = jobs.find(({ scheduledAt }) => scheduledAt !== null);
  const { namespace } = shop.temporal;
  expect(run?.uiUrl).toMatch(
    `https://temporal.example.com/namespaces/${namespace}/workflows/${encodeURIComponent(run?.workflowId ?? '')}/`,
  );
});

test.each([
  ['an unknown state', ['stuck']],
  ['a limit that is too high', ['--limit', '501']],
  ['a shop that is no id', ['--shop', "x' OR ''='"]],
])('the pipeline refuses %s', async (_, args) => {
  expect(await atp.failure('pipeline', ...args)).toBe('INPUT_INVALID 2');
});
