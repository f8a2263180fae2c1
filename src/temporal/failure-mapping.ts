/** Coded errors on their way out of an activity: Temporal shows the code as the failure's type, and retries or not. */
import { ApplicationFailure, type Next } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { AtpError } from '../domain/errors.ts';
import { failureOf } from '../domain/failure.ts';

export function toApplicationFailure(error: AtpError): ApplicationFailure {
  const { type, message, nonRetryable, nextRetryDelayMs, details } = failureOf(error);
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable,
    details: [...details],
    ...(nextRetryDelayMs !== null && { nextRetryDelay: nextRetryDelayMs }),
  });
}

export const failureMapping: ActivityInboundCallsInterceptor = {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw error instanceof AtpError ? toApplicationFailure(error) : error;
    }
  },
};
