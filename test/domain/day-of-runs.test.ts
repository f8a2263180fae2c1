/** A day of runs: how long those to come take as a rule, and which overlap. */
import { describe, expect, test } from 'vitest';
import { medianOf } from '../../src/domain/jobs/expected-duration.ts';
import { stackOverlaps } from '../../src/domain/jobs/overlaps.ts';

test.each([
  [[], null],
  [[7], 7],
  [[10, 3_600_000, 20], 20],
  [[10, 21], 16],
])('of runs that took %j, one takes %j as a rule', (took, expected) => {
  expect(medianOf(took)).toBe(expected);
});

describe('runs of one job', () => {
  const rowsOf = (spans: readonly (readonly [from: number, to: number])[]) =>
    stackOverlaps(spans.map(([from, to]) => ({ from, to }))).map(({ item, row, overlaps }) => [
      item.from,
      row,
      overlaps.map(({ from }) => from),
    ]);

  test('that follow each other stand in one row', () => {
    expect(
      rowsOf([
        [10, 20],
        [0, 10],
      ]),
    ).toEqual([
      [0, 0, []],
      [10, 0, []],
    ]);
  });

  test('that overlap stand below each other, and a row that is free again is used again', () => {
    expect(
      rowsOf([
        [0, 10],
        [5, 30],
        [12, 14],
        [13, 40],
      ]),
    ).toEqual([
      [0, 0, [5]],
      [5, 1, [0, 12, 13]],
      [12, 0, [5, 13]],
      [13, 2, [5, 12]],
    ]);
  });
});
