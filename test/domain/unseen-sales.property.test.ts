/** Laws of the units that are kept back for sales whose orders are not imported yet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNSEEN_DROPS_MAX } from '../../src/domain/limits.ts';
import {
  keepBack,
  subtractDebt,
  NOTHING_KEPT_BACK,
  type Drop,
  type FreshRead,
  type KeptBack,
  type LastPush,
} from '../../src/domain/unseen-sales.ts';

const MINUTE_MS = 60_000;
const NOON_MS = Date.UTC(2026, 5, 1, 12);

/** Minutes after noon. */
function at(minute: number): string {
  return new Date(NOON_MS + minute * MINUTE_MS).toISOString();
}

function unitsOf(drops: readonly Drop[]): number {
  return drops.reduce((sum, drop) => sum + drop.units, 0);
}

const units = fc.integer({ min: 0, max: 200 });
const imported = fc.integer({ min: 0, max: 1_000 });
const minutes = fc.integer({ min: 0, max: 300 });

/** What a row may have kept back: a debt of at most the units of its drops, and the drops in order of time. */
const keptBefore: fc.Arbitrary<KeptBack> = fc
  .record({
    drops: fc.array(fc.record({ minute: minutes, units: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: UNSEEN_DROPS_MAX,
    }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ drops, share }) => {
    const inOrder = drops
      .toSorted((one, other) => one.minute - other.minute)
      .map((drop) => ({ at: at(drop.minute), units: drop.units }));
    const debt = Math.round(unitsOf(inOrder) * share);
    return { debt, drops: inOrder };
  });

const pushes: fc.Arbitrary<LastPush> = fc
  .record({ kept: keptBefore, lastKnown: units, importedUnits: imported })
  .map(({ kept, ...push }) => ({ ...push, ...kept }));

const reads: fc.Arbitrary<FreshRead> = fc.record({
  observed: units,
  at: fc.integer({ min: 300, max: 400 }).map(at),
  importedUnits: imported,
  ordersImportedUntil: fc.option(fc.integer({ min: -60, max: 500 }).map(at)),
});

describe('any read after any push', () => {
  test('leaves a debt that is a whole number from zero to the units of its drops, none of which has expired', () => {
    fc.assert(
      fc.property(pushes, reads, (last, read) => {
        const kept = keepBack(last, read);
        expect(Number.isInteger(kept.debt)).toBe(true);
        expect(kept.debt).toBeGreaterThanOrEqual(0);
        expect(kept.debt).toBeLessThanOrEqual(unitsOf(kept.drops));
        expect(kept.drops.length).toBeLessThanOrEqual(UNSEEN_DROPS_MAX);
        expect(kept.drops.toSorted((one, other) => one.at.localeCompare(other.at))).toEqual(kept.drops);
        if (read.ordersImportedUntil === null) return;
        for (const drop of kept.drops) {
          expect(Date.parse(drop.at)).toBeGreaterThan(Date.parse(read.ordersImportedUntil));
        }
      }),
    );
  });

  test('leaves the debt that the formula gives, as long as no drop has expired', () => {
    fc.assert(
      fc.property(pushes, reads, (last, read) => {
        const { debt } = keepBack(last, { ...read, ordersImportedUntil: null });
        const formula =
          last.debt + (last.lastKnown - read.observed) - (read.importedUnits - last.importedUnits);
        // Without a drop, and without an order taken back, there is nothing that could be an unseen sale.
        const seen =
          unitsOf(last.drops) +
          Math.max(0, last.lastKnown - read.observed) +
          Math.max(0, last.importedUnits - read.importedUnits);
        expect(debt).toBe(Math.min(Math.max(0, formula), seen));
      }),
    );
  });

  test('keeps back one unit more at most when Shopify shows one fewer, and one fewer at most when one more is imported', () => {
    fc.assert(
      fc.property(pushes, reads, (last, read) => {
        const { debt } = keepBack(last, read);
        const fewer = keepBack(last, { ...read, observed: read.observed - 1 }).debt;
        const paid = keepBack(last, { ...read, importedUnits: read.importedUnits + 1 }).debt;
        expect([debt, debt + 1]).toContain(fewer);
        expect([debt, debt - 1]).toContain(paid);
      }),
    );
  });

  test('never keeps back more when orders are imported up to a later time', () => {
    fc.assert(
      fc.property(pushes, reads, minutes, (last, read, later) => {
        if (read.ordersImportedUntil === null) return;
        const until = new Date(Date.parse(read.ordersImportedUntil) + later * MINUTE_MS).toISOString();
        expect(keepBack(last, { ...read, ordersImportedUntil: until }).debt).toBeLessThanOrEqual(
          keepBack(last, read).debt,
        );
      }),
    );
  });

  test('leads to a write of at least zero and at most the target', () => {
    fc.assert(
      fc.property(units, units, (target, debt) => {
        expect(subtractDebt(target, debt)).toBeGreaterThanOrEqual(0);
        expect(subtractDebt(target, debt)).toBeLessThanOrEqual(target);
      }),
    );
  });
});

/** A push that left 10 on Shopify. */
const TEN: LastPush = { lastKnown: 10, importedUnits: 0, ...NOTHING_KEPT_BACK };

function readAt(minute: number, read: Partial<FreshRead>): FreshRead {
  return { observed: 10, at: at(minute), importedUnits: 0, ordersImportedUntil: null, ...read };
}

describe('a product', () => {
  test('keeps nothing back when it is met for the first time, whatever Shopify shows', () => {
    expect(keepBack(null, readAt(0, { observed: 3 }))).toEqual(NOTHING_KEPT_BACK);
  });

  test('keeps back 4 units that it has sold until their orders are imported', () => {
    const sold = keepBack(TEN, readAt(1, { observed: 6 }));
    expect(sold).toEqual({ debt: 4, drops: [{ at: at(1), units: 4 }] });

    const afterPush = { lastKnown: 6, importedUnits: 0, ...sold };
    const half = keepBack(afterPush, readAt(2, { observed: 6, importedUnits: 3 }));
    expect(half.debt).toBe(1);
    expect(keepBack(afterPush, readAt(2, { observed: 6, importedUnits: 4 })).debt).toBe(0);
  });

  test('keeps back fewer units by as many as a cancellation brings back', () => {
    const last = { ...TEN, debt: 4, drops: [{ at: at(0), units: 4 }] };
    expect(keepBack(last, readAt(1, { observed: 13 })).debt).toBe(1);
    expect(keepBack(last, readAt(1, { observed: 30 })).debt).toBe(0);
  });

  test('keeps an unseen sale back again once the cancellation that had hidden it is imported', () => {
    const last = { ...TEN, importedUnits: 4, debt: 3, drops: [{ at: at(0), units: 3 }] };
    const hidden = keepBack(last, readAt(1, { observed: 13, importedUnits: 4 }));
    expect(hidden.debt).toBe(0);

    const push = { lastKnown: 10, importedUnits: 4, ...hidden };
    expect(keepBack(push, readAt(2, { observed: 10, importedUnits: 1 })).debt).toBe(3);
  });

  test('goes on keeping back a fresh sale when the orders of older sales are imported in the same interval', () => {
    const last = { ...TEN, debt: 3, drops: [{ at: at(0), units: 3 }] };
    const read = readAt(1, { observed: 8, importedUnits: 3, ordersImportedUntil: at(0) });

    // The old drop has expired. If it went before the import pays for it, the import would pay for the fresh sale.
    expect(keepBack(last, read)).toEqual({ debt: 2, drops: [{ at: read.at, units: 2 }] });
  });

  test('puts 5 units that somebody took away back on sale when the order watermark comes to that time, not before', () => {
    const last = { ...TEN, lastKnown: 5, debt: 5, drops: [{ at: at(15), units: 5 }] };
    const whenImportedUntil = (minute: number) =>
      keepBack(last, readAt(90, { observed: 5, ordersImportedUntil: at(minute) })).debt;

    expect(whenImportedUntil(14)).toBe(5);
    expect(whenImportedUntil(15)).toBe(0);
  });

  test('puts 5 units that somebody took away back on sale after its first slow quarter of an hour', () => {
    let last: LastPush = { ...TEN, lastKnown: 100 };
    let importedUnits = 0;
    /** Sold since the last push, and imported with the next one. */
    const push = (minute: number, { sold, byHand = 0 }: { sold: number; byHand?: number }) => {
      const observed = last.lastKnown - sold - byHand;
      const kept = keepBack(
        last,
        readAt(minute, { observed, importedUnits, ordersImportedUntil: at(minute - 20) }),
      );
      last = { lastKnown: observed, importedUnits, ...kept };
      importedUnits += sold;
      return kept.debt;
    };
    push(5, { sold: 2, byHand: 5 });
    for (let minute = 10; minute <= 60; minute += 5) expect(push(minute, { sold: 2 })).toBe(7);

    for (let minute = 65; minute <= 85; minute += 5) push(minute, { sold: 1 });
    expect(push(90, { sold: 1 })).toBeLessThan(6);
    for (let minute = 95; minute <= 115; minute += 5) push(minute, { sold: 0 });
    expect(last.debt).toBe(0);
  });

  test('puts 200 units that somebody took away back on sale after its order lag, though it sells with every file', () => {
    const lagMinutes = 6 * 60;
    const soldPerFile = 2;
    let last: LastPush = { ...TEN, lastKnown: 100_000 };
    let importedUnits = 0;
    const debts: number[] = [];
    for (let minute = 5; minute <= 2 * lagMinutes; minute += 5) {
      const observed = last.lastKnown - soldPerFile - (minute === 5 ? 200 : 0);
      const ordersImportedUntil = at(minute - lagMinutes);
      const kept = keepBack(last, readAt(minute, { observed, importedUnits, ordersImportedUntil }));
      last = { ...kept, lastKnown: observed, importedUnits };
      debts.push(kept.debt);
      importedUnits += soldPerFile;
    }
    const soldInLag = (lagMinutes / 5) * soldPerFile;
    expect(debts[lagMinutes / 5 - 1]).toBe(200 + soldPerFile);
    expect(debts[lagMinutes / 5]).toBeLessThanOrEqual(soldInLag);
  });

  test('lets units go in their time that were seen to be gone by a clock that was ahead', () => {
    const last = { ...TEN, lastKnown: 5, debt: 5, drops: [{ at: at(500_000), units: 5 }] };
    const setBack = keepBack(last, readAt(0, { observed: 5, ordersImportedUntil: at(-20) }));
    expect(setBack).toEqual({ debt: 5, drops: [{ at: at(0), units: 5 }] });

    const push = { ...last, ...setBack };
    expect(keepBack(push, readAt(20, { observed: 5, ordersImportedUntil: at(0) })).debt).toBe(0);
  });

  test(`merges two drops of long ago, but not the oldest, when it has more than ${UNSEEN_DROPS_MAX}`, () => {
    const drops = Array.from({ length: UNSEEN_DROPS_MAX }, (_, minute) => ({ at: at(minute), units: 1 }));
    const kept = keepBack({ ...TEN, debt: UNSEEN_DROPS_MAX, drops }, readAt(100, { observed: 9 }));

    expect(kept.debt).toBe(UNSEEN_DROPS_MAX + 1);
    expect(kept.drops).toHaveLength(UNSEEN_DROPS_MAX);
    expect(kept.drops.slice(0, 3)).toEqual([
      { at: at(0), units: 1 },
      { at: at(2), units: 2 },
      { at: at(3), units: 1 },
    ]);
    expect(kept.drops.at(-1)).toEqual({ at: at(100), units: 1 });
  });
});
