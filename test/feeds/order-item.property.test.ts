import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextOrderItem, type OrderItemState } from '../../src/domain/order-item.ts';

const holdsStock = (facilityId: string) => facilityId !== 'PARKING';

/** States of one line at instants of their own; a completed one names its facility, since it would take that of the known one. */
const states: fc.Arbitrary<readonly OrderItemState[]> = fc.uniqueArray(
  fc.record({
    productId: fc.constantFrom('SHIRT', 'HAT'),
    quantity: fc.nat({ max: 3 }),
    cancelQuantity: fc.constantFrom(0, 0, 1),
    facilityId: fc.constantFrom('BROADWAY', 'SOHO', 'PARKING'),
    statusId: fc.constantFrom('ITEM_CREATED', 'ITEM_APPROVED', 'ITEM_CANCELLED', 'ITEM_COMPLETED'),
    updatedAt: fc.integer({ min: 10, max: 23 }).map((hour) => `2026-11-25T${hour}:00:00.000Z`),
  }),
  { minLength: 1, maxLength: 6, selector: ({ updatedAt }) => updatedAt },
);

/** The state at the end, and what was taken from the stock on the way, by product and facility. */
function takeAll(rows: readonly OrderItemState[], mayReopen: boolean) {
  let known: OrderItemState | null = null;
  const taken: Record<string, number> = {};
  for (const row of rows) {
    const next = nextOrderItem(known, row, holdsStock, mayReopen);
    if (next.outcome === 'REFUSED') continue;
    known = next.state;
    if (next.outcome !== 'CHANGED') continue;
    for (const { productId, facilityId, quantityOnHandDiff, reservedDiff } of next.postings) {
      for (const [what, units] of [
        [`${productId} ${facilityId} on hand`, quantityOnHandDiff],
        [`${productId} ${facilityId} reserved`, reservedDiff],
      ] as const)
        taken[what] = (taken[what] ?? 0) + units;
    }
  }
  return { known, taken: Object.fromEntries(Object.entries(taken).filter(([, units]) => units !== 0)) };
}

test('states with instants of their own end the same in whatever order they come: as the newest alone', () => {
  const shuffled = states.chain((rows) =>
    fc.shuffledSubarray([...rows], { minLength: rows.length, maxLength: rows.length }),
  );
  fc.assert(
    fc.property(shuffled, fc.boolean(), (rows, mayReopen) => {
      const newest = rows.toSorted((one, other) =>
        (one.updatedAt ?? '').localeCompare(other.updatedAt ?? ''),
      );
      expect(takeAll(rows, mayReopen)).toEqual(takeAll(newest.slice(-1), mayReopen));
    }),
    { numRuns: 500 },
  );
});
