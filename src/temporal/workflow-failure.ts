/** Why a workflow failed, for whoever waited for it. */
import type { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { hintIn, WorkflowFailure } from '../domain/failure.ts';

/** The error for whoever waited for a run, or for an update of a run, that failed. */
export function explainFailure(
  error: WorkflowFailedError | WorkflowUpdateFailedError,
  workflowId: string,
): Error {
  const { code, message, hint } = readFailure(error);
  if (code !== null) return new WorkflowFailure({ code, message, hint }, { cause: error });
  return new AtpError('JOB_FAILED', { workflowId, reason: message }, { cause: error });
}

/** Why a workflow ended without a result; the code is null when it was not the workflow itself that said so. */
export function readFailure(error: WorkflowFailedError | WorkflowUpdateFailedError): {
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
} {
  for (
    let cause = error.cause;
    cause !== undefined;
    cause = cause instanceof Error ? causeBelow(cause) : undefined
  ) {
    if (cause instanceof ApplicationFailure && cause.type)
      return { code: cause.type, message: cause.message, hint: hintIn(cause.details) };
    if (!(cause instanceof ActivityFailure)) break;
  }
  return { code: null, message: error.cause?.message ?? error.message, hint: null };
}

function causeBelow(failure: Error): Error | undefined {
  return failure.cause instanceof Error ? failure.cause : undefined;
}
