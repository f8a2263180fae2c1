/** A window of a file: its pages, and the chunks into which the rows that differ are packed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGES_PER_WINDOW, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import {
  chunksOfWindow,
  countWindows,
  Packing,
  pagesOf,
  positionsOf,
  rowsOfWindow,
  windowOf,
  type Pack,
} from '../../src/domain/window.ts';

const ROWS_PER_WINDOW = PAGES_PER_WINDOW * ROWS_PER_CALL;

test('the windows of a file have each of its rows on one page', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * ROWS_PER_WINDOW }), (rowCount) => {
      const windows = Array.from({ length: countWindows(rowCount) }, (_, window) => ({
        sequence: 1,
        window,
      }));
      const positions = windows.flatMap((window) =>
        pagesOf(window, positionsOf(window, rowCount)).flatMap((page) => {
          expect(page.positions.length).toBeLessThanOrEqual(ROWS_PER_CALL);
          expect(page.positions.every((position) => windowOf(position) === window.window)).toBe(true);
          return page.positions;
        }),
      );
      expect(positions).toEqual(Array.from({ length: rowCount }, (_, position) => position));
      expect(positionsOf({ window: windows.length }, rowCount)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** Pages in the order in which they are read, each with the positions of the rows that differ. */
const read = fc
  .record({
    window: fc.integer({ min: 0, max: 40 }),
    pages: fc.array(fc.integer({ min: 0, max: ROWS_PER_CALL }), {
      minLength: 1,
      maxLength: PAGES_PER_WINDOW,
    }),
    seed: fc.infiniteStream(fc.nat()),
  })
  .map(({ window, pages, seed }) => {
    const { first } = rowsOfWindow({ window });
    const differing = pages.map((count, page) =>
      Array.from({ length: count }, (_, row) => first + page * ROWS_PER_CALL + row),
    );
    const shuffled = differing
      .map((rows) => ({ rows, place: seed.next().value ?? 0 }))
      .toSorted((left, right) => left.place - right.place)
      .map(({ rows }) => rows);
    return { window, pages: shuffled };
  });

test('each row that differs is in one chunk, all chunks but the last are full, and no window has more chunks than pages', () => {
  fc.assert(
    fc.property(read, ({ window, pages }) => {
      const packing = new Packing<number>({ sequence: 1, window }, pages.length);
      const packs = pages.flatMap((rows): readonly Pack<number>[] => packing.add(rows));
      expect(packs.flatMap(({ rows }) => rows)).toEqual(pages.flat());
      for (const { rows } of packs.slice(0, -1)) expect(rows).toHaveLength(ROWS_PER_CALL);
      expect(packs.at(-1)?.rows).not.toEqual([]);
      const { first, end } = chunksOfWindow({ window });
      expect(packs.map(({ chunk }) => chunk)).toEqual(packs.map((_, index) => first + index));
      expect(first + packs.length).toBeLessThanOrEqual(first + pages.length);
      expect(first + packs.length).toBeLessThanOrEqual(end);
    }),
  );
});

test('a full page is written at once, and what is left waits for the last page', () => {
  const packing = new Packing<number>({ sequence: 1, window: 0 }, 3);
  const full = Array.from({ length: ROWS_PER_CALL }, (_, row) => row);
  expect(packing.add([1_000])).toEqual([]);
  expect(packing.add(full)).toEqual([{ chunk: 0, rows: [1_000, ...full.slice(0, -1)] }]);
  expect(packing.add([])).toEqual([{ chunk: 1, rows: [ROWS_PER_CALL - 1] }]);
});
