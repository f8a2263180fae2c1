/** The list of jobs by a real server: it is right also when the server's own list is not yet. */
import { expect, test, vi } from 'vitest';
import {
  RUN_LOOK_KEPT_MS,
  RUN_LOOK_RENEWED_AFTER_MS,
  SCHEDULE_LIST_KEPT_MS,
  SCHEDULE_LIST_RENEWED_AFTER_MS,
} from '../../src/domain/limits.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { jobsOf, listJobs, listLosingJobs, type OwnedJob } from '../../src/temporal/job-list.ts';
import { readPipeline, type PipelineFilter } from '../../src/temporal/pipeline.ts';
import { pauseJob, resumeJob } from '../../src/temporal/schedule-control.ts';
import { showJob, type ScheduledJob } from '../../src/temporal/scheduled-jobs.ts';
import { ensureSchedules, scheduleJob } from '../../src/temporal/schedules.ts';
import { planTiming } from '../../src/temporal/schedule-timing.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';

const SHOP = 'acme';
const NEVER_CHANGED = () => false;

async function openTemporal(): Promise<TemporalClient> {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  return temporal;
}

/** Counts how often a schedule is asked for by itself. */
function countDescribed(temporal: TemporalClient): { readonly temporal: TemporalClient; described: number } {
  const counted = { temporal, described: 0 };
  const service = temporal.client.workflowService;
  const describe = service.describeSchedule.bind(service) as (...args: unknown[]) => unknown;
  service.describeSchedule = ((...args: unknown[]) => {
    counted.described += 1;
    return describe(...args);
  }) as typeof service.describeSchedule;
  return counted;
}

async function isListed(temporal: TemporalClient, count: number): Promise<void> {
  await until(async () => {
    const ids: string[] = [];
    for await (const { scheduleId } of temporal.client.schedule.list()) ids.push(scheduleId);
    expect(ids).toHaveLength(count);
  });
}

test('the server’s list tells the same as a look at each schedule, and no schedule is looked at', async () => {
  const temporal = await openTemporal();
  const jobs = jobsOf([SHOP, 'other']);
  const { created } = await ensureSchedules(temporal, SHOP);
  await scheduleJob(
    temporal,
    { job: 'verify', shopId: SHOP },
    planTiming('verify', { cron: '30 6 * * 1-5', timeZone: 'Europe/Berlin' }).spec,
  );
  await ensureSchedules(temporal, 'other');
  await isListed(temporal, created.length + 5);
  await until(async () => {
    const verify = (await listJobs(temporal, jobs, NEVER_CHANGED)).find(
      ({ jobName, shopId }) => jobName === 'verify' && shopId === SHOP,
    );
    expect(verify?.timing?.cron).toBe('30 6 * * 1-5');
  });

  const counter = countDescribed(temporal);
  const listed = await listJobs(temporal, jobs, NEVER_CHANGED);
  expect(counter.described).toBe(0);
  expect(listed.map(({ scheduleId }) => scheduleId)).toEqual(
    jobs.map(({ job, shopId }) => (shopId === null ? job : `${job}/${shopId}`)),
  );
  for (const [index, { job, shopId }] of jobs.entries()) {
    const { nextRuns, ...shown } = await showJob(temporal, job, shopId);
    expect(shown).toMatchObject(
      Object.fromEntries(Object.entries(listed[index] ?? {}).filter(([name]) => name !== 'nextRuns')),
    );
    // A run may have come due between the two looks.
    expect(nextRuns[0]).toBe(listed[index]?.nextRuns.find((time) => time >= (nextRuns[0] ?? '')));
  }

  const ofOne = await listJobs(temporal, jobsOf([SHOP]), NEVER_CHANGED);
  expect(ofOne).toHaveLength(7);
  expect(ofOne.every(({ scheduleId }) => scheduleId !== null)).toBe(true);
});

