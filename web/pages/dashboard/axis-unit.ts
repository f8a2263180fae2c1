/** The unit of an axis of times: its steps are round numbers of it, and their labels are short. */
export interface AxisUnit {
  readonly ms: number;
  readonly name: 's' | 'min' | 'h';
}

export function axisUnitFor(highestMs: number): AxisUnit {
  if (highestMs < 120_000) return { ms: 1_000, name: 's' };
  return highestMs < 7_200_000 ? { ms: 60_000, name: 'min' } : { ms: 3_600_000, name: 'h' };
}

/** "8 min", by a space at which no line is broken: an axis is narrow. */
export function axisLabelOf(time: number, { name }: AxisUnit): string {
  return `${time}\u00a0${name}`;
}
