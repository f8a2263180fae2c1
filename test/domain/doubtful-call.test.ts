import { expect, test } from 'vitest';
import {
  isShownApplied,
  keepBackInDoubt,
  wasApplied,
  wasNotApplied,
} from '../../src/domain/doubtful-call.ts';
import { NOTHING_KEPT_BACK, type FreshRead, type LastPush } from '../../src/domain/unseen-sales.ts';

const AT = '2026-06-01T12:00:00.000Z';

/** Shopify showed 10 after the last push and sold 2; then a call kept these 2 back and sent 18 for a target of 20. */
const LAST: LastPush = { lastKnown: 10, importedUnits: 0, ...NOTHING_KEPT_BACK };
const SENT = {
  changeFromQuantity: 8,
  push: { lastKnown: 18, importedUnits: 0, debt: 2, drops: [{ at: AT, units: 2 }] },
  isShownApplied: false,
};

function shows(observed: number): FreshRead {
  return { observed, at: AT, importedUnits: 0, ordersImportedUntil: null };
}

test('a doubtful call was applied when the row shows what it sent, and the units that it kept back stay kept back', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(18)).debt).toBe(2);
});

test('a doubtful call was not applied when the row still shows what the call wanted to change', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(8)).debt).toBe(2);
  expect(keepBackInDoubt({ ...LAST, lastKnown: 8 }, [SENT], shows(8)).debt).toBe(0);
});

test('the larger debt counts when the row shows anything else, because units may have been sold since the call', () => {
  expect(keepBackInDoubt(LAST, [SENT], shows(17)).debt).toBe(3);
  // The call lowered the quantity, so more was sold from the value known before.
  const lowered = { changeFromQuantity: 10, push: { ...LAST, lastKnown: 4 }, isShownApplied: false };
  expect(keepBackInDoubt(LAST, [lowered], shows(3)).debt).toBe(7);
});

test('a row without a debt keeps back what is missing from the larger of what was known and what was sent', () => {
  const sent = { changeFromQuantity: 1, push: { ...LAST, lastKnown: 10 }, isShownApplied: false };
  expect(keepBackInDoubt({ ...LAST, lastKnown: 1 }, [sent], shows(9)).debt).toBe(1);
  expect(keepBackInDoubt(null, [sent], shows(9)).debt).toBe(1);
});

test('a row that no doubtful call names is decided by its last push alone', () => {
  expect(keepBackInDoubt(LAST, [], shows(9)).debt).toBe(1);
  expect(keepBackInDoubt(null, [], shows(9))).toEqual(NOTHING_KEPT_BACK);
});

test('a call was not applied when most of its rows are as before: Shopify applies all of a call or nothing', () => {
  const asBefore = { changeFromQuantity: 1, observed: 1 };
  const moved = { changeFromQuantity: 1, observed: 3 };
  expect(wasNotApplied([asBefore, asBefore, moved])).toBe(true);
  expect(wasNotApplied([asBefore, moved])).toBe(false);
  expect(wasNotApplied([moved])).toBe(false);
});

test('a row that a call lowered by as much as a sale would proves nothing alone, so the sale is kept back', () => {
  const lowered = { changeFromQuantity: 10, push: { ...LAST, lastKnown: 9 }, isShownApplied: false };
  expect(keepBackInDoubt(LAST, [lowered], shows(9)).debt).toBe(1);
  expect(keepBackInDoubt(LAST, [{ ...lowered, isShownApplied: true }], shows(9)).debt).toBe(0);
});

test('a call was applied when most of its rows, and more than one, show what it sent', () => {
  const asSent = { changeFromQuantity: 5, quantity: 4, observed: 4 };
  const moved = { changeFromQuantity: 5, quantity: 4, observed: 3 };
  expect(isShownApplied([asSent, asSent, moved], 3)).toBe(true);
  expect(isShownApplied([asSent, asSent], 4)).toBe(false);
  expect(isShownApplied([asSent], 1)).toBe(false);
});

test('a call that is too old to be repeated was applied when all its rows show what it sent, unless a sale looks the same', () => {
  const lowered = { changeFromQuantity: 5, quantity: 4, observed: 4 };
  const raised = { changeFromQuantity: 5, quantity: 7, observed: 7 };
  expect(wasApplied([raised])).toBe(true);
  expect(wasApplied([lowered, lowered])).toBe(true);
  expect(wasApplied([lowered])).toBe(false);
  expect(wasApplied([raised, { ...raised, observed: 6 }])).toBe(false);
});