test('what was just changed is in the list at once, where the server’s own list has it later', async () => {
  const temporal = await openTemporal();
  await ensureSchedules(temporal, SHOP);
  await isListed(temporal, 7);
  const verify: OwnedJob = { job: 'verify', shopId: SHOP };
  const look = async (wasChanged: (job: OwnedJob) => boolean): Promise<ScheduledJob | undefined> =>
    (await listJobs(temporal, [verify], wasChanged))[0];
  stopList(temporal, await listOf(temporal));

  await pauseJob(temporal, 'verify', SHOP, 'stock-take');
  expect(await look(NEVER_CHANGED)).toMatchObject({ paused: false });
  expect(await look(() => true)).toMatchObject({ paused: true, note: 'stock-take', nextRuns: [] });

  await resumeJob(temporal, 'verify', SHOP);
  expect(await look(() => true)).toMatchObject({ paused: false, note: 'resumed' });
});

type ListOfSchedules = Awaited<ReturnType<TemporalClient['client']['workflowService']['listSchedules']>>;

function listOf({ client, namespace }: TemporalClient): Promise<ListOfSchedules> {
  return client.workflowService.listSchedules({ namespace, maximumPageSize: 100 });
}

/** From now on the server's list is as it was, as on a server that is slow to renew it. */
function stopList({ client }: TemporalClient, old: ListOfSchedules): void {
  client.workflowService.listSchedules = (() =>
    Promise.resolve(old)) as unknown as typeof client.workflowService.listSchedules;
}

test('a schedule without a place in the server’s list is looked at by itself, and one that is not there has none', async () => {
  const temporal = await openTemporal();
  await scheduleJob(temporal, { job: 'verify', shopId: SHOP }, planTiming('verify', { every: '1d' }).spec);

  const [hardSync, verify] = await listJobs(
    temporal,
    [
      { job: 'hard-sync', shopId: SHOP },
      { job: 'verify', shopId: SHOP },
    ],
    NEVER_CHANGED,
  );
  expect(hardSync).toMatchObject({ scheduleId: null, nextRuns: [] });
  expect(verify).toMatchObject({ scheduleId: `verify/${SHOP}`, frequency: 'every day at 05:00 (UTC)' });
});

test('jobs that have left out runs are found, and only those', async () => {
  const temporal = await openTemporal();
  await ensureSchedules(temporal, SHOP);
  // Nobody works here, so the first run goes on, and those behind it are left out.
  await scheduleJob(
    temporal,
    { job: 'recent-changes', shopId: SHOP },
    { intervals: [{ every: '1 second' }] },
  );
  await until(async () => {
    const losing = await listLosingJobs(temporal, jobsOf([SHOP]), () => Promise.resolve(true));
    expect(losing.map(({ jobName }) => jobName)).toEqual(['recent-changes']);
  });
  await pauseJob(temporal, 'recent-changes', SHOP);
  // It has lost some, and is well again.
  expect(await listLosingJobs(temporal, jobsOf([SHOP]), () => Promise.resolve(false))).toEqual([]);
});

test('runs to come of one job or one shop are asked for alone', async () => {
  const temporal = await openTemporal();
  await ensureSchedules(temporal, SHOP);
  await ensureSchedules(temporal, 'other');
  await isListed(temporal, 12);
  const service = temporal.client.workflowService;
  const list = service.listSchedules.bind(service) as (...args: unknown[]) => Promise<ListOfSchedules>;
  let sent = 0;
  service.listSchedules = (async (...args: unknown[]) => {
    const answer = await list(...args);
    sent += answer.schedules.length;
    return answer;
  }) as unknown as typeof service.listSchedules;
  const pending = async (filter: Partial<PipelineFilter>) => {
    sent = 0;
    const { runs } = await readPipeline(temporal, { state: 'pending', limit: 50, ...filter });
    return runs.map(({ jobName, shopId }) => `${jobName} ${shopId ?? 'all'}`);
  };

  expect(await pending({ shopId: SHOP })).toHaveLength(5);
  expect(sent).toBe(5);
  expect(await pending({ job: 'verify', shopId: SHOP })).toEqual([`verify ${SHOP}`]);
  expect(sent).toBe(1);
  expect(await pending({ job: 'import' })).toEqual(['import all']);
  expect(await pending({})).toHaveLength(12);
});

/** Whether the server lists the schedule of Verify as paused. */
async function isVerifyListedAs(temporal: TemporalClient, paused: boolean): Promise<void> {
  await until(async () => {
    const listed: boolean[] = [];
    for await (const { scheduleId, state } of temporal.client.schedule.list())
      if (scheduleId === `verify/${SHOP}`) listed.push(state.paused);
    expect(listed).toEqual([paused]);
  });
}

