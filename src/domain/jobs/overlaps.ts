/** Runs of one job that work at the same time, such as one by schedule and one that a person has started. */

/** From its begin to its end, in milliseconds of the clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Placed<Item> {
  readonly item: Item;
  /** Where it stands when those that overlap are stacked: 0 is the first row. */
  readonly row: number;
  /** Those that work, or are expected to work, at some time of it. */
  readonly overlaps: readonly Item[];
}

/** In the order of their begins, each in the first row that is free. One that begins when another ends does not overlap it. */
export function stackOverlaps<Item extends Span>(items: readonly Item[]): readonly Placed<Item>[] {
  const busyUntil: number[] = [];
  return items
    .toSorted((one, other) => one.from - other.from)
    .map((item) => {
      const free = busyUntil.findIndex((until) => until <= item.from);
      const row = free === -1 ? busyUntil.length : free;
      busyUntil[row] = item.to;
      const overlaps = items.filter(
        (other) => other !== item && other.from < item.to && item.from < other.to,
      );
      return { item, row, overlaps };
    });
}
