import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextCallSize, rowsOfNextCall, type PastCall, type PastOutcome } from '../../src/domain/call-size.ts';
import { isWholeCallAtFault } from '../../src/domain/refused-call.ts';
import { CALL_GENERATIONS_MAX, ROWS_PER_CALL, STALE_TRIES_MAX } from '../../src/domain/limits.ts';

const OUTCOMES = ['APPLIED', 'STALE', 'STALE_UNNAMED', 'REFUSED_UNNAMED', 'KEY_SPENT', 'OTHER'] as const;
const calls = fc.array(
  fc.record<PastCall>({
    rowCount: fc.integer({ min: 1, max: ROWS_PER_CALL }),
    outcome: fc.constantFrom(...OUTCOMES),
  }),
  { maxLength: 60 },
);

describe('the size of the next call of a chunk', () => {
  test('is at least one row and at most what Shopify takes, whatever happened before', () => {
    fc.assert(
      fc.property(calls, (history) => {
        const size = nextCallSize(history);
        expect(size).toBeGreaterThanOrEqual(1);
        expect(size).toBeLessThanOrEqual(ROWS_PER_CALL);
        expect(Number.isInteger(size)).toBe(true);
      }),
    );
  });

  test('is less after a refusal because of changed rows, and twice as much after a success', () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 2, max: ROWS_PER_CALL }), (history, rowCount) => {
        for (const outcome of ['STALE', 'STALE_UNNAMED', 'REFUSED_UNNAMED'] as const) {
          expect(nextCallSize([...history, { rowCount, outcome }])).toBeLessThan(rowCount);
        }
        const size = nextCallSize(history);
        const applied = nextCallSize([...history, { rowCount: size, outcome: 'APPLIED' }]);
        expect(applied).toBe(Math.min(ROWS_PER_CALL, 2 * size));
      }),
    );
  });

  test('is all rows at first, and again soon when nothing changes any more', () => {
    expect(nextCallSize([])).toBe(ROWS_PER_CALL);
    const success: PastCall = { rowCount: 1, outcome: 'APPLIED' };
    const stale: PastCall = { rowCount: 1, outcome: 'STALE' };
    expect(nextCallSize([stale, ...Array.from({ length: 8 }, () => success)])).toBe(ROWS_PER_CALL);
  });
});

test('rows that others change do not go with rows that nobody changes, unless all fit into one call', () => {
  const rows = [0, 1, 0, 2, 0].map((staleTries, index) => ({ staleTries, index }));
  expect(rowsOfNextCall(rows, 5)).toEqual(rows);
  expect(rowsOfNextCall(rows, 4).map(({ index }) => index)).toEqual([0, 2, 4]);
  expect(rowsOfNextCall(rows, 2).map(({ index }) => index)).toEqual([0, 2]);
  const moved = rows.filter(({ staleTries }) => staleTries > 0);
  expect(rowsOfNextCall(moved, 1).map(({ index }) => index)).toEqual([1]);
});

/** A Shopify that refuses as it likes, within what it can do: each call is applied, or refused for some of its rows. */
test('a chunk ends before its limit of calls, however Shopify refuses', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(...OUTCOMES), (seed, favourite) => {
      let state = seed;
      const draw = (limit: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * limit);
      };
      let rows = Array.from({ length: ROWS_PER_CALL }, () => ({ staleTries: 0 }));
      const history: PastCall[] = [];
      while (rows.length > 0 && !isWholeCallAtFault(history)) {
        const call = rowsOfNextCall(rows, nextCallSize(history));
        // A key is not spent twice in a row: the attempt would end.
        const drawn = draw(3) > 0 ? favourite : (OUTCOMES[draw(OUTCOMES.length)] ?? 'APPLIED');
        const outcome = drawn === 'KEY_SPENT' && history.at(-1)?.outcome === drawn ? 'APPLIED' : drawn;
        rows = rowsAfter(rows, call, outcome);
        history.push({ rowCount: call.length, outcome });
        expect(history.length).toBeLessThan(CALL_GENERATIONS_MAX);
      }
    }),
    { numRuns: 200 },
  );

  function rowsAfter(
    rows: { staleTries: number }[],
    call: readonly { staleTries: number }[],
    outcome: PastOutcome,
  ): { staleTries: number }[] {
    const [first] = call;
    if (outcome === 'APPLIED') return rows.filter((row) => !call.includes(row));
    const namesRow = outcome === 'STALE' || (outcome === 'STALE_UNNAMED' && call.length === 1);
    if (first && namesRow) first.staleTries += 1;
    // A row that Shopify cannot take is quarantined, and one that has had all its tries is owed.
    const isQuarantined = outcome === 'OTHER' || (outcome === 'REFUSED_UNNAMED' && call.length === 1);
    return rows.filter((row) => !(row === first && isQuarantined) && row.staleTries < STALE_TRIES_MAX);
  }
});
