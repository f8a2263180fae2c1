import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasTurned, keepBackAfterLateCalls } from '../../src/domain/late-call.ts';
import { keepBack, NOTHING_KEPT_BACK, subtractDebt, type FreshRead } from '../../src/domain/unseen-sales.ts';

const AT = '2026-06-01T12:00:00.000Z';
const units = (max: number) => fc.integer({ min: 0, max });

function shows(observed: number): FreshRead {
  return { observed, at: AT, importedUnits: 0, ordersImportedUntil: null };
}

/** A row after its last push, sales, the arrival of a late call, and more sales. No order is imported meanwhile. */
const arrivals = fc
  .record({
    debt: units(20),
    lastKnown: units(100),
    soldBefore: units(100),
    quantity: units(200),
    soldAfter: units(200),
  })
  .filter(
    ({ lastKnown, soldBefore, quantity, soldAfter }) => soldBefore <= lastKnown && soldAfter <= quantity,
  )
  .map(({ debt, lastKnown, soldBefore, quantity, soldAfter }) => ({
    last: { lastKnown, importedUnits: 0, debt, drops: debt > 0 ? [{ at: AT, units: debt }] : [] },
    late: { changeFromQuantity: lastKnown - soldBefore, quantity },
    sold: soldBefore + soldAfter,
    observed: quantity - soldAfter,
  }));

test('a rise by a late call is seen, and the next file writes what is really left, less all units sold', () => {
  fc.assert(
    fc.property(arrivals, ({ last, late, sold, observed }) => {
      fc.pre(observed > last.lastKnown);
      expect(hasTurned(last.lastKnown, observed, [late])).toBe(true);
      const target = last.lastKnown + last.debt;
      const read = shows(observed);
      const { debt } = keepBackAfterLateCalls(last, [late], read, keepBack(last, read));
      expect(subtractDebt(target, debt)).toBe(Math.max(0, target - last.debt - sold));
    }),
    { numRuns: 2_000 },
  );
});

test('after the next push nothing is left to be seen, so a row is owed once for each arrival', () => {
  fc.assert(
    fc.property(arrivals, units(300), units(300), ({ late }, pushed, soldSince) => {
      fc.pre(soldSince <= pushed && pushed <= late.quantity);
      expect(hasTurned(pushed, pushed - soldSince, [late])).toBe(false);
    }),
  );
});

test('a fall to what a late call has sent, or below, is seen: it may be the call, and is kept back as a sale', () => {
  fc.assert(
    fc.property(units(100), units(100), units(100), (quantity, lowered, soldAfter) => {
      fc.pre(lowered > 0 && soldAfter <= quantity);
      const lastKnown = quantity + lowered;
      const late = { changeFromQuantity: lastKnown, quantity };
      const observed = quantity - soldAfter;
      expect(hasTurned(lastKnown, observed, [late])).toBe(true);
      expect(hasTurned(lastKnown, quantity + 1, [late])).toBe(false);
      const last = { lastKnown, importedUnits: 0, ...NOTHING_KEPT_BACK };
      const read = shows(observed);
      expect(keepBackAfterLateCalls(last, [late], read, keepBack(last, read)).debt).toBe(lowered + soldAfter);
    }),
  );
});

test('an ordinary sale is not taken for a late call, and keeps back what it always does', () => {
  fc.assert(
    fc.property(arrivals, units(100), ({ last, late }, sold) => {
      fc.pre(sold <= last.lastKnown);
      const read = shows(last.lastKnown - sold);
      const otherwise = keepBack(last, read);
      expect(keepBackAfterLateCalls(last, [late], read, otherwise)).toBe(otherwise);
    }),
  );
});

test('a rise above what any late call has sent is not theirs: somebody has raised it', () => {
  fc.assert(
    fc.property(arrivals, units(100), ({ last, late }, more) => {
      const observed = Math.max(late.quantity, last.lastKnown) + 1 + more;
      const otherwise = keepBack(last, shows(observed));
      expect(hasTurned(last.lastKnown, observed, [late])).toBe(false);
      expect(keepBackAfterLateCalls(last, [late], shows(observed), otherwise)).toBe(otherwise);
    }),
  );
});

test('an item that was never pushed has nothing that a late call could have changed', () => {
  const late = { changeFromQuantity: 5, quantity: 7 };
  expect(keepBackAfterLateCalls(null, [late], shows(7), NOTHING_KEPT_BACK)).toBe(NOTHING_KEPT_BACK);
});
