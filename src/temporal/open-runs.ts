/** The runs that are open on our task queue, and whether the workflow task of one fails. */
import pMap from 'p-map';
import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { FAILING_TASK, type PendingTask } from '../domain/failing-run.ts';
import {
  RUNS_DESCRIBED_AT_ONCE,
  RUN_RESTARTS_MAX,
  RUNS_WATCHED_MAX,
  TERMINATED_RUNS_READ_MAX,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';

/** Numbers of Temporal's protocol: EventType. */
const TASK_STARTED = 6;
const TASK_COMPLETED = 7;
const TASK_TIMED_OUT = 8;
const TASK_FAILED = 9;

/**
 * WorkflowTaskFailedCause of Temporal's protocol. These are no failures of our code: a signal that came while the run
 * was completing (UNHANDLED_COMMAND), or while a task was forced to close (FORCE_CLOSE_COMMAND).
 */
const NO_FAULTS: readonly number[] = [1, 17];
/** RESET_WORKFLOW: the mark of a run that was restarted. */
const RESTARTED = 20;

/** Events that tell about the last task: two or three for each attempt that was reported. */
const LAST_EVENTS = 50;
/** Events in which the first task of any run is found; a run that is started with a signal has one more before it. */
const FIRST_EVENTS = 100;

interface RunId {
  readonly workflowId: string;
  readonly runId: string;
}

/** A run whose workflow task was tried more than once. */
export interface TroubledRun extends PendingTask, RunId {
  readonly workflowType: string;
  /** What the worker said when the task failed; null: nobody said anything. */
  readonly failure: string | null;
}

/** Every open run, described; at most RUNS_WATCHED_MAX. One that ends meanwhile is left out. */
export async function describeOpenRuns(temporal: TemporalClient): Promise<WorkflowExecutionDescription[]> {
  const { workflow } = temporal.client;
  const query = `TaskQueue = '${TASK_QUEUE}' AND ExecutionStatus = 'Running'`;
  return askTemporal(
    temporal,
    async () => {
      const open: RunId[] = [];
      for await (const run of workflow.list({ query })) {
        open.push(run);
        if (open.length >= RUNS_WATCHED_MAX) break;
      }
      const described = await pMap(open, (run) => describeIfOpen(temporal, run), {
        concurrency: RUNS_DESCRIBED_AT_ONCE,
      });
      return described.filter((run) => run !== null);
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

/** Null: the run has ended, or there is none. Without a run id, the latest run of the workflow id. */
export async function describeIfOpen(
  temporal: TemporalClient,
  { workflowId, runId }: Pick<RunId, 'workflowId'> & Partial<RunId>,
): Promise<WorkflowExecutionDescription | null> {
  try {
    const handle = temporal.client.workflow.getHandle(workflowId, runId);
    const run = await askTemporal(temporal, () => handle.describe());
    return run.status.name === 'RUNNING' ? run : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** What is known about a run whose workflow task is not at its first attempt; null: nothing is wrong with it. */
export async function examineTask(
  temporal: TemporalClient,
  run: WorkflowExecutionDescription,
): Promise<TroubledRun | null> {
  const attempt = run.raw.pendingWorkflowTask?.attempt ?? 0;
  if (run.status.name !== 'RUNNING' || attempt < 2) return null;
  const { workflowId, runId } = run;
  return askTemporal(temporal, async () => {
    const { history } = await temporal.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: temporal.namespace,
      execution: { workflowId, runId },
      maximumPageSize: LAST_EVENTS,
    });
    let failures = 0;
    let failure: string | null = null;
    for (const { eventType, workflowTaskFailedEventAttributes: failed } of history?.events ?? []) {
      if (eventType === TASK_COMPLETED) break;
      if (eventType !== TASK_FAILED || !failed) continue;
      if (NO_FAULTS.includes(Number(failed.cause)) || failed.cause === RESTARTED) continue;
      failures += 1;
      failure ??= failed.failure?.message ?? null;
    }
    const restarts = await countRestarts(temporal, { workflowId, runId });
    return { workflowId, runId, workflowType: run.type, attempt, failures, failure, restarts };
  });
}

/** How often a run was restarted; RUN_RESTARTS_MAX at most. Each restart names the run in whose place it is. */
async function countRestarts(temporal: TemporalClient, run: RunId): Promise<number> {
  const { workflowId } = run;
  let { runId } = run;
  for (let restarts = 0; restarts < RUN_RESTARTS_MAX; restarts += 1) {
    const { restartOf } = await readFirstTask(temporal, { workflowId, runId });
    if (restartOf === null) return restarts;
    runId = restartOf;
  }
  return RUN_RESTARTS_MAX;
}

/** The open runs whose workflow code has failed since it last did anything. */
export async function listFailing(temporal: TemporalClient): Promise<readonly TroubledRun[]> {
  const troubled: TroubledRun[] = [];
  for (const run of await describeOpenRuns(temporal)) {
    const trouble = await examineTask(temporal, run);
    if (trouble && trouble.failures > 0) troubled.push(trouble);
  }
  return troubled;
}

/** Counts the runs that were restarted or given up since then; it looks at TERMINATED_RUNS_READ_MAX runs at most. */
export async function countMendedSince(temporal: TemporalClient, since: Date): Promise<number> {
  const { workflow } = temporal.client;
  const query = `TaskQueue = '${TASK_QUEUE}' AND ExecutionStatus = 'Terminated' AND CloseTime > '${since.toISOString()}'`;
  const read = async (): Promise<number> => {
    const ended: RunId[] = [];
    for await (const run of workflow.list({ query })) {
      ended.push(run);
      if (ended.length >= TERMINATED_RUNS_READ_MAX) break;
    }
    const reasons = await pMap(
      ended,
      ({ workflowId, runId }) =>
        workflow
          .getHandle(workflowId, runId, { followRuns: false })
          .result()
          .then(
            () => '',
            (error: unknown) => (error instanceof WorkflowFailedError ? (error.cause?.message ?? '') : ''),
          ),
      { concurrency: RUNS_DESCRIBED_AT_ONCE },
    );
    return reasons.filter((reason) => reason.startsWith(FAILING_TASK)).length;
  };
  return askTemporal(temporal, read, TEMPORAL_LIST_TIMEOUT_MS);
}

/**
 * The event that a restart begins after: the end of the run's first workflow task, or its start when it never ended.
 * Null: the run has no task yet. Also the run in whose place this one was started; null: it is no restart.
 */
export async function readFirstTask(temporal: TemporalClient, { workflowId, runId }: RunId) {
  const { history } = await temporal.client.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.namespace,
    execution: { workflowId, runId },
    maximumPageSize: FIRST_EVENTS,
  });
  const events = history?.events ?? [];
  const isOneOf =
    (...types: number[]) =>
    ({ eventType }: { readonly eventType?: number | null }): boolean =>
      types.includes(Number(eventType));
  const ended = events.find(isOneOf(TASK_COMPLETED, TASK_TIMED_OUT, TASK_FAILED));
  const first = ended ?? events.find(isOneOf(TASK_STARTED));
  const restart = events.find((event) => event.workflowTaskFailedEventAttributes?.cause === RESTARTED);
  return {
    eventId: first?.eventId ?? null,
    restartOf: restart?.workflowTaskFailedEventAttributes?.baseRunId ?? null,
  };
}
