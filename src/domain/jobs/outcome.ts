/**
 * What came of a run: the value of the search attribute `Outcome`, set before the run ends, also when it fails. A run that
 * was terminated has none.
 *
 * - `DONE`: its work is done, and nobody is needed.
 * - `NOTHING_TO_DO`: it looked, and found no work.
 * - `NEEDS_ATTENTION`: it worked, and something is left that no job mends by itself: a refused row, a quarantined product, a
 *   difference.
 * - `HELD`: a person is waited for: a plan is held, or a lane is paused.
 * - `BLOCKED`: nothing more goes to Shopify until the cause is mended.
 * - `FAILED`: it ended before its work was done, or none of it could be done.
 */
export type Outcome = keyof typeof OUTCOMES_IN_WORDS;

/** One word for a table; two where one would mislead. */
export const OUTCOMES_IN_WORDS = {
  DONE: 'done',
  NOTHING_TO_DO: 'nothing to do',
  NEEDS_ATTENTION: 'needs attention',
  HELD: 'held',
  BLOCKED: 'blocked',
  FAILED: 'failed',
} as const;

/** Whether a search attribute has the outcome of a run: another release may know others. */
export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(OUTCOMES_IN_WORDS, value);
}

/** A run with one of these is for a person to look at. */
export const ATTENTION_OUTCOMES: readonly Outcome[] = ['NEEDS_ATTENTION', 'HELD', 'BLOCKED', 'FAILED'];

/** The outcome of several: the one that a person must know first. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  return SEVEREST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'NOTHING_TO_DO';
}

const SEVEREST_FIRST: readonly Outcome[] = [
  'FAILED',
  'BLOCKED',
  'HELD',
  'NEEDS_ATTENTION',
  'DONE',
  'NOTHING_TO_DO',
];
