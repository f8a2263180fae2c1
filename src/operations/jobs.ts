/** The jobs: run one now, and when they run by themselves. */
import { optional, text, yesOrNo, type Input } from '../domain/input-fields.ts';
import { shopOf } from '../domain/jobs/jobs.ts';
import { findLastLost } from '../domain/jobs/missed-runs.ts';
import type { ProcessResult } from '../domain/jobs/process-uploads.ts';
import { VERIFY } from '../domain/jobs/verify.ts';
import { API_RUN_AWAITED_MS } from '../domain/limits.ts';
import { findLastApplied } from '../postgres/lane/last-applied.ts';
import { findPause } from '../postgres/lane/lane-pause.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { cancelJob } from './cancel-job.ts';
import { listJobs } from './job-list.ts';
import { checkLive, LIVE_FIELDS, previewJob, requireTimesOrParameters, TIMING_FIELDS } from './job-timing.ts';
import { ensurePaused, ensureResumed } from './lane-pause.ts';
import { isLiveJob, pauseLiveJob, readLive, setLiveJob } from './live/live-job.ts';
import { completeOrder, findJob, JOB_FIELDS, PARAMETER_FIELDS } from './job-order.ts';
import { listMissedRuns } from './missed-runs.ts';
import { requireAnswer } from './require-answer.ts';
import { defineOperation, type Context } from './operation.ts';

export const runJob = defineOperation({
  name: 'job.run',
  role: 'operator',
  description: 'run a job now',
  fields: {
    ...JOB_FIELDS,
    ...PARAMETER_FIELDS,
    wait: optional(yesOrNo('wait for the result; by HTTP for 45 s at most')),
  },
  run: async (context, { wait = false, ...input }) => {
    const { app, progress } = context;
    const order = await completeOrder(context, input);
    const { runJob: start } = await import('../temporal/run-job.ts');
    const temporal = await app.temporal();
    const run = await start(temporal, order, {
      ...{ wait, onProgress: progress, startedBy: context.caller.name },
      // Whoever holds a request open sees nothing of it, and a proxy between ends it.
      ...(context.caller.via === 'api' && { waitMaxMs: API_RUN_AWAITED_MS }),
    });
    if (run.status === 'COMPLETED') {
      const { result } = run;
      const foundNoFile = result !== null && 'laneState' in result && isWithoutFile(result);
      // Whoever made the file has woken the lane already, and that run may have ended before this one began.
      const lastApplied = foundNoFile ? await findLastApplied(await app.database(), result.shopId) : null;
      return { job: order.job, run, isWorkerPolling: true, lastApplied };
    }
    const { isWorkerPolling } = await import('../temporal/task-queue.ts');
    return { job: order.job, run, isWorkerPolling: await isWorkerPolling(temporal), lastApplied: null };
  },
});

function isWithoutFile({ files, laneState }: ProcessResult): boolean {
  return files.length === 0 && laneState === 'idle';
}

export const verifyShop = defineOperation({
  name: 'shop.verify',
  role: 'operator',
  description: 'compare Online ATP with what Shopify really shows',
  fields: VERIFY.fields,
  run: async ({ app, progress, caller }, input) => {
    const shop = await findShop(await app.database(), input.shopId);
    progress(`Asking ${shop.domain} for a sign of life`);
    await requireAnswer(app, shop);
    const { runJob: start } = await import('../temporal/run-job.ts');
    const options = { wait: true, onProgress: progress, startedBy: caller.name };
    const { result } = await start(await app.temporal(), { job: 'verify', ...input }, options);
    if (result === null) throw new Error('A run that was waited for has ended without a result.');
    return result;
  },
});

export const showJob = defineOperation({
  name: 'job.show',
  role: 'viewer',
  description: 'when a job runs, with what, and how it went',
  fields: JOB_FIELDS,
  run: async (context, input) => {
    const found = await findJob(context, input);
    const schedule = await readSchedule(context, found);
    const missedRuns = await listMissedRuns(context, found);
    const { droppedByOverlap, droppedByOutage } = schedule.counts;
    const hasLost = droppedByOverlap + droppedByOutage > 0;
    return { ...schedule, missedRuns, lostRunAt: hasLost ? findLastLost(missedRuns, new Date()) : null };
  },
});

