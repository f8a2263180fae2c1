/** Starting a job's workflow, whoever starts it: a person, a schedule, or a job that has published a file. */
import { WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { AtpError, isCoded } from '../domain/errors.ts';
import {
  JOBS,
  acceptJobInput,
  shopOf,
  type JobInput,
  type JobName,
  type JobOrder,
  type JobResult,
} from '../domain/jobs/jobs.ts';
import { FILE_READY_SIGNAL, STARTED_BY, TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { createProgressTeller } from './progress-teller.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { createPollCheck } from './task-queue.ts';
import { waitForEnd, waitForResult } from './waiting.ts';

/** What came of an order; `result` is null while the run goes on. */
export interface JobRun<Result> {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: 'RUNNING' | 'COMPLETED';
  readonly result: Result | null;
}

/** Runs of others that a waiting command waits for before it starts its own. */
const RUNS_LET_PASS_MAX = 10;

/** `<workflow type>/<shop>`: at most one run of a job and shop is started by hand at a time. */
export function jobWorkflowId(job: JobName, shopId: string | null): string {
  const { workflowType } = JOBS[job];
  return shopId === null ? workflowType : `${workflowType}/${shopId}`;
}

/** Why a run is there. */
export interface Origin {
  /** Why it runs, for whoever reads the run in the Temporal UI. */
  readonly details?: string | undefined;
  /** The person who started it; absent: its schedule, or another part of the product. */
  readonly startedBy?: string | undefined;
}

/**
 * What a run is started with, whoever starts it.
 *
 * @throws AtpError INPUT_INVALID, by the same rules as the workflow's own
 */
export function startOptionsOf(order: JobOrder, { details, startedBy }: Origin = {}) {
  const { workflowType } = JOBS[order.job];
  return {
    workflowType,
    workflowId: jobWorkflowId(order.job, shopOf(order)),
    taskQueue: TASK_QUEUE,
    args: [inputOf(order)],
    typedSearchAttributes: searchAttributesOf(order),
    staticSummary: summaryOf(order),
    ...(details !== undefined && { staticDetails: details }),
    ...(startedBy !== undefined && { memo: { [STARTED_BY]: startedBy } }),
  } as const;
}

/** The one JSON object that the workflow takes. */
function inputOf({ job, ...input }: JobOrder): JobInput<JobName> {
  return acceptJobInput(job, input);
}

/**
 * The order with what an earlier input says beyond it: parameters that a person gave a schedule stay until they are
 * given anew. An input that the workflow would refuse says nothing.
 */
export function withParameters(order: JobOrder, input: unknown): JobOrder {
  try {
    const given = Object.entries(order).filter(([, value]) => value !== undefined);
    return { ...order, ...acceptJobInput(order.job, input), ...Object.fromEntries(given) };
  } catch (error) {
    if (error instanceof AtpError) return order;
    throw error;
  }
}

function searchAttributesOf(order: JobOrder): SearchAttributePair[] {
  const shopId = shopOf(order);
  const facilityGroupId = 'facilityGroupId' in order ? order.facilityGroupId : undefined;
  return [
    { key: SEARCH_ATTRIBUTES.jobName, value: order.job },
    ...(shopId === null ? [] : [{ key: SEARCH_ATTRIBUTES.shopId, value: shopId }]),
    ...(facilityGroupId === undefined
      ? []
      : [{ key: SEARCH_ATTRIBUTES.facilityGroupId, value: facilityGroupId }]),
  ];
}

/** One line for the list of runs in the Temporal UI. */
function summaryOf(order: JobOrder): string {
  const { title } = JOBS[order.job];
  const shopId = shopOf(order);
  return shopId === null ? title : `${title} · ${shopId}`;
}

export interface RunOptions extends Origin {
  /** Wait for the result. A run of the same job that is under way ends first. */
  readonly wait: boolean;
  /** How long; what has not ended by then is answered as RUNNING. Absent: JOB_WAIT_MAX_MS, and then an error. */
  readonly waitMaxMs?: number | undefined;
  /** Tells a person what is waited for. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Runs a job now.
 *
 * Process uploads that runs already is signalled and joined: the lane takes one run at a time, and the signal makes
 * it look for files once more. A running run of any other job may have read the database before the caller's change,
 * so joining it would promise too much. Without `wait` that is an error; with `wait` the job runs once that run has
 * ended.
 *
 * @throws AtpError JOB_RUNNING; TEMPORAL_UNREACHABLE; with `wait` also WORKER_NOT_POLLING (nobody works on it),
 *   JOB_STILL_RUNNING, JOB_FAILED, or the coded failure of the workflow as WorkflowFailure
 */
export async function runJob<Order extends JobOrder>(
  temporal: TemporalClient,
  order: Order,
  options: RunOptions,
): Promise<JobRun<JobResult<Order['job']>>> {
  const begunAt = performance.now();
  const run = await startJob(temporal, order, options, begunAt);
  if (!options.wait) return { ...run, status: 'RUNNING', result: null };
  const { onProgress, waitMaxMs } = options;
  onProgress?.(`${summaryOf(order)}: running (workflow ${run.workflowId})`);
  const tellProgress = onProgress && createProgressTeller(temporal, summaryOf(order), onProgress);
  const { workflowId, runId } = run;
  const handle = temporal.client.workflow.getHandle<JobWorkflow<Order['job']>>(workflowId, runId);
  try {
    const result = await waitForResult(temporal, handle, { begunAt, waitMaxMs, tellProgress });
    return { ...run, status: 'COMPLETED', result };
  } catch (error) {
    if (waitMaxMs === undefined || !isCoded(error, 'JOB_STILL_RUNNING')) throw error;
    return { ...run, status: 'RUNNING', result: null };
  }
}

/** A job's workflow as the client sees it. */
type JobWorkflow<Name extends JobName> = (input: JobInput<Name>) => Promise<JobResult<Name>>;

/** The first run of a chain. */
interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * Starts Process uploads of the shop, or makes the running one look once more before it ends: in one call, so that a
 * run that is just ending cannot swallow the wake-up.
 */
export async function wakeLane(
  temporal: TemporalClient,
  shopId: string,
  origin?: Origin,
): Promise<StartedRun> {
  const { workflowType, ...start } = startOptionsOf({ job: 'process-uploads', shopId }, origin);
  const { workflowId, signaledRunId } = await askTemporal(temporal, () =>
    temporal.client.workflow.signalWithStart(workflowType, { ...start, signal: FILE_READY_SIGNAL }),
  );
  return { workflowId, runId: signaledRunId };
}

/**
 * Starts a job, or finds the run of it that somebody has started and that is under way.
 *
 * @param details why it runs, for whoever reads the run in the Temporal UI
 */
export async function ensureRunning(
  temporal: TemporalClient,
  order: JobOrder,
  details: string,
): Promise<StartedRun> {
  const { workflowType, ...start } = startOptionsOf(order, { details });
  return startOrFindRunning(temporal, workflowType, start);
}

async function startJob(
  temporal: TemporalClient,
  order: JobOrder,
  options: RunOptions,
  begunAt: number,
): Promise<StartedRun> {
  const { waitMaxMs } = options;
  if (order.job === 'process-uploads') {
    const run = await wakeLane(temporal, order.shopId, options);
    await refuseBehind(temporal, order, run, false);
    return run;
  }
  const { workflowType, ...start } = startOptionsOf(order, options);
  for (let passed = 0; ; passed += 1) {
    const { isNew, ...run } = await startOrFindRunning(temporal, workflowType, start);
    if (isNew) return run;
    const { workflowId, runId } = run;
    await refuseBehind(temporal, order, run, !options.wait || passed >= RUNS_LET_PASS_MAX);
    options.onProgress?.(`${summaryOf(order)}: waiting for the run ${runId} to end`);
    const before = temporal.client.workflow.getHandle(workflowId, runId);
    await waitForEnd(temporal, before, { begunAt, waitMaxMs }).catch(async (error: unknown) => {
      if (waitMaxMs === undefined || !isCoded(error, 'JOB_STILL_RUNNING')) throw error;
      // Nothing of the caller's has started: it is refused, as without a wait.
      await refuseBehind(temporal, order, run, true);
    });
  }
}

/**
 * Refuses to start or to wait behind a run that is under way: always one on a task queue that nobody polls, since it never
 * ends.
 *
 * @throws AtpError JOB_RUNNING
 */
async function refuseBehind(
  temporal: TemporalClient,
  order: JobOrder,
  run: StartedRun,
  refusesAny: boolean,
): Promise<void> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.runId);
  const { taskQueue, startTime, workflowId, runId } = await askTemporal(temporal, () => handle.describe());
  // Whether somebody polls our own, who waits for the run learns by itself.
  const isPolled = taskQueue === TASK_QUEUE || (await createPollCheck(temporal)(taskQueue));
  if (isPolled && !refusesAny) return;
  const shopId = shopOf(order);
  throw new AtpError('JOB_RUNNING', {
    ...{ job: JOBS[order.job].title, workflowId, runId, taskQueue, since: startTime.toISOString() },
    ...{
      isPolled: isPolled ? 'yes' : 'no',
      order: shopId === null ? order.job : `${order.job} --shop ${shopId}`,
    },
  });
}

async function startOrFindRunning(
  temporal: TemporalClient,
  workflowType: string,
  start: WorkflowStartOptions,
): Promise<StartedRun & { readonly isNew: boolean }> {
  const { workflowId } = start;
  try {
    const options = { ...start, workflowIdConflictPolicy: 'FAIL' } as const;
    const { firstExecutionRunId } = await askTemporal(temporal, () =>
      temporal.client.workflow.start(workflowType, options),
    );
    return { workflowId, runId: firstExecutionRunId, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const running = temporal.client.workflow.getHandle(workflowId);
    const { runId } = await askTemporal(temporal, () => running.describe());
    return { workflowId, runId, isNew: false };
  }
}
