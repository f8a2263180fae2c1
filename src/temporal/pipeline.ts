/** The runs of all jobs: those to come from the schedules, the others from Temporal's list of workflows. */
import { WorkflowFailedError, type WorkflowExecutionInfo } from '@temporalio/client';
import { PIPELINE_RESULTS_AT_ONCE, PIPELINE_SCHEDULES_MAX } from '../domain/limits.ts';
import { reachable, type TemporalClient } from './connection.ts';
import { failureCause, JOBS, jobWorkflowId, type JobName } from './jobs.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { frequencyInWords } from './schedule-words.ts';
import { jobOfSchedule } from './schedules.ts';

export const PIPELINE_STATES = ['pending', 'running', 'completed', 'failed'] as const;
export type PipelineState = (typeof PIPELINE_STATES)[number];

/** One run, past or to come. Times are ISO 8601, UTC. */
export interface PipelineRun {
  readonly jobName: JobName;
  readonly shopId: string | null;
  readonly status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED' | 'TIMED_OUT';
  /** Null: a person started it. */
  readonly scheduledAt: string | null;
  readonly startedAt: string | null;
  readonly closedAt: string | null;
  readonly workflowId: string;
  /** Null: it is to come. */
  readonly runId: string | null;
  readonly outcome: Outcome;
}

/** What there is to say of a run beyond its times. */
export type Outcome =
  | { readonly kind: 'pending'; readonly frequency: string; readonly scheduleId: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string };

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
  /** Runs at most; of those to come, the next ones, of the others the newest. */
  readonly limit: number;
}

/** Pending runs first, then by how late they ended: the running, the newest, the older. */
export async function pipeline(temporal: TemporalClient, filter: PipelineFilter): Promise<Pipeline> {
  const pending =
    filter.state === undefined || filter.state === 'pending' ? await toCome(temporal, filter) : [];
  const limit = filter.limit - pending.length;
  const others = filter.state === 'pending' || limit < 0 ? [] : await listed(temporal, filter, limit + 1);
  const runs = [...pending.slice(0, filter.limit), ...others.slice(0, Math.max(0, limit))];
  return { runs, more: pending.length + others.length > filter.limit };
}

/** The next run of each schedule that is not paused, the soonest first; at most one more than the limit. */
async function toCome(temporal: TemporalClient, filter: PipelineFilter): Promise<PipelineRun[]> {
  return reachable(temporal, async () => {
    const runs: PipelineRun[] = [];
    let read = 0;
    for await (const { scheduleId, state, info, spec } of temporal.client.schedule.list()) {
      read += 1;
      if (read > PIPELINE_SCHEDULES_MAX) break;
      const job = jobOfSchedule(scheduleId);
      const [next] = info.nextActionTimes;
      if (!job || state.paused || !next || !isWanted(filter, job)) continue;
      runs.push({
        jobName: job.job,
        shopId: job.shopId,
        status: 'PENDING',
        scheduledAt: next.toISOString(),
        startedAt: null,
        closedAt: null,
        workflowId: jobWorkflowId(job.job, job.shopId),
        runId: null,
        outcome: { kind: 'pending', frequency: spec ? frequencyInWords(spec) : '', scheduleId },
      });
    }
    const soonest = runs.toSorted((one, other) =>
      (one.scheduledAt as string) < (other.scheduledAt as string) ? -1 : 1,
    );
    return soonest.slice(0, filter.limit + 1);
  });
}

function isWanted(
  { job, shopId }: PipelineFilter,
  found: { readonly job: JobName; readonly shopId: string | null },
): boolean {
  return (job === undefined || job === found.job) && (shopId === undefined || shopId === found.shopId);
}

/** A run that went on in a new one is its successor's story. */
const STATUS_QUERIES = {
  running: `ExecutionStatus = 'Running'`,
  completed: `ExecutionStatus = 'Completed'`,
  failed: `ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`,
} as const;

async function listed(
  temporal: TemporalClient,
  filter: PipelineFilter,
  count: number,
): Promise<PipelineRun[]> {
  return reachable(temporal, async () => {
    const found: WorkflowExecutionInfo[] = [];
    const pages = temporal.client.workflow.list({ query: queryOf(filter), pageSize: Math.min(count, 100) });
    for await (const run of pages) {
      found.push(run);
      if (found.length >= count) break;
    }
    return inTurns(found, (run) => pipelineRun(temporal, run));
  });
}

/** By type, which every run has from its start; what search attributes it sets itself may come later. */
function queryOf({ state, job, shopId }: PipelineFilter): string {
  const jobs = Object.values(JOBS).filter(({ name }) => job === undefined || name === job);
  return [
    `WorkflowType IN (${jobs.map(({ workflowType }) => `'${workflowType}'`).join(', ')})`,
    state === undefined || state === 'pending'
      ? `ExecutionStatus != 'ContinuedAsNew'`
      : STATUS_QUERIES[state],
    ...(shopId === undefined ? [] : [`${SEARCH_ATTRIBUTES.shopId.name} = '${shopId}'`]),
  ].join(' AND ');
}

async function pipelineRun(temporal: TemporalClient, run: WorkflowExecutionInfo): Promise<PipelineRun> {
  const attributes = run.typedSearchAttributes;
  const scheduledAt = attributes.getAll().find(({ key }) => key.name === 'TemporalScheduledStartTime')?.value;
  return {
    jobName: jobOfType(run.type),
    shopId: attributes.get(SEARCH_ATTRIBUTES.shopId) ?? null,
    status: run.status.name as PipelineRun['status'],
    scheduledAt: scheduledAt instanceof Date ? scheduledAt.toISOString() : null,
    startedAt: run.startTime.toISOString(),
    closedAt: run.closeTime?.toISOString() ?? null,
    workflowId: run.workflowId,
    runId: run.runId,
    outcome: run.status.name === 'RUNNING' ? { kind: 'running' } : await outcomeOf(temporal, run),
  };
}

function jobOfType(workflowType: string): JobName {
  const job = Object.values(JOBS).find((known) => known.workflowType === workflowType);
  if (!job) throw new Error(`The server answered with a run of ${workflowType}, which was not asked for.`);
  return job.name;
}

async function outcomeOf(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<Outcome> {
  const handle = temporal.client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    return { kind: 'completed', result: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { kind: 'failed', ...failureCause(error) };
  }
}

/** Some at once, in the order of the items. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += PIPELINE_RESULTS_AT_ONCE) {
    const turn = items.slice(from, from + PIPELINE_RESULTS_AT_ONCE);
    results.push(...(await Promise.all(turn.map(work))));
  }
  return results;
}
