/** A schedule that should have started runs, and has not. */

export interface ScheduleFacts {
  readonly isPaused: boolean;
  /** The start of the last run that it has started; null: none yet. */
  readonly lastRunAt: Date | null;
  /** When it was made, or changed last: resumed, given other times. */
  readonly changedAt: Date;
  /** The next runs that the server expects, in order. */
  readonly nextRuns: readonly Date[];
  /** The workflow id of its run that still works; null: none does. */
  readonly runningId: string | null;
}

/** Runs that come due so often and are not started are not a matter of moments. */
const INTERVALS_MISSED = 2;

/** Why it is late, as the end of "the last run was started at …"; null: it is not. */
export function lateBecause(facts: ScheduleFacts, now: Date): string | null {
  const { isPaused, lastRunAt, changedAt, nextRuns, runningId } = facts;
  const [first, second] = nextRuns;
  if (isPaused || !first || !second) return null;
  const intervalMs = second.getTime() - first.getTime();
  // A run that is left out, or a start that was named: nothing is due for now.
  if (first.getTime() - now.getTime() > intervalMs) return null;
  const since = Math.max(lastRunAt?.getTime() ?? 0, changedAt.getTime());
  if (now.getTime() - since <= INTERVALS_MISSED * intervalMs) return null;
  return runningId === null
    ? 'Temporal has started none since'
    : `that run (workflow ${runningId}) still works, and what comes due meanwhile is left out`;
}
