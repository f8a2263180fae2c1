import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  log,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ErrorClass } from '../src/domain/error-class.ts';
import { AtpError, ERRORS, type ErrorCode } from '../src/domain/errors.ts';
import { failureOf, isErrorCode } from '../src/domain/failure.ts';

/**
 * Runs a check of an input. A refused input fails the workflow with the error's code, message and hint: an AtpError
 * that is thrown on would make Temporal try the workflow task for ever.
 */
export function acceptOrFail<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    const { type, message, details } = failureOf(error);
    throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [...details] });
  }
}

export interface CodedFailure {
  readonly code: ErrorCode;
  readonly class: ErrorClass;
  readonly message: string;
}

/** The coded error behind an activity that has failed for good; null for any other error. */
export function codedFailure(error: unknown): CodedFailure | null {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return null;
  const { type, message } = error.cause;
  return isErrorCode(type) ? { code: type, class: ERRORS[type].class, message } : null;
}

/**
 * The same, with a code for whatever has none: UNEXPECTED for an error that was thrown without one, STEP_TIMED_OUT when
 * Temporal has heard nothing of the last try. Null when no step has failed, or the run itself was cancelled.
 */
export function failureOfStep(error: unknown): CodedFailure | null {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return null;
  const coded = codedFailure(error);
  if (coded) return coded;
  const { cause } = error;
  const {
    code,
    class: errorClass,
    message,
  } = cause instanceof TimeoutFailure
    ? new AtpError('STEP_TIMED_OUT', { timeout: cause.timeoutType })
    : new AtpError('UNEXPECTED', { reason: cause?.message ?? error.message });
  return { code, class: errorClass, message };
}

/**
 * Tries a step that the workflow can do without. When it fails for good, the log says so and the workflow goes on. Only
 * the run's own cancellation, and a fault of the workflow itself, are thrown.
 *
 * @param otherwise the message of the log when it fails
 * @returns whether it was done
 */
export async function tryBestEffort(
  shopId: string | null,
  otherwise: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn(otherwise, { shopId, code: codedFailure(error)?.code ?? null, reason: error.cause?.message });
    return false;
  }
}
