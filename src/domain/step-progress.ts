/** How far a step has come that works through many rows: it tells so with its heartbeats. */

/** Small, and the same in the next attempt: it goes on from there. */
export interface StepProgress {
  /** Rows that are done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Rows that were done when this attempt began, and when that was, ISO 8601: what its rate is counted from. */
  readonly doneAtStart: number;
  readonly startedAt: string;
}

/** The progress after so many rows; what comes first, or begins anew, is what its rate is counted from. */
export function advance(
  earlier: StepProgress | undefined,
  { done, total }: Pick<StepProgress, 'done' | 'total'>,
  now: Date,
): StepProgress {
  const goesOn = earlier !== undefined && earlier.total === total && earlier.done < done;
  const { doneAtStart, startedAt } = goesOn ? earlier : { doneAtStart: done, startedAt: now.toISOString() };
  return { done, total, doneAtStart, startedAt };
}

/** Before this a rate says nothing. */
const RATED_AFTER_SECONDS = 1;

/** Rows a second of this attempt; null: nothing can be said yet. */
export function rateOf({ done, doneAtStart, startedAt }: StepProgress, now: Date): number | null {
  const elapsedMs = now.getTime() - Date.parse(startedAt);
  if (elapsedMs < RATED_AFTER_SECONDS * 1000 || done <= doneAtStart) return null;
  return ((done - doneAtStart) * 1000) / elapsedMs;
}

/** `2500 of 10000 rows, 180 a second, 42 s left`. */
export function progressInWords(progress: StepProgress, now: Date): string {
  const { done, total } = progress;
  const rate = rateOf(progress, now);
  const rows = `${done} of ${total} rows`;
  if (rate === null) return rows;
  const perSecond = rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10;
  return `${rows}, ${perSecond} a second, ${spanInWords(((total - done) * 1000) / rate)} left`;
}

/** A rough span for a person: `42 s`, `7 min`, `3 h`. */
export function spanInWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${Math.max(0, seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Reads what a heartbeat of any release says; null: nothing of this kind. */
export function readProgress(details: unknown): StepProgress | null {
  if (typeof details !== 'object' || details === null) return null;
  const { done, total, doneAtStart, startedAt } = details as Readonly<Record<string, unknown>>;
  if (typeof done !== 'number' || typeof total !== 'number' || typeof doneAtStart !== 'number') return null;
  if (typeof startedAt !== 'string' || Number.isNaN(Date.parse(startedAt)) || total === 0) return null;
  return { done, total, doneAtStart, startedAt };
}
