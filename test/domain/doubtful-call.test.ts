import { expect, test } from 'vitest';
import { keepBackInDoubt, wasNotApplied } from '../../src/domain/doubtful-call.ts';
import { NOTHING_KEPT_BACK, type FreshRead, type LastPush } from '../../src/domain/unseen-sales.ts';

const AT = '2026-06-01T12:00:00.000Z';

/** 10 shown after the last push; then 2 were sold, and a call that knew of them sent 18 of a target of 20. */
const LAST: LastPush = { lastKnown: 10, importedUnits: 0, ...NOTHING_KEPT_BACK };
const SENT = {
  changeFromQuantity: 8,
  push: { lastKnown: 18, importedUnits: 0, debt: 2, drops: [{ at: AT, units: 2 }] },
};

function shows(observed: number): FreshRead {
  return { observed, at: AT, importedUnits: 0, ordersImportedUntil: null };
}

test('a row that shows what the call sent: it was applied, with what it held back', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(18)).debt).toBe(2);
});

test('a row that still shows what the call wanted to change: it was not', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(8)).debt).toBe(2);
  expect(keepBackInDoubt({ ...LAST, lastKnown: 8 }, [SENT], shows(8)).debt).toBe(0);
});

test('a row that shows anything else may have been sold since the call: the larger debt counts', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(17)).debt).toBe(3);
  // The call lowered it: then it is the value known before from which more was sold.
  const lowered = { changeFromQuantity: 10, push: { ...LAST, lastKnown: 4 } };
  expect(keepBackInDoubt(LAST, [lowered], shows(3)).debt).toBe(7);
});

test('without a debt before, the base is the larger one of what was known and what was sent', () => {
  const sent = { changeFromQuantity: 1, push: { ...LAST, lastKnown: 10 } };
  expect(keepBackInDoubt({ ...LAST, lastKnown: 1 }, [sent], shows(9)).debt).toBe(1);
  expect(keepBackInDoubt(null, [sent], shows(9)).debt).toBe(1);
});

test('a row that no call is doubted of is decided as ever', () => {
  expect(keepBackInDoubt(LAST, [], shows(9)).debt).toBe(1);
  expect(keepBackInDoubt(null, [], shows(9))).toEqual(NOTHING_KEPT_BACK);
});

test('a call most of whose rows are as before was not applied: it is all or nothing', () => {
  const asBefore = { changeFromQuantity: 1, observed: 1 };
  const moved = { changeFromQuantity: 1, observed: 3 };
  expect(wasNotApplied([asBefore, asBefore, moved])).toBe(true);
  expect(wasNotApplied([asBefore, moved])).toBe(false);
  expect(wasNotApplied([moved])).toBe(false);
});