test('the server’s list is read once for all who ask at the same time, and anew when it has grown old', async () => {
  const temporal = await openTemporal();
  const { created } = await ensureSchedules(temporal, SHOP);
  await isListed(temporal, created.length);
  const service = temporal.client.workflowService;
  const list = service.listSchedules.bind(service) as (...args: unknown[]) => unknown;
  let asked = 0;
  service.listSchedules = ((...args: unknown[]) => {
    asked += 1;
    return list(...args);
  }) as typeof service.listSchedules;
  const readPending = async () =>
    (await readPipeline(temporal, { state: 'pending', limit: 10 })).runs.map(({ jobName }) => jobName);
  const start = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(start);

  const [first, second] = await Promise.all([readPending(), readPending()]);
  expect(first).toEqual(second);
  expect(first).toContain('verify');
  expect(asked).toBe(1);

  await pauseJob(temporal, 'verify', SHOP, 'stock-taking');
  await isVerifyListedAs(temporal, true);
  asked = 0;
  clock.mockReturnValue(start + SCHEDULE_LIST_RENEWED_AFTER_MS);
  // By the old list it is still to come. The order of the others may have changed: one of them may have come due meanwhile.
  expect(await readPending()).toContain('verify');
  expect(asked).toBe(0);
  // Nobody waits for the new one.
  clock.mockReturnValue(start + SCHEDULE_LIST_KEPT_MS);
  expect(await readPending()).toContain('verify');
  expect(asked).toBe(1);
  await until(async () => expect(await readPending()).not.toContain('verify'));
  expect(asked).toBe(1);

  await resumeJob(temporal, 'verify', SHOP, 'counted');
  await isVerifyListedAs(temporal, false);
  // What is too old is read anew before anybody gets it.
  clock.mockReturnValue(start + 2 * SCHEDULE_LIST_KEPT_MS + 1);
  expect(await readPending()).toContain('verify');
  clock.mockRestore();
});

test('for the runs of a list, a task queue is asked about once', async () => {
  const temporal = await openTemporal();
  for (const shopId of ['one', 'two', 'three'])
    await temporal.client.workflow.start('verifyShop', {
      ...{ workflowId: `verifyShop/${shopId}`, taskQueue: 'nobody', args: [{ shopId }] },
    });
  const service = temporal.client.workflowService;
  const describeQueue = service.describeTaskQueue.bind(service) as (...args: unknown[]) => unknown;
  let asked = 0;
  service.describeTaskQueue = ((...args: unknown[]) => {
    asked += 1;
    return describeQueue(...args);
  }) as typeof service.describeTaskQueue;
  await until(async () => {
    asked = 0;
    expect((await readPipeline(temporal, { state: 'running', limit: 10 })).runs).toHaveLength(3);
  });
  expect(asked).toBe(1);
});

test('the looks into the runs of a list serve the next list, and old ones are renewed', async () => {
  const temporal = await openTemporal();
  const { client } = temporal;
  for (const shopId of ['one', 'two'])
    await client.workflow.start('verifyShop', {
      ...{ workflowId: `verifyShop/${shopId}`, taskQueue: 'nobody', args: [{ shopId }] },
    });
  const service = client.workflowService;
  const describe = service.describeWorkflowExecution.bind(service) as (...args: unknown[]) => unknown;
  let described = 0;
  service.describeWorkflowExecution = ((...args: unknown[]) => {
    described += 1;
    return describe(...args);
  }) as typeof service.describeWorkflowExecution;
  const readRunning = async () => (await readPipeline(temporal, { state: 'running', limit: 10 })).runs;
  const start = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(start);
  await until(async () => expect(await readRunning()).toHaveLength(2));
  expect(described).toBe(2);

  clock.mockReturnValue(start + RUN_LOOK_RENEWED_AFTER_MS);
  await readRunning();
  expect(described).toBe(2);
  // Nobody waits for the new ones.
  clock.mockReturnValue(start + RUN_LOOK_KEPT_MS);
  await readRunning();
  expect(described).toBe(4);
  clock.mockReturnValue(start + 2 * RUN_LOOK_KEPT_MS + 1);
  // What is too old is looked at anew, once the look before has ended.
  await until(async () => {
    expect(await readRunning()).toHaveLength(2);
    expect(described).toBe(6);
  });
  clock.mockRestore();
});
