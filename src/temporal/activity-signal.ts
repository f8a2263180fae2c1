import { asyncLocalStorage } from '@temporalio/activity';

/**
 * Aborts when nobody waits for the activity that calls this: it was cancelled, its time is over, its run was terminated,
 * or the worker shuts down. Temporal tells so in answer to the heartbeats. Undefined outside of an activity.
 */
export function activitySignal(): AbortSignal | undefined {
  return asyncLocalStorage.getStore()?.cancellationSignal;
}
