/** How long a run takes as a rule, by those that have ended. */

/** The one in the middle, so that a run that a person or an outage held up does not count; null: none has ended. */
export function medianOf(durationsMs: readonly number[]): number | null {
  const sorted = durationsMs.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2);
}
