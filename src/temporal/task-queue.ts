import { WORKER_POLL_AGE_MAX_MS } from '../domain/limits.ts';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';

/** TASK_QUEUE_TYPE_WORKFLOW of Temporal's API. */
const WORKFLOW_QUEUE = 1;

/** WORKER_VERSIONING_MODE_VERSIONED of Temporal's API. */
const VERSIONED = 2;

export interface TaskQueueState {
  /** Those that ask for our workflows now, by the SDK's names: `<pid>@<host>`. */
  readonly workers: readonly {
    readonly identity: string;
    readonly version: WorkerDeploymentVersion | null;
  }[];
  /** When a worker has last asked, also one that does so no more; null: the server has seen none for some minutes. */
  readonly lastPollAt: Date | null;
  /** The version that gets new runs; null: the workers without a version. */
  readonly current: WorkerDeploymentVersion | null;
}

/** Whether a worker asks for our workflows now. One that was killed is seen for another minute. */
export async function isWorkerPolling(temporal: TemporalClient): Promise<boolean> {
  return (await listPollingWorkers(temporal)).length > 0;
}

/** The workers that ask for our workflows now. */
export async function listPollingWorkers(temporal: TemporalClient): Promise<readonly string[]> {
  const { workers } = await readTaskQueue(temporal);
  return workers.map(({ identity }) => identity);
}

/** Whether a worker, of whomever, asks for the workflows of a task queue. Each queue is asked about once. */
export type PollCheck = (taskQueue: string) => Promise<boolean>;

export function createPollCheck(temporal: TemporalClient): PollCheck {
  const known = new Map<string, Promise<boolean>>();
  return (taskQueue) => {
    const asked =
      known.get(taskQueue) ?? readTaskQueue(temporal, taskQueue).then(({ workers }) => workers.length > 0);
    known.set(taskQueue, asked);
    return asked;
  };
}

export async function readTaskQueue(
  temporal: TemporalClient,
  taskQueue: string = TASK_QUEUE,
): Promise<TaskQueueState> {
  const { pollers, versioningInfo } = await askTemporal(temporal, () =>
    temporal.client.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_QUEUE,
    }),
  );
  const oldest = Date.now() - WORKER_POLL_AGE_MAX_MS;
  const polledAt = ({ lastAccessTime }: (typeof pollers)[number]) =>
    Number(lastAccessTime?.seconds ?? 0) * 1000;
  const fresh = pollers.filter((poller) => polledAt(poller) > oldest);
  return {
    workers: fresh.map(({ identity, deploymentOptions }) => ({
      identity: identity ?? '',
      version: deploymentOptions?.workerVersioningMode === VERSIONED ? versionFrom(deploymentOptions) : null,
    })),
    lastPollAt: pollers.length === 0 ? null : new Date(Math.max(...pollers.map(polledAt))),
    current: versionFrom(versioningInfo?.currentDeploymentVersion),
  };
}

function versionFrom(
  found:
    | { readonly deploymentName?: string | null | undefined; readonly buildId?: string | null | undefined }
    | null
    | undefined,
): WorkerDeploymentVersion | null {
  return found ? { deploymentName: found.deploymentName ?? '', buildId: found.buildId ?? '' } : null;
}

/** Whether a worker of the version asks for workflows now; null: one without a version. */
export function isPolled({ workers }: TaskQueueState, version: WorkerDeploymentVersion | null): boolean {
  return workers.some((worker) => isSame(worker.version, version));
}

export function isSame(one: WorkerDeploymentVersion | null, other: WorkerDeploymentVersion | null): boolean {
  return one?.deploymentName === other?.deploymentName && one?.buildId === other?.buildId;
}
