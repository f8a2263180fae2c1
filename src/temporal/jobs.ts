import { setTimeout as delay } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
  type WorkflowStartOptions,
  type WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, type SearchAttributePair } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { importJob, laneJob, produceJob, verifyJob } from '../domain/job-input.ts';
import { FILE_READY_SIGNAL } from '../domain/jobs.ts';
import { reachable, TASK_QUEUE, type TemporalClient } from './connection.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { isWorkerPolling } from './task-queue.ts';

/** What a person calls a job, and what Temporal starts for it. */
export interface Job {
  readonly name: string;
  /** The field's own label: its users know it. */
  readonly title: string;
  readonly workflowType: string;
  /** Whether it works on one shop; Import inventory works for all. */
  readonly perShop: boolean;
  readonly description: string;
}

export const JOBS = {
  'hard-sync': {
    name: 'hard-sync',
    title: 'Hard Sync',
    workflowType: 'hardSync',
    perShop: true,
    description: 'Publishes the Online ATP of every product of the shop as one file.',
  },
  'recent-changes': {
    name: 'recent-changes',
    title: 'Upload recent inventory changes',
    workflowType: 'uploadRecentChanges',
    perShop: true,
    description: 'Publishes the products whose Online ATP changed since the last file.',
  },
  'process-uploads': {
    name: 'process-uploads',
    title: 'Process uploads to eCommerce',
    workflowType: 'processUploads',
    perShop: true,
    description: 'Applies the shop’s files to Shopify, one after the other.',
  },
  import: {
    name: 'import',
    title: 'Import inventory',
    workflowType: 'importInventory',
    perShop: false,
    description: 'Imports the feed files that lie on SFTP.',
  },
  verify: {
    name: 'verify',
    title: 'Verify',
    workflowType: 'verifyShop',
    perShop: true,
    description: 'Compares Online ATP with what Shopify holds.',
  },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof JOBS;

/** One run of a job, as a person orders it. */
export type JobOrder =
  | {
      readonly job: 'hard-sync' | 'recent-changes';
      readonly shopId: string;
      readonly facilityGroupId?: string | undefined;
    }
  | { readonly job: 'process-uploads'; readonly shopId: string }
  | { readonly job: 'import'; readonly source?: string | undefined }
  | {
      readonly job: 'verify';
      readonly shopId: string;
      readonly sample?: number | undefined;
      readonly heal?: boolean | undefined;
    };

/** What came of an order; `result` is null while the run goes on. */
export interface JobRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: 'RUNNING' | 'COMPLETED';
  readonly result: unknown;
}

/** How often a waiting command looks whether anybody works on its job. */
const CHECK_INTERVAL_MS = 2_000;
/** A worker that is starting needs some seconds before it polls. */
const WORKER_GRACE_MS = 20_000;
/** Longer than any job of ours on the largest catalogue. */
const WAIT_MAX_MS = 6 * 60 * 60 * 1000;
/** Runs of others that a waiting command lets pass before its own. */
const RUNS_LET_PASS_MAX = 10;

/** @throws AtpError JOB_UNKNOWN */
export function jobNamed(name: string): Job & { readonly name: JobName } {
  if (!Object.hasOwn(JOBS, name)) throw new AtpError('JOB_UNKNOWN', { job: name });
  return JOBS[name as JobName];
}

/** `<workflow type>/<shop>`: at most one run of a job and shop is started by hand at a time. */
export function jobWorkflowId(job: JobName, shopId: string | null): string {
  const { workflowType } = JOBS[job];
  return shopId === null ? workflowType : `${workflowType}/${shopId}`;
}

/**
 * What a run is started with, whoever starts it: a person, or a schedule.
 *
 * @throws AtpError INPUT_INVALID, by the same rules as the workflow's own
 */
export function jobStart(order: JobOrder) {
  const { workflowType } = JOBS[order.job];
  return {
    workflowType,
    workflowId: jobWorkflowId(order.job, shopOf(order)),
    taskQueue: TASK_QUEUE,
    args: [inputOf(order)],
    typedSearchAttributes: searchAttributesOf(order),
    staticSummary: summaryOf(order),
  } as const;
}

/** The one JSON object that the workflow takes. */
function inputOf({ job, ...input }: JobOrder) {
  return INPUT_CHECKS[job](input);
}

