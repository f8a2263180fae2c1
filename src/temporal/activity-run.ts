import { asyncLocalStorage } from '@temporalio/activity';

/** The run that the running activity belongs to, for whoever reads a log; empty outside of an activity. */
export function activityRun(): { readonly workflowId?: string } {
  const workflowId = asyncLocalStorage.getStore()?.info.workflowExecution?.workflowId;
  return workflowId === undefined ? {} : { workflowId };
}
