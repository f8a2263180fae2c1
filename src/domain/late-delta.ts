/** Deltas that are started and do not succeed. */
import { DELTA_RUNS_UNTIL_LATE, DELTA_TAKES_MS } from './limits.ts';

/**
 * The start of the run with which deltas are late: DELTA_RUNS_UNTIL_LATE runs were started after the last delta, and the
 * last of these has had the time that a delta takes. Null: they are not late.
 *
 * @param lastDeltaAt up to when files have every change
 * @param runs when runs were started, the oldest first; ISO 8601
 */
export function findLateSince(lastDeltaAt: Date, runs: readonly string[], now: number): string | null {
  const since = runs.filter((run) => Date.parse(run) > lastDeltaAt.getTime());
  const run = since[DELTA_RUNS_UNTIL_LATE - 1];
  return run !== undefined && now - Date.parse(run) > DELTA_TAKES_MS ? run : null;
}
