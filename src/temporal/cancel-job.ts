/** Ending runs of a job: by asking them, or by force where nobody is there who could hear it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { AtpError } from '../domain/errors.ts';
import { JOBS, type JobName } from '../domain/jobs/jobs.ts';
import { JOB_CANCEL_LOOK_INTERVAL_MS, JOB_CANCEL_WAIT_MS } from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { findJobRuns } from './job-runs.ts';
import { describeIfOpen } from './open-runs.ts';
import { createPollCheck } from './task-queue.ts';

/** How a run has ended. */
export interface EndedRun {
  readonly workflowId: string;
  readonly runId: string;
  /** `TERMINATED`: by force. Another word than these two: it came to its own end meanwhile. */
  readonly ended: string;
}

/**
 * Asks every open run of the job to end, and waits until it has. A step that is under way is ended within seconds; what it
 * has done is in the database, and the next run goes on from there.
 *
 * @param reason kept in the run's history
 * @param force terminates a run that is on a task queue that nobody polls, or that has not ended in JOB_CANCEL_WAIT_MS
 * @throws AtpError JOB_NOT_RUNNING, JOB_NOT_CANCELED, TEMPORAL_UNREACHABLE
 */
export async function cancelJob(
  temporal: TemporalClient,
  of: { readonly job: JobName; readonly shopId: string | null },
  { reason, force, onProgress }: CancelOptions,
): Promise<readonly EndedRun[]> {
  const runs = await findJobRuns(temporal, of.job, of.shopId);
  const title = of.shopId === null ? JOBS[of.job].title : `${JOBS[of.job].title} of shop "${of.shopId}"`;
  if (runs.length === 0) throw new AtpError('JOB_NOT_RUNNING', { job: title });
  const isPolled = createPollCheck(temporal);
  const ended: EndedRun[] = [];
  for (const run of runs) {
    const { workflowId, runId, taskQueue } = run;
    const canHear = await isPolled(taskQueue);
    if (canHear) {
      onProgress?.(`${title}: waiting for the run ${runId} to end`);
      await requestCancel(temporal, run, reason);
    }
    const status = canHear ? await waitForEnd(temporal, run) : null;
    if (status === null && !force) {
      const why = canHear
        ? `the run ${runId} (workflow ${workflowId}) was asked to end and has not within ${JOB_CANCEL_WAIT_MS / 1000} s`
        : `nobody polls the task queue "${taskQueue}" of the run ${runId} (workflow ${workflowId}), so it cannot hear`;
      throw new AtpError('JOB_NOT_CANCELED', { job: title, reason: why });
    }
    if (status === null) await terminate(temporal, run, reason);
    ended.push({ workflowId, runId, ended: status ?? 'TERMINATED' });
  }
  return ended;
}

export interface CancelOptions {
  readonly reason: string;
  readonly force: boolean;
  readonly onProgress?: (text: string) => void;
}

async function requestCancel(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionDescription,
  reason: string,
): Promise<void> {
  const { client, namespace } = temporal;
  // The SDK's own `cancel` takes no reason.
  await askTemporal(temporal, () =>
    client.workflowService.requestCancelWorkflowExecution({
      namespace,
      workflowExecution: { workflowId, runId },
      identity: client.options.identity,
      requestId: randomUUID(),
      reason,
    }),
  );
}

/** Its status once it has ended; null: it has not in time. */
async function waitForEnd(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | null> {
  const deadline = Date.now() + JOB_CANCEL_WAIT_MS;
  while (Date.now() < deadline) {
    const open = await describeIfOpen(temporal, { workflowId, runId });
    if (open === null) {
      const handle = temporal.client.workflow.getHandle(workflowId, runId);
      const { status } = await askTemporal(temporal, () => handle.describe());
      return status.name === 'CANCELLED' ? 'CANCELED' : status.name;
    }
    await delay(JOB_CANCEL_LOOK_INTERVAL_MS);
  }
  return null;
}

async function terminate(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionDescription,
  reason: string,
): Promise<void> {
  const handle = temporal.client.workflow.getHandle(workflowId, runId);
  try {
    await askTemporal(temporal, () => handle.terminate(reason));
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
