import { AtpError } from '../domain/errors.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import type { Application } from './application.ts';

/** Whether something could be done in Temporal; when not, the reason. */
export interface TemporalOutcome {
  readonly done: boolean;
  readonly reason: string | null;
}

/** Without Temporal the act is done all the same, and the caller learns the reason. */
export async function ifTemporalIsThere(
  app: Application,
  work: (temporal: TemporalClient) => Promise<void>,
): Promise<TemporalOutcome> {
  if (!(await app.isTemporalConfigured())) return { done: false, reason: 'TEMPORAL_ADDRESS is not set.' };
  try {
    await work(await app.temporal());
    return { done: true, reason: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return { done: false, reason: error.message };
  }
}
