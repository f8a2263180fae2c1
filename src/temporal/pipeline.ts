/** The runs of all jobs: those to come from the schedules, the others from Temporal's list of workflows. */
import { WorkflowFailedError, type WorkflowExecutionInfo } from '@temporalio/client';
import {
  JOB_NAMES,
  jobOfWorkflowType,
  JOBS,
  resultInWords,
  type JobName,
  type JobResult,
} from '../domain/jobs/jobs.ts';
import {
  PIPELINE_RESULTS_AT_ONCE,
  PIPELINE_SCHEDULES_MAX,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import type { PipelineState } from '../domain/jobs/pipeline-state.ts';
import { counted } from '../domain/words.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { workInTurns } from './in-turns.ts';
import { describeIfOpen, examineTask } from './open-runs.ts';
import { jobWorkflowId } from './run-job.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { frequencyInWords } from './schedule-words.ts';
import { jobOfSchedule } from './schedules.ts';
import { readFailure } from './workflow-failure.ts';

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
  /** One line for a person: what came of it, or how often it runs. */
  readonly summary: string;
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
  /** Runs at most; of those to come, the next ones, of the others the newest. */
  readonly limit: number;
}

/** Reads the runs: first those to come, then those under way, then those that ended, the newest first. */
export async function readPipeline(temporal: TemporalClient, filter: PipelineFilter): Promise<Pipeline> {
  const pending =
    filter.state === undefined || filter.state === 'pending' ? await listPending(temporal, filter) : [];
  const limit = filter.limit - pending.length;
  const others = filter.state === 'pending' || limit < 0 ? [] : await listRuns(temporal, filter, limit + 1);
  const runs = [...pending.slice(0, filter.limit), ...others.slice(0, Math.max(0, limit))];
  return { runs, more: pending.length + others.length > filter.limit };
}

/** The next run of each schedule that is not paused, the soonest first; at most one more than the limit. */
async function listPending(temporal: TemporalClient, filter: PipelineFilter): Promise<PipelineRun[]> {
  return askTemporal(
    temporal,
    async () => {
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
          summary: spec ? frequencyInWords(spec) : '',
          uiPath: `schedules/${encodeURIComponent(scheduleId)}`,
        });
      }
      const soonest = runs.toSorted((one, other) =>
        (one.scheduledAt as string) < (other.scheduledAt as string) ? -1 : 1,
      );
      return soonest.slice(0, filter.limit + 1);
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

function isWanted(
  { job, shopId }: PipelineFilter,
  found: { readonly job: JobName; readonly shopId: string | null },
): boolean {
  return (job === undefined || job === found.job) && (shopId === undefined || shopId === found.shopId);
}

/** A run that continued as a new one is left out: the new run is listed. */
const STATUS_QUERIES = {
  running: `ExecutionStatus = 'Running'`,
  completed: `ExecutionStatus = 'Completed'`,
  failed: `ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`,
} as const;

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
      return workInTurns(found, PIPELINE_RESULTS_AT_ONCE, (run) => readRun(temporal, run));
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

/** Searches by workflow type, which a run has from its start. Its search attributes may come later. */
function queryOf({ state, job, shopId }: PipelineFilter): string {
  const types = (job === undefined ? JOB_NAMES : [job]).map((name) => `'${JOBS[name].workflowType}'`);
  return [
    `WorkflowType IN (${types.join(', ')})`,
    state === undefined || state === 'pending'
      ? `ExecutionStatus != 'ContinuedAsNew'`
      : STATUS_QUERIES[state],
    ...(shopId === undefined ? [] : [`${SEARCH_ATTRIBUTES.shopId.name} = '${shopId}'`]),
  ].join(' AND ');
}

async function readRun(temporal: TemporalClient, run: WorkflowExecutionInfo): Promise<PipelineRun> {
  const { workflowId, runId } = run;
  const attributes = run.typedSearchAttributes;
  const scheduledAt = attributes.getAll().find(({ key }) => key.name === 'TemporalScheduledStartTime')?.value;
  const jobName = jobOfWorkflowType(run.type);
  if (!jobName) throw new Error(`The server answered with a run of ${run.type}, which was not asked for.`);
  return {
    jobName,
    shopId: attributes.get(SEARCH_ATTRIBUTES.shopId) ?? null,
    status: run.status.name as PipelineRun['status'],
    scheduledAt: scheduledAt instanceof Date ? scheduledAt.toISOString() : null,
    startedAt: run.startTime.toISOString(),
    closedAt: run.closeTime?.toISOString() ?? null,
    workflowId,
    runId,
    summary:
      run.status.name === 'RUNNING'
        ? await summarizeWork(temporal, jobName, run)
        : await summarizeEnd(temporal, jobName, run),
    uiPath: `workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
  };
}

/** How a run gets on that is under way. */
async function summarizeWork(
  temporal: TemporalClient,
  job: JobName,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<string> {
  const running = `${JOBS[job].title} is running`;
  const found = await describeIfOpen(temporal, { workflowId, runId });
  const trouble = found && (await examineTask(temporal, found));
  if (!trouble || trouble.failures === 0) return running;
  return `${running}; its workflow code has failed ${counted(trouble.failures, 'time')}: ${trouble.failure}`;
}

/** What came of a run that has ended. */
async function summarizeEnd(
  temporal: TemporalClient,
  job: JobName,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<string> {
  type Workflow = () => Promise<JobResult<JobName>>;
  const handle = temporal.client.workflow.getHandle<Workflow>(workflowId, runId, { followRuns: false });
  try {
    return resultInWords(job, await handle.result());
  } catch (error) {
    // A run of an earlier release may have ended with a result of another shape.
    if (error instanceof TypeError)
      return `${JOBS[job].title} has ended; this release cannot read its result`;
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { code, message } = readFailure(error);
    return code === null ? message : `${code}: ${message}`;
  }
}