export const scheduleJob = defineOperation({
  name: 'job.schedule',
  role: 'operator',
  description: 'give a job its times, its parameters or both; what is not given stays, and so does a pause',
  fields: {
    ...JOB_FIELDS,
    ...PARAMETER_FIELDS,
    ...TIMING_FIELDS,
    ...LIVE_FIELDS,
    reset: optional(yesOrNo('forget parameters that were given earlier and are not given now')),
  },
  check(input, nameOf) {
    checkLive(input, nameOf);
    requireTimesOrParameters(input, nameOf);
  },
  stateOf: scheduleState,
  run: async (
    context,
    { every, cron, start, timeZone, reset = false, live, notLive, atLeastEvery, ...input },
  ) => {
    const order = await completeOrder(context, input);
    const temporal = await context.app.temporal();
    const { planRecommended, planTiming } = await import('../temporal/schedule-timing.ts');
    const { scheduleJob: store } = await import('../temporal/schedules.ts');
    const job = { job: order.job, shopId: shopOf(order) };
    const isLive = notLive === true ? false : live;
    if (isLive !== undefined && isLiveJob(job)) await setLiveJob(context, job.shopId, isLive, atLeastEvery);
    if (every === undefined && cron === undefined) {
      // Its schedule is the net of a live job: what no look has found comes with its next run.
      if (isLive === true && (await readSchedule(context, job)).scheduleId === null) {
        const isNew = await store(temporal, order, planRecommended(order.job, shopOf(order)), !reset);
        return { ...(await readSchedule(context, job)), isNew, warnings: [] };
      }
      const { setParameters } = await import('../temporal/schedule-control.ts');
      await setParameters(temporal, order, !reset);
      return { ...(await readSchedule(context, job)), isNew: false, warnings: [] };
    }
    const when = every === undefined ? { cron: cron ?? '' } : { every };
    const { spec, warnings } = planTiming(order.job, { ...when, start, timeZone });
    const isNew = await store(temporal, order, spec, !reset);
    return { ...(await readSchedule(context, job)), isNew, warnings };
  },
});

const reason = optional(text('why; everybody sees it'));

export const pauseJob = defineOperation({
  name: 'job.pause',
  role: 'operator',
  description: 'no runs by schedule until it is resumed; of process-uploads, nothing is sent either',
  fields: { ...JOB_FIELDS, reason },
  stateOf: scheduleState,
  run: async (context, { reason: why, ...input }) => {
    const found = await findJob(context, input);
    const { pauseJob: pause } = await import('../temporal/schedule-control.ts');
    await pause(await context.app.temporal(), found.job, found.shopId, why);
    // Its schedule is only a sweep: whoever makes a file wakes the lane.
    if (isLaneOf(found)) await ensurePaused(context, found.shopId, why ?? 'no reason given');
    if (isLiveJob(found)) await pauseLiveJob(context, found.shopId, true);
    return readSchedule(context, found);
  },
});

export const resumeJob = defineOperation({
  name: 'job.resume',
  role: 'operator',
  description: 'runs by schedule again; of process-uploads, the lane goes on, too',
  fields: { ...JOB_FIELDS, reason },
  stateOf: scheduleState,
  run: async (context, { reason: why, ...input }) => {
    const found = await findJob(context, input);
    const { resumeJob: resume } = await import('../temporal/schedule-control.ts');
    await resume(await context.app.temporal(), found.job, found.shopId, why);
    if (isLaneOf(found)) await ensureResumed(context, found.shopId);
    if (isLiveJob(found)) await pauseLiveJob(context, found.shopId, false);
    return readSchedule(context, found);
  },
});

export const skipRun = defineOperation({
  name: 'job.skip',
  role: 'operator',
  description: 'leave out exactly the next run',
  fields: JOB_FIELDS,
  run: async (context, input) => {
    const found = await findJob(context, input);
    const { skipNextRun } = await import('../temporal/schedule-control.ts');
    const skipped = await skipNextRun(await context.app.temporal(), found.job, found.shopId);
    return { ...(await readSchedule(context, found)), skipped };
  },
});

export const JOB_OPERATIONS = [
  verifyShop,
  listJobs,
  showJob,
  previewJob,
  scheduleJob,
  pauseJob,
  resumeJob,
  skipRun,
  runJob,
  cancelJob,
] as const;

/** What the audit log keeps of a job's schedule; null: it has none. */
async function scheduleState(
  context: Context,
  { job, shopId }: Input<typeof JOB_FIELDS>,
): Promise<object | null> {
  const found = await findJob(context, { job, shopId });
  const { frequency, timeZone, notBefore, parameters, paused, note, lanePause, live } = await readSchedule(
    context,
    found,
  );
  if (frequency === null) return null;
  return {
    ...{ frequency, timeZone, notBefore, parameters, paused, note },
    ...(lanePause && { lanePause }),
    ...(live && { live: { atLeastEveryMs: live.atLeastEveryMs } }),
  };
}

type FoundJob = Awaited<ReturnType<typeof findJob>>;

/** The schedule, and of Process uploads whether the lane is paused, of a delta whether the shop is live. */
async function readSchedule({ app }: Context, found: FoundJob) {
  const { showJob: read } = await import('../temporal/scheduled-jobs.ts');
  const schedule = await read(await app.temporal(), found.job, found.shopId);
  const lanePause = isLaneOf(found) ? await findPause(await app.database(), found.shopId) : null;
  return { ...schedule, lanePause, live: await readLive(app, found) };
}

/** Whether the job is the one that applies a shop's files. */
function isLaneOf(found: FoundJob): found is FoundJob & { readonly shopId: string } {
  return found.job === 'process-uploads' && found.shopId !== null;
}
