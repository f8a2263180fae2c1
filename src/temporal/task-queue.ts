import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';

/** TASK_QUEUE_TYPE_WORKFLOW of Temporal's API. */
const WORKFLOW_QUEUE = 1;

/** A long poll is renewed within a minute; the server remembers a poller that is gone for five. */
const POLL_AGE_MAX_MS = 75_000;

/** Whether a worker asks for our workflows now. One that was killed is seen for another minute. */
export async function isWorkerPolling(temporal: TemporalClient): Promise<boolean> {
  return (await listPollingWorkers(temporal)).length > 0;
}

/** The workers that ask for our workflows now, by the SDK's names: `<pid>@<host>`. */
export async function listPollingWorkers(temporal: TemporalClient): Promise<readonly string[]> {
  const { pollers } = await askTemporal(temporal, () =>
    temporal.client.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: TASK_QUEUE },
      taskQueueType: WORKFLOW_QUEUE,
    }),
  );
  const oldest = Date.now() - POLL_AGE_MAX_MS;
  return pollers
    .filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > oldest)
    .map(({ identity }) => identity ?? '');
}
