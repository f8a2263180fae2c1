/** Waiting for a workflow, for as long as somebody works on it. */
import { JOB_WAIT_MAX_MS, WAIT_CHECK_INTERVAL_MS, WORKER_GRACE_MS } from '../domain/limits.ts';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowHandle, type WorkflowResultType } from '@temporalio/client';
import { TerminatedFailure, type Workflow } from '@temporalio/common';
import { AtpError, isCoded } from '../domain/errors.ts';
import { WorkflowFailure } from '../domain/failure.ts';
import { askTemporal, codeTemporalErrors, type TemporalClient } from './connection.ts';
import { isWorkerPolling } from './task-queue.ts';
import { explainFailure } from './workflow-failure.ts';

export interface Waiting {
  readonly waitsFor: 'job' | 'decision';
  readonly workflowId: string;
  readonly waitMaxMs: number;
  /** By the monotonic clock of the process: from when it counts; absent: from now. */
  readonly begunAt?: number;
  /** Called at each look while the wait goes on; it does not throw. */
  readonly onLook?: (() => Promise<void>) | undefined;
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
  // The call gets no deadline: the server answers a long poll with a short deadline at once, without a result, and the
  // client would repeat it thousands of times a second.
  const { connection } = temporal.client;
  const ended = new AbortController();
  const answer = connection.withAbortSignal(ended.signal, ask);
  try {
    return await codeTemporalErrors(temporal, () =>
      Promise.race([answer, failWhenNeglected(temporal, waiting, ended.signal)]),
    );
  } finally {
    ended.abort();
  }
}

/** Fails when nobody works on the queue, or the answer takes too long; ends with the signal. */
async function failWhenNeglected(
  temporal: TemporalClient,
  { waitsFor, workflowId, waitMaxMs, begunAt = performance.now(), onLook }: Waiting,
  signal: AbortSignal,
): Promise<never> {
  let workedOnAt = performance.now();
  while (performance.now() - begunAt < waitMaxMs) {
    await delay(WAIT_CHECK_INTERVAL_MS, undefined, { signal });
    if (await isWorkerPolling(temporal)) workedOnAt = performance.now();
    else if (performance.now() - workedOnAt > WORKER_GRACE_MS) {
      throw new AtpError('WORKER_NOT_POLLING', { taskQueue: TASK_QUEUE, workflowId, waitsFor });
    }
    await onLook?.();
  }
  throw new AtpError('JOB_STILL_RUNNING', { workflowId, waitedMinutes: waitMaxMs / 60_000 });
}

/** How a job's end is waited for: `waitMaxMs` from `begunAt` on, whatever else the command has waited for since. */
export interface JobWait {
  /** By the monotonic clock of the process. */
  readonly begunAt: number;
  /** Absent: JOB_WAIT_MAX_MS. */
  readonly waitMaxMs?: number | undefined;
  readonly tellProgress?: ((handle: WorkflowHandle) => Promise<void>) | undefined;
}

/** Waits until a run that somebody else started has ended. Its failure is not thrown. */
export async function waitForEnd(
  temporal: TemporalClient,
  handle: WorkflowHandle,
  wait: JobWait,
): Promise<void> {
  await waitForResult(temporal, handle, wait).catch((error: unknown) => {
    const ended = error instanceof WorkflowFailure || isCoded(error, 'JOB_FAILED');
    if (!ended) throw error;
  });
}

/** Waits for a run's result, for as long as somebody works on it. A run that is restarted is waited for in its place. */
export async function waitForResult<Run extends Workflow>(
  temporal: TemporalClient,
  handle: WorkflowHandle<Run>,
  { begunAt, waitMaxMs = JOB_WAIT_MAX_MS, tellProgress }: JobWait,
): Promise<WorkflowResultType<Run>> {
  const { workflowId } = handle;
  let awaited = handle;
  // Of a chain of runs, the latest one is looked at.
  const latest = temporal.client.workflow.getHandle(workflowId);
  const onLook = tellProgress && (() => tellProgress(latest));
  const waiting: Waiting = { waitsFor: 'job', workflowId, waitMaxMs, begunAt, onLook };
  for (;;) {
    try {
      const run = awaited;
      return await whileWorkedOn(temporal, waiting, () => run.result());
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const restarted =
        error.cause instanceof TerminatedFailure ? await findRestart(temporal, awaited) : null;
      if (restarted === null) throw explainFailure(error, workflowId);
      awaited = restarted;
    }
  }
}

/** The run that was started in the place of one that was ended; null: there is none. RUN_RESTARTS_MAX is their bound. */
async function findRestart<Run extends Workflow>(
  temporal: TemporalClient,
  ended: WorkflowHandle<Run>,
): Promise<WorkflowHandle<Run> | null> {
  const { workflow } = temporal.client;
  const [before, latest] = await askTemporal(temporal, () =>
    Promise.all([ended.describe(), workflow.getHandle(ended.workflowId).describe()]),
  );
  const chainOf = ({ raw }: typeof before): string => raw.workflowExecutionInfo?.firstRunId ?? '';
  if (latest.runId === before.runId || chainOf(latest) !== chainOf(before)) return null;
  return workflow.getHandle<Run>(ended.workflowId, latest.runId);
}