/**
 * The order with what an earlier input says beyond it: parameters that a person gave a schedule stay until they are
 * given anew. An input that the workflow would refuse says nothing.
 */
export function withParameters<Order extends JobOrder>(order: Order, input: unknown): Order {
  try {
    const named = Object.entries(order).filter(([, value]) => value !== undefined);
    return { ...INPUT_CHECKS[order.job](input), ...Object.fromEntries(named) } as Order;
  } catch (error) {
    if (error instanceof AtpError) return order;
    throw error;
  }
}

const INPUT_CHECKS = {
  'hard-sync': produceJob,
  'recent-changes': produceJob,
  'process-uploads': laneJob,
  import: importJob,
  verify: verifyJob,
} as const satisfies Record<JobName, (input: unknown) => unknown>;

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

function shopOf(order: JobOrder): string | null {
  return 'shopId' in order ? order.shopId : null;
}

export interface RunOptions {
  /** Wait for the result. A run of the same job that is in the way is let pass first. */
  readonly wait: boolean;
  /** Why it runs, for whoever reads the run's details in the Temporal UI. */
  readonly details?: string | undefined;
  /** Tells a person what is waited for. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Runs a job now.
 *
 * Process uploads that runs already is signalled and joined: the lane takes one run at a time, and the signal makes
 * it look for files once more. Of every other job a run that was started earlier may have read the database before
 * the caller's change; joining it would promise too much. So without `wait` a running one is an error, and with
 * `wait` it is let pass and the job runs again.
 *
 * @throws AtpError JOB_RUNNING; TEMPORAL_UNREACHABLE; with `wait` also WORKER_NOT_POLLING (nobody works on it),
 *   JOB_STILL_RUNNING, JOB_FAILED, or the coded failure of the workflow as WorkflowFailure
 */
export async function runJob(
  temporal: TemporalClient,
  order: JobOrder,
  options: RunOptions,
): Promise<JobRun> {
  const handle = await started(temporal, order, options);
  const run = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
  if (!options.wait) return { ...run, status: 'RUNNING', result: null };
  options.onProgress?.(`${summaryOf(order)}: running (workflow ${run.workflowId})`);
  return { ...run, status: 'COMPLETED', result: await resultOf(temporal, handle) };
}

interface StartedRun extends WorkflowHandle {
  readonly firstExecutionRunId: string;
}

/**
 * Starts Process uploads of the shop, or makes the running one look once more before it ends: in one call, so that a
 * run that is just ending cannot swallow the wake-up.
 */
export async function wakeLane(
  temporal: TemporalClient,
  shopId: string,
  details?: string,
): Promise<StartedRun> {
  const { workflowType, ...start } = startOf({ job: 'process-uploads', shopId }, details);
  const handle = await reachable(temporal, () =>
    temporal.client.workflow.signalWithStart(workflowType, { ...start, signal: FILE_READY_SIGNAL }),
  );
  return Object.assign(handle, { firstExecutionRunId: handle.signaledRunId });
}

function startOf(order: JobOrder, details: string | undefined) {
  return { ...jobStart(order), ...(details !== undefined && { staticDetails: details }) };
}

async function started(temporal: TemporalClient, order: JobOrder, options: RunOptions): Promise<StartedRun> {
  if (order.job === 'process-uploads') return wakeLane(temporal, order.shopId, options.details);
  const { workflowType, ...start } = startOf(order, options.details);
  for (let passed = 0; ; passed += 1) {
    const outcome = await startOrFindRunning(temporal, workflowType, start);
    if ('started' in outcome) return outcome.started;
    const { runId } = outcome;
    if (!options.wait || passed >= RUNS_LET_PASS_MAX) {
      const { title } = JOBS[order.job];
      throw new AtpError('JOB_RUNNING', { job: title, workflowId: start.workflowId, runId });
    }
    options.onProgress?.(`${summaryOf(order)}: waiting for the run ${runId} to end`);
    await endOf(temporal, temporal.client.workflow.getHandle(start.workflowId, runId));
  }
}

async function startOrFindRunning(
  temporal: TemporalClient,
  workflowType: string,
  start: WorkflowStartOptions,
): Promise<{ readonly started: StartedRun } | { readonly runId: string }> {
  try {
    const options = { ...start, workflowIdConflictPolicy: 'FAIL' } as const;
    return {
      started: await reachable(temporal, () => temporal.client.workflow.start(workflowType, options)),
    };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const running = temporal.client.workflow.getHandle(start.workflowId);
    const { runId } = await reachable(temporal, () => running.describe());
    return { runId };
  }
}

/** Waits for a run that somebody else started; how it ended is not our business. */
async function endOf(temporal: TemporalClient, handle: WorkflowHandle): Promise<void> {
  await resultOf(temporal, handle).catch((error: unknown) => {
    const ended =
      error instanceof WorkflowFailure || (error instanceof AtpError && error.code === 'JOB_FAILED');
    if (!ended) throw error;
  });
}

/** Waits for a run's result, for as long as somebody works on it. */
async function resultOf(temporal: TemporalClient, handle: WorkflowHandle): Promise<unknown> {
  const { workflowId } = handle;
  try {
    return await whileWorkedOn(temporal, { workflowId, waitMaxMs: WAIT_MAX_MS }, () => handle.result());
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw causeOf(error, workflowId);
    throw error;
  }
}

export interface Waiting {
  readonly workflowId: string;
  readonly waitMaxMs: number;
}

/**
 * Waits for an answer of a workflow, for as long as somebody works on it: without a worker the call itself would hang.
 *
 * @throws AtpError WORKER_NOT_POLLING, JOB_STILL_RUNNING, TEMPORAL_UNREACHABLE, and what `ask` throws
 */
export async function whileWorkedOn<Answer>(
  temporal: TemporalClient,
  waiting: Waiting,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  // No deadline on the call: the server answers a long poll with a short deadline at once, and empty, thousands of
  // times a second.
  const { connection } = temporal.client;
  const ended = new AbortController();
  const answer = connection.withAbortSignal(ended.signal, ask);
  try {
    return await reachable(temporal, () => Promise.race([answer, neglect(temporal, waiting, ended.signal)]));
  } finally {
    ended.abort();
  }
}

/** Fails when nobody works on the queue, or the answer takes too long; ends with the signal. */
async function neglect(
  temporal: TemporalClient,
  { workflowId, waitMaxMs }: Waiting,
  signal: AbortSignal,
): Promise<never> {
  const startedAt = Date.now();
  let workedOnAt = startedAt;
  while (Date.now() - startedAt < waitMaxMs) {
    await delay(CHECK_INTERVAL_MS, undefined, { signal });
    if (await isWorkerPolling(temporal)) workedOnAt = Date.now();
    else if (Date.now() - workedOnAt > WORKER_GRACE_MS) {
      throw new AtpError('WORKER_NOT_POLLING', { taskQueue: TASK_QUEUE, workflowId });
    }
  }
  throw new AtpError('JOB_STILL_RUNNING', { workflowId, waitedMinutes: waitMaxMs / 60_000 });
}

/**
 * Why a workflow failed, in the words it gave: the failure's type is one of our codes, its message was made from
 * that code where the values were known.
 */
export class WorkflowFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions) {
    super(message, options);
    this.name = 'WorkflowFailure';
    this.code = code;
  }
}

/** What a failed run, or a failed update of one, is to whoever waited for it. */
export function causeOf(error: WorkflowFailedError | WorkflowUpdateFailedError, workflowId: string): Error {
  const { code, message } = failureCause(error);
  if (code !== null) return new WorkflowFailure(code, message, { cause: error });
  return new AtpError('JOB_FAILED', { workflowId, reason: message }, { cause: error });
}

/** Why a workflow ended without a result; the code is null when it was not the workflow itself that said so. */
export function failureCause(error: WorkflowFailedError | WorkflowUpdateFailedError): {
  readonly code: string | null;
  readonly message: string;
} {
  for (
    let cause = error.cause;
    cause !== undefined;
    cause = cause instanceof Error ? causeBelow(cause) : undefined
  ) {
    if (cause instanceof ApplicationFailure && cause.type)
      return { code: cause.type, message: cause.message };
    if (!(cause instanceof ActivityFailure)) break;
  }
  return { code: null, message: error.cause?.message ?? error.message };
}

function causeBelow(failure: Error): Error | undefined {
  return failure.cause instanceof Error ? failure.cause : undefined;
}
