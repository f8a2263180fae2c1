/** The jobs as a person sees them: when they run, with what, and how it went. Times are ISO 8601, UTC. */
import type { ScheduleDescription, ScheduleExecutionResult, ScheduleSummary } from '@temporalio/client';
import { JOBS, type JobName } from '../domain/jobs/jobs.ts';
import { lateBecause, type ScheduleFacts } from '../domain/jobs/late-schedule.ts';
import { NEXT_RUNS_SHOWN } from '../domain/limits.ts';
import type { TemporalClient } from './connection.ts';
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
}

/** What the server tells of one schedule alone, and not of those in its list. */
export interface DescribedJob extends ScheduledJob {
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
export interface JobDetails extends DescribedJob {
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

/** @param found null: it has no schedule */
export function describeJob(
  jobName: JobName,
  shopId: string | null,
  found: ScheduleDescription | null,
): DescribedJob {
  if (!found) {
    const never = { runs: 0, droppedByOverlap: 0, droppedByOutage: 0 };
    return { ...toLine(jobName, shopId, null, null), parameters: {}, counts: never };
  }
  return {
    ...toLine(jobName, shopId, found, lateBecause(factsOf(found), new Date())),
    parameters: (found.action.args?.[0] ?? {}) as Readonly<Record<string, unknown>>,
    counts: {
      runs: found.info.numActionsTaken,
      droppedByOverlap: found.info.numActionsSkippedOverlap,
      droppedByOutage: found.info.numActionsMissedCatchupWindow,
    },
  };
}

/** What the server tells of a schedule in its list and by itself. */
export type ListedSchedule = Pick<ScheduleSummary, 'scheduleId' | 'state' | 'info' | 'spec'>;

export function toLine(
  jobName: JobName,
  shopId: string | null,
  found: ListedSchedule | null,
  late: string | null,
): ScheduledJob {
  const job = { jobName, title: JOBS[jobName].title, shopId, workflowId: jobWorkflowId(jobName, shopId) };
  if (!found) {
    const none = { scheduleId: null, frequency: null, timing: null, paused: false, note: null };
    return { ...job, ...none, nextRuns: [], lastRunAt: null, timeZone: null, late: null };
  }
  const { scheduleId: ofServer, state, info, spec = {} } = found;
  return {
    ...job,
    scheduleId: ofServer,
    frequency: frequencyInWords(spec),
    timing: timingOf(spec),
    paused: state.paused,
    note: state.note || null,
    nextRuns: state.paused ? [] : runsToCome(info.nextActionTimes),
    lastRunAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    timeZone: spec.timezone || 'UTC',
    late,
  };
}

/** In the server's list, a run that was started a moment ago is still to come. */
export function runsToCome(times: readonly Date[]): string[] {
  const now = Date.now();
  return times
    .filter((time) => time.getTime() > now)
    .slice(0, NEXT_RUNS_SHOWN)
    .map((time) => time.toISOString());
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

function describeStartedRun({ scheduledAt, takenAt, action }: ScheduleExecutionResult): StartedRun {
  const { workflowId, firstExecutionRunId } = action.workflow;
  return {
    scheduledAt: scheduledAt.toISOString(),
    startedAt: takenAt.toISOString(),
    workflowId,
    runId: firstExecutionRunId,
  };
}
