/** The run that follows the changes of a live shop. It has a fixed workflow id, so there is one a shop at most. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { liveWorkflowId } from '../domain/live.ts';
import { CHANGE_FOUND_SIGNAL, LIVE_SET_SIGNAL, LIVE_WORKFLOW, TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeIfOpen } from './open-runs.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

function startOf(shopId: string) {
  return {
    workflowId: liveWorkflowId(shopId),
    taskQueue: TASK_QUEUE,
    args: [{ shopId }],
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.jobName, value: LIVE_WORKFLOW },
      { key: SEARCH_ATTRIBUTES.shopId, value: shopId },
    ],
    staticSummary: `Live · ${shopId}`,
  };
}

/** Starts the shop's run, unless it is there. @throws AtpError TEMPORAL_UNREACHABLE */
export async function ensureLiveRun(temporal: TemporalClient, shopId: string): Promise<void> {
  const start = { ...startOf(shopId), workflowIdConflictPolicy: 'FAIL' } as const;
  try {
    await askTemporal(temporal, () => temporal.client.workflow.start(LIVE_WORKFLOW, start));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Tells the shop's run that something has changed, and starts it where it is not there: in one call. */
export async function tellChange(temporal: TemporalClient, shopId: string, foundAt: Date): Promise<void> {
  await askTemporal(temporal, () =>
    temporal.client.workflow.signalWithStart(LIVE_WORKFLOW, {
      ...startOf(shopId),
      signal: CHANGE_FOUND_SIGNAL,
      signalArgs: [foundAt.toISOString()],
    }),
  );
}

/** Lets the shop's run look whether the shop is still live; it ends where it is not. */
export async function tellLiveSet(temporal: TemporalClient, shopId: string): Promise<void> {
  const handle = temporal.client.workflow.getHandle(liveWorkflowId(shopId));
  try {
    await askTemporal(temporal, () => handle.signal(LIVE_SET_SIGNAL));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Whether the shop's run is there. */
export async function hasLiveRun(temporal: TemporalClient, shopId: string): Promise<boolean> {
  return (await describeIfOpen(temporal, { workflowId: liveWorkflowId(shopId) })) !== null;
}
