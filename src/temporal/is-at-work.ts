import { WorkflowNotFoundError } from '@temporalio/client';
import type { TemporalClient } from './connection.ts';

/**
 * Whether a chain of runs, told by its workflow id and the id of its first run, is still running. False only when
 * Temporal says so; when it cannot be asked, the chain is taken to run: whoever asks can wait for the lease to expire.
 */
export async function isAtWork(
  temporal: TemporalClient,
  { workflowId, holder }: { readonly workflowId: string; readonly holder: string },
): Promise<boolean> {
  try {
    const { status, raw } = await temporal.client.workflow.getHandle(workflowId).describe();
    // The latest run of the id. It begins a chain of its own only after the chain before it has ended.
    return status.name === 'RUNNING' && raw.workflowExecutionInfo?.firstRunId === holder;
  } catch (error) {
    return !(error instanceof WorkflowNotFoundError);
  }
}
