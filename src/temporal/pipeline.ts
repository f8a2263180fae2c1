/** The runs of all jobs: those to come from the schedules, the others from Temporal's list of workflows. */
import pMap from 'p-map';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { JOB_NAMES, jobOfWorkflowType, JOBS, type JobName } from '../domain/jobs/jobs.ts';
import { PIPELINE_RESULTS_AT_ONCE, TEMPORAL_LIST_TIMEOUT_MS } from '../domain/limits.ts';
import { ATTENTION_OUTCOMES, isOutcome, type Outcome } from '../domain/jobs/outcome.ts';
import type { PipelineState, RunStarter } from '../domain/jobs/pipeline-state.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { listSchedules } from './listed-schedules.ts';
import {
  createLook,
  NOT_UNDER_WAY,
  summarizeEnd,
  type Look,
  type Retrying,
  type RowsDone,
} from './run-summary.ts';
import { STARTED_BY } from '../domain/workflow-names.ts';
import { jobWorkflowId } from './run-job.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { runsToCome } from './scheduled-jobs.ts';
import { frequencyInWords } from './schedule-words.ts';
import { jobOfSchedule } from './schedules.ts';

/** One run, past or to come. Times are ISO 8601, UTC. */
export interface PipelineRun {
  readonly jobName: JobName;
  readonly shopId: string | null;
  readonly status:
    | ('PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED' | 'TIMED_OUT')
    // It has gone on as a new run. No list has it.
    | 'CONTINUED_AS_NEW';
  /** What came of it; null: it has not ended, was terminated, or is of an earlier release. */
  readonly outcome: Outcome | null;
  /** Null: its schedule did not start it. */
  readonly scheduledAt: string | null;
  /** The person who started it; null: its schedule did, or another part of the product, or it is of an earlier release. */
  readonly startedBy: string | null;
  readonly startedAt: string | null;
  readonly closedAt: string | null;
  readonly workflowId: string;
  /** Null: it is to come. */
  readonly runId: string | null;
  /** One line for a person: what came of it, or how often it runs. */
  readonly summary: string;
  /** The plan that it has told as held; null: none, or it has not ended. */
  readonly heldPlan: number | null;
  /** Of a run under way: its step that was tried before, and why it is tried again; null: none is. */
  readonly retrying: Retrying | null;
  /** Of a run under way whose step works through rows; null: none does. */
  readonly progress: RowsDone | null;
  /** Its page in Temporal's UI, below the namespace's. */
  readonly uiPath: string;
}

export interface Pipeline {
  readonly runs: readonly PipelineRun[];
  /** Whether there are runs beyond the limit. */
  readonly more: boolean;
}

export interface PipelineFilter {
  /** Absent: all. */
  readonly state?: PipelineState | undefined;
  readonly job?: JobName | undefined;
  readonly shopId?: string | undefined;
  /** Also the runs that found nothing to do. */
  readonly all?: boolean | undefined;
  readonly startedBy?: RunStarter | undefined;
  /** Only runs that began from this instant on, and before that one. */
  readonly since?: Date | undefined;
  readonly before?: Date | undefined;
  /** Also the runs of a schedule after its next one, as far as the server tells them. */
  readonly withExpected?: boolean | undefined;
  /** Runs at most; of those to come, the next ones, of the others the newest. */
  readonly limit: number;
}

/** Reads the runs: first those to come, then those under way, then those that ended, the newest first. */
export async function readPipeline(temporal: TemporalClient, filter: PipelineFilter): Promise<Pipeline> {
  const wantsPending = filter.state === undefined || filter.state === 'pending';
  // What is to come, a schedule starts.
  const pending = wantsPending && filter.startedBy !== 'other' ? await listPending(temporal, filter) : [];
  const limit = filter.limit - pending.length;
  const others = filter.state === 'pending' || limit < 0 ? [] : await listRuns(temporal, filter, limit + 1);
  const runs = [...pending.slice(0, filter.limit), ...others.slice(0, Math.max(0, limit))];
  return { runs, more: pending.length + others.length > filter.limit };
}

/** The next run, or runs, of each schedule that is not paused, the soonest first; at most one more than the limit. */
async function listPending(temporal: TemporalClient, filter: PipelineFilter): Promise<PipelineRun[]> {
  const listed = await listSchedules(temporal, scheduleQueryOf(filter));
  const runs = listed.flatMap(({ scheduleId, state, info, spec }): PipelineRun[] => {
    const job = jobOfSchedule(scheduleId);
    if (!job || state.paused || !isWanted(filter, job)) return [];
    const toCome = runsToCome(info.nextActionTimes);
    return timesWanted(filter, toCome).map((scheduledAt) => ({
      jobName: job.job,
      shopId: job.shopId,
      status: 'PENDING',
      outcome: null,
      scheduledAt,
      startedBy: null,
      startedAt: null,
      closedAt: null,
      workflowId: jobWorkflowId(job.job, job.shopId),
      runId: null,
      summary: spec ? frequencyInWords(spec) : '',
      heldPlan: null,
      ...NOT_UNDER_WAY,
      uiPath: `schedules/${encodeURIComponent(scheduleId)}`,
    }));
  });
  const soonest = runs.toSorted((one, other) =>
    (one.scheduledAt as string) < (other.scheduledAt as string) ? -1 : 1,
  );
  return soonest.slice(0, filter.limit + 1);
}

