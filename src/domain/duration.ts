/** Durations as people write them: a whole number and its unit, such as `45s`, `90m`, `6h` or `2d`. */

const UNITS_MS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 24 * 60 * 60_000],
  ['h', 60 * 60_000],
  ['m', 60_000],
  ['s', 1_000],
];

export const DURATION_PATTERN = '^[1-9]\\d{0,5}[dhms]$';

/** Milliseconds; null when the text is no duration. */
export function parseDuration(text: string): number | null {
  if (!new RegExp(DURATION_PATTERN, 'u').test(text)) return null;
  const [, unitMs = NaN] = UNITS_MS.find(([unit]) => text.endsWith(unit)) ?? [];
  return Number(text.slice(0, -1)) * unitMs;
}

/** In the largest unit that takes it whole: `6h`. Rounded to seconds. */
export function durationText(ms: number): string {
  const [unit, unitMs] = UNITS_MS.find(([, each]) => ms >= each && ms % each === 0) ?? ['s', 1_000];
  return `${Math.round(ms / unitMs)}${unit}`;
}
