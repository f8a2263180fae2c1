/** Errors on their way out of an activity: Temporal shows the code as the failure's type, and retries or not. */
import { activityInfo, log } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure, type Next } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { AtpError } from '../domain/errors.ts';
import { failureOf } from '../domain/failure.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';
import { activitySignal } from './activity-signal.ts';

/** @param thrown where it happened: the stack trace that Temporal's UI shows */
function toApplicationFailure(error: AtpError, thrown: unknown = error): ApplicationFailure {
  const { type, message, nonRetryable, nextRetryDelayMs, details } = failureOf(error);
  const failure = ApplicationFailure.create({
    type,
    message,
    nonRetryable,
    details: [...details],
    ...(nextRetryDelayMs !== null && { nextRetryDelay: nextRetryDelayMs }),
  });
  failure.stack = [`${type}: ${message}`, ...framesOf(thrown)].join('\n');
  return failure;
}

/** Without the error's own words, which may have anything in them. */
function framesOf(error: unknown): readonly string[] {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return lines.filter((line) => /^ +at /.test(line));
}

/**
 * A coded error becomes a failure of its code; Temporal's own go on as they are. Anything else is a bug: it gets the code
 * UNEXPECTED with the error's message, and the log has its stack with those of its causes.
 */
export function toFailure(error: unknown): unknown {
  if (error instanceof AtpError) return toApplicationFailure(error);
  if (error instanceof TemporalFailure || isAbort(error)) return error;
  log.error('An unexpected error', { stack: withoutSecrets(stackOf(error)) });
  const reason = withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  return toApplicationFailure(new AtpError('UNEXPECTED', { reason }, { cause: error }), error);
}

/** What a call throws that was ended because the activity is cancelled. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError' && activitySignal()?.aborted === true;
}

/** With the stacks of its causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return `${error.stack ?? error.message}${cause === undefined ? '' : `\nCaused by: ${stackOf(cause)}`}`;
}

/** A try of a step that has failed. */
export interface FailedTry {
  /** The activity's name. */
  readonly step: string;
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
  /** Temporal does not try the step again by itself. */
  readonly isLast: boolean;
}

/** @param onFailure is told of each try that fails, other than by its cancellation */
export function mapFailures(onFailure: (failed: FailedTry) => void): ActivityInboundCallsInterceptor {
  return {
    async execute(
      input: ActivityExecuteInput,
      next: Next<ActivityInboundCallsInterceptor, 'execute'>,
    ): Promise<unknown> {
      try {
        return await next(input);
      } catch (error) {
        const failure = toFailure(error);
        if (failure instanceof ApplicationFailure) onFailure(failedTry(failure));
        throw failure;
      }
    },
  };
}

function failedTry({ type, message, nonRetryable }: ApplicationFailure): FailedTry {
  const { activityType: step, attempt, retryPolicy } = activityInfo();
  const isLast = nonRetryable === true || attempt >= (retryPolicy?.maximumAttempts ?? Infinity);
  return { step, attempt, code: type ?? 'UNEXPECTED', message, isLast };
}