function timesWanted(
  { withExpected = false, since, before }: PipelineFilter,
  toCome: readonly string[],
): readonly string[] {
  if (!withExpected) return toCome.slice(0, 1);
  return toCome.filter(
    (time) =>
      (since === undefined || time >= since.toISOString()) &&
      (before === undefined || time < before.toISOString()),
  );
}

/** Of one job or shop, the server need not send the schedules of all: with a hundred shops there are hundreds. */
function scheduleQueryOf({ job, shopId }: PipelineFilter): string {
  return [
    ...(job === undefined ? [] : [`${SEARCH_ATTRIBUTES.jobName.name} = '${job}'`]),
    ...(shopId === undefined ? [] : [`${SEARCH_ATTRIBUTES.shopId.name} = '${shopId}'`]),
  ].join(' AND ');
}

function isWanted(
  { job, shopId }: PipelineFilter,
  found: { readonly job: JobName; readonly shopId: string | null },
): boolean {
  return (job === undefined || job === found.job) && (shopId === undefined || shopId === found.shopId);
}

const OUTCOME = SEARCH_ATTRIBUTES.outcome.name;

/**
 * By the word that is shown of a run. One that has failed may have completed for Temporal; one without an outcome goes by
 * its status. A run that continued as a new one is left out: the new run is listed.
 */
const STATUS_QUERIES = {
  running: `ExecutionStatus = 'Running'`,
  completed: `ExecutionStatus = 'Completed' AND (${OUTCOME} IS NULL OR ${OUTCOME} != 'FAILED')`,
  failed: `(ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut') OR (ExecutionStatus = 'Completed' AND ${OUTCOME} = 'FAILED'))`,
  // A run that was terminated or timed out could not tell its outcome.
  'needs-attention': `(${OUTCOME} IN (${ATTENTION_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')}) OR ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut'))`,
} as const;

/** A schedule marks the runs that it starts. */
const STARTER_QUERIES: Readonly<Record<RunStarter, string>> = {
  schedule: 'TemporalScheduledById IS NOT NULL',
  other: 'TemporalScheduledById IS NULL',
};

/** With the runs that have no outcome: in a comparison, an SQL database of the server leaves them out. */
const FOUND_WORK = `(${OUTCOME} IS NULL OR ${OUTCOME} != 'NOTHING_TO_DO')`;

async function listRuns(
  temporal: TemporalClient,
  filter: PipelineFilter,
  count: number,
): Promise<PipelineRun[]> {
  return askTemporal(
    temporal,
    async () => {
      const found: WorkflowExecutionInfo[] = [];
      const pages = temporal.client.workflow.list({ query: queryOf(filter), pageSize: Math.min(count, 100) });
      for await (const run of pages) {
        found.push(run);
        if (found.length >= count) break;
      }
      const lookAt = createLook(temporal);
      return pMap(found, (run) => readRun(temporal, run, lookAt), { concurrency: PIPELINE_RESULTS_AT_ONCE });
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

/** Searches by workflow type, which a run has from its start. Its search attributes may come later. */
function queryOf({ state, job, shopId, all = false, ...begun }: PipelineFilter): string {
  const types = (job === undefined ? JOB_NAMES : [job]).map((name) => `'${JOBS[name].workflowType}'`);
  return [
    `WorkflowType IN (${types.join(', ')})`,
    state === undefined || state === 'pending'
      ? `ExecutionStatus != 'ContinuedAsNew'`
      : STATUS_QUERIES[state],
    ...(all ? [] : [FOUND_WORK]),
    ...(shopId === undefined ? [] : [`${SEARCH_ATTRIBUTES.shopId.name} = '${shopId}'`]),
    ...(begun.startedBy === undefined ? [] : [STARTER_QUERIES[begun.startedBy]]),
    ...(begun.since === undefined ? [] : [`StartTime >= '${begun.since.toISOString()}'`]),
    ...(begun.before === undefined ? [] : [`StartTime < '${begun.before.toISOString()}'`]),
  ].join(' AND ');
}

/** As it is listed, or described. */
type ListedRun = Omit<WorkflowExecutionInfo, 'raw'>;

function starterOf({ memo }: ListedRun): string | null {
  const name = memo?.[STARTED_BY];
  return typeof name === 'string' ? name : null;
}

/** @param run of a job */
export async function readRun(temporal: TemporalClient, run: ListedRun, lookAt: Look): Promise<PipelineRun> {
  const { workflowId, runId } = run;
  const attributes = run.typedSearchAttributes;
  const scheduledAt = attributes.getAll().find(({ key }) => key.name === 'TemporalScheduledStartTime')?.value;
  const jobName = jobOfWorkflowType(run.type);
  if (!jobName) throw new Error(`The server answered with a run of ${run.type}, which was not asked for.`);
  const outcome = attributes.get(SEARCH_ATTRIBUTES.outcome);
  return {
    jobName,
    shopId: attributes.get(SEARCH_ATTRIBUTES.shopId) ?? null,
    status: run.status.name === 'CANCELLED' ? 'CANCELED' : (run.status.name as PipelineRun['status']),
    outcome: isOutcome(outcome) ? outcome : null,
    scheduledAt: scheduledAt instanceof Date ? scheduledAt.toISOString() : null,
    startedBy: starterOf(run),
    startedAt: run.startTime.toISOString(),
    closedAt: run.closeTime?.toISOString() ?? null,
    workflowId,
    runId,
    ...(run.status.name === 'RUNNING'
      ? { ...(await lookAt(jobName, run)), heldPlan: null }
      : { ...(await summarizeEnd(temporal, jobName, run)), ...NOT_UNDER_WAY }),
    uiPath: `workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
  };
}
