import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import { reachable, type TemporalClient } from './connection.ts';
import { JOBS, jobStart, jobWorkflowId, type JobName, type JobOrder } from './jobs.ts';
import { frequencyInWords } from './schedule-words.ts';

interface RecommendedSchedule {
  readonly spec: ScheduleSpec;
  /** What happens when the time comes and the schedule's last run still works. No lock: the database has those. */
  readonly overlap: ScheduleOverlapPolicy;
  /** After Temporal was away: a run that is later than this is dropped. */
  readonly catchupWindow: `${number} ${'minutes' | 'hours'}`;
}

/**
 * How often each job should run, until an operator decides otherwise. Times are UTC. No run is ended by the clock:
 * one that waits for SFTP or Shopify goes on when they are back, and SKIP keeps others from queueing up behind it.
 */
const RECOMMENDED: Readonly<Record<JobName, RecommendedSchedule>> = {
  // The only complete reset of a day: rather late, or after another one, than not at all.
  'hard-sync': {
    spec: { calendars: [{ hour: 3, minute: 0, comment: 'every day at 03:00' }] },
    overlap: 'BUFFER_ONE',
    catchupWindow: '6 hours',
  },
  // The next run carries what a dropped one would have. Five minutes after each import, to publish what it brought.
  'recent-changes': {
    spec: { intervals: [{ every: '15 minutes', offset: '5 minutes' }] },
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
  },
  // Only a sweep: producers wake the lane themselves as soon as a file is ready.
  'process-uploads': {
    spec: { intervals: [{ every: '5 minutes' }] },
    overlap: 'SKIP',
    catchupWindow: '5 minutes',
  },
  // The next run takes the files that a dropped one would have.
  import: { spec: { intervals: [{ every: '15 minutes' }] }, overlap: 'SKIP', catchupWindow: '15 minutes' },
  // Two hours after the Hard Sync. A second comparison right behind the first says nothing new.
  verify: {
    spec: { calendars: [{ hour: 5, minute: 0, comment: 'every day at 05:00' }] },
    overlap: 'SKIP',
    catchupWindow: '6 hours',
  },
};

/** `<job>/<shop>`; Import inventory works for all shops and has one schedule. */
export function scheduleId(job: JobName, shopId: string | null): string {
  return shopId === null ? job : `${job}/${shopId}`;
}

/**
 * Makes the recommended schedules of a shop's jobs, and of Import inventory. One that is there keeps what an operator
 * may have decided (its times, its pause and note); what it starts and how is brought to this release.
 *
 * @returns the ids of the schedules, and which of them are new
 */
export async function ensureSchedules(
  temporal: TemporalClient,
  shopId: string,
): Promise<{ readonly scheduleIds: string[]; readonly created: string[] }> {
  const scheduleIds: string[] = [];
  const created: string[] = [];
  for (const order of ordersOf(shopId)) {
    const options = optionsOf(order);
    scheduleIds.push(options.scheduleId);
    if (await createdOrUpdated(temporal, options)) created.push(options.scheduleId);
  }
  return { scheduleIds, created };
}

function ordersOf(shopId: string): JobOrder[] {
  return [
    { job: 'import' },
    { job: 'recent-changes', shopId },
    { job: 'process-uploads', shopId },
    { job: 'hard-sync', shopId },
    { job: 'verify', shopId },
  ];
}

function optionsOf(order: JobOrder): ScheduleOptions {
  const { spec, overlap, catchupWindow } = RECOMMENDED[order.job];
  const { args, typedSearchAttributes, ...start } = jobStart(order);
  return {
    scheduleId: scheduleId(order.job, 'shopId' in order ? order.shopId : null),
    spec,
    policies: { overlap, catchupWindow },
    action: { type: 'startWorkflow', ...start, args: [...args], typedSearchAttributes },
    typedSearchAttributes,
  };
}

/** Whether the schedule is new. Two processes at once: one creates, the other updates. */
async function createdOrUpdated(temporal: TemporalClient, options: ScheduleOptions): Promise<boolean> {
  const schedules = temporal.client.schedule;
  try {
    await reachable(temporal, () => schedules.create(options));
    return true;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { action, policies } = options;
    await reachable(temporal, () =>
      schedules.getHandle(options.scheduleId).update(({ spec, state, typedSearchAttributes }) => ({
        spec,
        state,
        typedSearchAttributes,
        action,
        ...(policies && { policies }),
      })),
    );
    return false;
  }
}

/** Deletes the schedules of a shop that is gone; Import inventory stays. */
export async function removeSchedules(temporal: TemporalClient, shopId: string): Promise<void> {
  for (const order of ordersOf(shopId)) {
    if (!('shopId' in order)) continue;
    const handle = temporal.client.schedule.getHandle(scheduleId(order.job, shopId));
    await reachable(temporal, () => handle.delete()).catch(unlessMissing);
  }
}

/** A job as a person sees it in a list. Times are ISO 8601, UTC. */
export interface ScheduledJob {
  readonly jobName: JobName;
  readonly title: string;
  readonly shopId: string | null;
  readonly workflowId: string;
  /** Null: it has no schedule and runs only when somebody starts it. */
  readonly scheduleId: string | null;
  readonly frequency: string | null;
  readonly paused: boolean;
  readonly note: string | null;
  /** As the server gives them; none while it is paused. */
  readonly nextRuns: readonly string[];
  readonly lastRunAt: string | null;
}

const NEXT_RUNS_SHOWN = 5;

/** Every job of the shops, with its schedule. */
export async function listJobs(
  temporal: TemporalClient,
  shopIds: readonly string[],
): Promise<ScheduledJob[]> {
  const jobs: ScheduledJob[] = [];
  for (const { name: jobName, title, perShop } of Object.values(JOBS)) {
    for (const shopId of perShop ? shopIds : [null]) {
      const job = { jobName, title, shopId, workflowId: jobWorkflowId(jobName, shopId) };
      jobs.push({ ...job, ...(await scheduleOf(temporal, scheduleId(jobName, shopId))) });
    }
  }
  return jobs;
}

async function scheduleOf(
  temporal: TemporalClient,
  id: string,
): Promise<Omit<ScheduledJob, 'jobName' | 'title' | 'shopId' | 'workflowId'>> {
  const handle = temporal.client.schedule.getHandle(id);
  const found = await reachable(temporal, () => handle.describe()).catch(unlessMissing);
  if (!found) {
    return { scheduleId: null, frequency: null, paused: false, note: null, nextRuns: [], lastRunAt: null };
  }
  const { paused, note } = found.state;
  return {
    scheduleId: id,
    frequency: frequencyInWords(found.spec),
    paused,
    note: note || null,
    nextRuns: paused ? [] : nextRunsOf(found),
    lastRunAt: found.info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}

function nextRunsOf({ info }: ScheduleDescription): string[] {
  return info.nextActionTimes.slice(0, NEXT_RUNS_SHOWN).map((time) => time.toISOString());
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof ScheduleNotFoundError) return undefined;
  throw error;
}
