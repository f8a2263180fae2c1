/**
 * What to do about an open run whose workflow task fails, because the workflow code has a fault or does not fit the
 * run's history. Temporal repeats such a task without an end; meanwhile the run keeps its lane, takes wake-ups that it
 * cannot act on, and its schedule starts no other run.
 *
 * To restart a run is always safe: the ledger is the only memory, and the lane's epoch fences what the run left behind.
 */
import {
  FAILED_TASK_ATTEMPTS_MAX,
  RESTART_REASON_LENGTH_MAX,
  RUN_RESTARTS_MAX,
  SILENT_TASK_ATTEMPTS_MAX,
} from './limits.ts';

/** The workflow task that a run waits for. */
export interface PendingTask {
  /** Counts from 1. Begins anew when the run gets a signal. */
  readonly attempt: number;
  /** Failures in the history since the last task that succeeded. Each signal adds one. */
  readonly failures: number;
  /** How often the run was restarted before. */
  readonly restarts: number;
}

/** `restart`: the run begins anew, with its input and its signals. `end`: restarts do not help. */
export type Remedy = 'none' | 'restart' | 'end';

export function remedyFor({ attempt, failures, restarts }: PendingTask): Remedy {
  const isReported = failures > 0;
  const fails = isReported
    ? attempt + failures - 1 >= FAILED_TASK_ATTEMPTS_MAX
    : attempt >= SILENT_TASK_ATTEMPTS_MAX;
  if (!fails) return 'none';
  return restarts >= RUN_RESTARTS_MAX ? 'end' : 'restart';
}

/** What both reasons begin with, so that a list of runs can tell them from other reasons. */
export const FAILING_TASK = 'The workflow code failed in this run';

/** Why a run was restarted or ended, for a person who reads the run. */
export function reasonFor(remedy: Exclude<Remedy, 'none'>, failure: string | null): string {
  const cause = (failure ?? 'its task timed out again and again').slice(0, RESTART_REASON_LENGTH_MAX);
  const what =
    remedy === 'restart'
      ? 'A new run goes on in its place; what was done is in the database'
      : 'Restarts do not help, so it is given up. The next run of the job goes on where this one stopped';
  return `${FAILING_TASK}: ${cause}. ${what}.`;
}
