import { WorkflowNotFoundError } from '@temporalio/client';
import { askTemporal, type TemporalClient } from './connection.ts';

/**
 * Whether a chain of runs, named by its workflow id and the id of its first run, is still running. False only when
 * Temporal says so. When Temporal cannot be asked, the answer is true: the caller can wait until the lease expires.
 * A run whose workflow task fails is still running: it is restarted in the same chain, and so keeps its lease
 * (run-watch.ts).
 */
export async function isAtWork(
  temporal: TemporalClient,
  { workflowId, holder }: { readonly workflowId: string; readonly holder: string },
): Promise<boolean> {
  try {
    const handle = temporal.client.workflow.getHandle(workflowId);
    const { status, raw } = await askTemporal(temporal, () => handle.describe());
    // The latest run of the id. It begins a chain of its own only after the chain before it has ended.
    return status.name === 'RUNNING' && raw.workflowExecutionInfo?.firstRunId === holder;
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}
