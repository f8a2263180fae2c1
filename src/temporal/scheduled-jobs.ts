/** The jobs as a person sees them: when they run, with what, and how it went. Times are ISO 8601, UTC. */
import type { ScheduleDescription, ScheduleExecutionResult } from '@temporalio/client';
import { isPerShop, JOB_NAMES, JOBS, type JobName } from '../domain/jobs/jobs.ts';
import { lateBecause, type ScheduleFacts } from '../domain/jobs/late-schedule.ts';
import { NEXT_RUNS_SHOWN, SCHEDULES_DESCRIBED_AT_ONCE } from '../domain/limits.ts';
import type { TemporalClient } from './connection.ts';
import { workInTurns } from './in-turns.ts';
import { jobWorkflowId } from './run-job.ts';
import { timingOf, type GivenTiming } from './schedule-timing-of.ts';
import { durationInWords, frequencyInWords } from './schedule-words.ts';
import { describeSchedule, scheduleId } from './schedules.ts';

/** A line in the list of jobs. */
export interface ScheduledJob {
  readonly jobName: JobName;
  readonly title: string;
  readonly shopId: string | null;
  readonly workflowId: string;
  /** Null: it has no schedule and runs only when somebody starts it. */
  readonly scheduleId: string | null;
  readonly frequency: string | null;
  /** The same as it was given; null: it has no schedule, or times that nobody gives here. */
  readonly timing: GivenTiming | null;
  readonly paused: boolean;
  /** Why it is paused, or why it was resumed. */
  readonly note: string | null;
  /** As the server gives them; none while it is paused. */
  readonly nextRuns: readonly string[];
  readonly lastRunAt: string | null;
  /** IANA name; null: it has no schedule. */
  readonly timeZone: string | null;
  /** Why runs that came due were not started; null: they were. */
  readonly late: string | null;
  /** The input of its runs. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Since the schedule was made. */
  readonly counts: {
    readonly runs: number;
    /** Dropped, because the run before still worked. */
    readonly droppedByOverlap: number;
    /** Dropped, because Temporal was away for longer than the catch-up window. */
    readonly droppedByOutage: number;
  };
}

/** Everything about one job. */
export interface JobDetails extends ScheduledJob {
  readonly description: string;
  /** No run before this time: a start that was named, or a run that is skipped. */
  readonly notBefore: string | null;
  readonly policies: { readonly overlap: string; readonly catchUp: string; readonly why: string };
  /** Runs that the schedule has started, the newest last. */
  readonly recentRuns: readonly StartedRun[];
}

export interface StartedRun {
  readonly scheduledAt: string;
  readonly startedAt: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** Every job of the shops, with its schedule: what the server's list of schedules tells is some seconds old, and not all. */
export async function listJobs(
  temporal: TemporalClient,
  shopIds: readonly string[],
): Promise<ScheduledJob[]> {
  const jobs = JOB_NAMES.flatMap((job) =>
    (isPerShop(job) ? shopIds : [null]).map((shopId) => ({ job, shopId })),
  );
  return workInTurns(jobs, SCHEDULES_DESCRIBED_AT_ONCE, async ({ job, shopId }) =>
    describeJob(job, shopId, await describeSchedule(temporal, scheduleId(job, shopId))),
  );
}

export async function showJob(
  temporal: TemporalClient,
  jobName: JobName,
  shopId: string | null,
): Promise<JobDetails> {
  const found = await describeSchedule(temporal, scheduleId(jobName, shopId));
  const { overlap, catchupWindow, why } = JOBS[jobName].schedule;
  const info = found?.info;
  const startAt = found?.spec.startAt ?? null;
  return {
    ...describeJob(jobName, shopId, found),
    description: JOBS[jobName].description,
    notBefore: startAt !== null && startAt.getTime() > Date.now() ? startAt.toISOString() : null,
    policies: {
      overlap: found?.policies.overlap ?? overlap,
      catchUp: found ? durationInWords(found.policies.catchupWindow) : catchupWindow,
      why,
    },
    recentRuns: (info?.recentActions ?? []).map(describeStartedRun),
  };
}

function describeJob(
  jobName: JobName,
  shopId: string | null,
  found: ScheduleDescription | null,
): ScheduledJob {
  const { title } = JOBS[jobName];
  const job = { jobName, title, shopId, workflowId: jobWorkflowId(jobName, shopId) };
  if (!found) {
    const none = { scheduleId: null, frequency: null, timing: null, paused: false, note: null };
    const never = { runs: 0, droppedByOverlap: 0, droppedByOutage: 0 };
    const unknown = { lastRunAt: null, timeZone: null, late: null };
    return { ...job, ...none, ...unknown, nextRuns: [], parameters: {}, counts: never };
  }
  const { paused, note } = found.state;
  return {
    ...job,
    scheduleId: found.scheduleId,
    frequency: frequencyInWords(found.spec),
    timing: timingOf(found.spec),
    paused,
    note: note || null,
    nextRuns: paused ? [] : listNextRuns(found),
    lastRunAt: found.info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    timeZone: found.spec.timezone || 'UTC',
    late: lateBecause(factsOf(found), new Date()),
    parameters: (found.action.args?.[0] ?? {}) as Readonly<Record<string, unknown>>,
    counts: {
      runs: found.info.numActionsTaken,
      droppedByOverlap: found.info.numActionsSkippedOverlap,
      droppedByOutage: found.info.numActionsMissedCatchupWindow,
    },
  };
}

function factsOf({ state, info }: ScheduleDescription): ScheduleFacts {
  const { createdAt, lastUpdatedAt = createdAt, nextActionTimes, recentActions, runningActions } = info;
  return {
    isPaused: state.paused,
    lastRunAt: recentActions.at(-1)?.takenAt ?? null,
    changedAt: lastUpdatedAt,
    nextRuns: nextActionTimes,
    runningId: runningActions.at(-1)?.workflow.workflowId ?? null,
  };
}

function listNextRuns({ info }: ScheduleDescription): string[] {
  return info.nextActionTimes.slice(0, NEXT_RUNS_SHOWN).map((time) => time.toISOString());
}

function describeStartedRun({ scheduledAt, takenAt, action }: ScheduleExecutionResult): StartedRun {
  const { workflowId, firstExecutionRunId } = action.workflow;
  return {
    scheduledAt: scheduledAt.toISOString(),
    startedAt: takenAt.toISOString(),
    workflowId,
    runId: firstExecutionRunId,
  };
}
