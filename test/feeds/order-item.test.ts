import { describe, expect, test } from 'vitest';
import { nextOrderItem, openQuantity, type OrderItemState } from '../../src/domain/order-item.ts';

const OPEN: OrderItemState = {
  productId: 'SHIRT',
  quantity: 3,
  cancelQuantity: 0,
  facilityId: 'BROADWAY',
  statusId: 'ITEM_APPROVED',
  updatedAt: null,
};
const DONE = { ...OPEN, statusId: 'ITEM_COMPLETED' } as const;

const holdsStock = (facilityId: string) => facilityId !== 'PARKING';

/** `<product> <facility> <qoh> <reserved> <reason>` of each posting of the new state, or the code of its refusal. */
function applyState(before: OrderItemState | null, reported: OrderItemState): string[] | string {
  const next = nextOrderItem(before, reported, holdsStock);
  if (next.outcome === 'REFUSED') return next.code;
  if (next.outcome !== 'CHANGED') return [];
  return next.postings.map(
    (posting) =>
      `${posting.productId} ${posting.facilityId} ${posting.quantityOnHandDiff} ${posting.reservedDiff} ${posting.reasonEnumId}`,
  );
}

describe('the open quantity', () => {
  test.each([
    ['an approved line', 3, { ...OPEN }],
    ['a created line', 3, { ...OPEN, statusId: 'ITEM_CREATED' as const }],
    ['a line with one unit cancelled', 2, { ...OPEN, cancelQuantity: 1 }],
    ['a line with more units cancelled than ordered', 0, { ...OPEN, cancelQuantity: 5 }],
    ['a completed line', 0, DONE],
    ['a cancelled line', 0, { ...OPEN, statusId: 'ITEM_CANCELLED' as const }],
  ])('of %s is %i', (_what, units, state) => {
    expect(openQuantity(state)).toBe(units);
  });
});

describe('the postings of an order line', () => {
  test('a line at a real facility reserves its open quantity there', () => {
    expect(applyState(null, { ...OPEN, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY 0 2 ORDER_RESERVED']);
  });

  test('a line without a facility waits in the brokering queue, and posts nothing', () => {
    expect(applyState(null, { ...OPEN, facilityId: null })).toEqual([]);
  });

  test('a line at a virtual facility is reserved there, where nobody counts stock', () => {
    expect(applyState(null, { ...OPEN, facilityId: 'PARKING' })).toEqual([
      'SHIRT PARKING 0 3 ORDER_RESERVED',
    ]);
  });

  test('a line that is reported again unchanged posts nothing', () => {
    expect(applyState(OPEN, OPEN)).toEqual([]);
    expect(applyState(DONE, DONE)).toEqual([]);
    expect(applyState(DONE, { ...DONE, facilityId: null })).toEqual([]);
  });

  test('a reservation moves with its line to another facility', () => {
    expect(applyState(OPEN, { ...OPEN, facilityId: 'SOHO' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'SHIRT SOHO 0 3 ORDER_RESERVED',
    ]);
    expect(applyState(OPEN, { ...OPEN, facilityId: null })).toEqual(['SHIRT BROADWAY 0 -3 ORDER_RELEASED']);
  });

  test('a reservation follows the quantity of its line', () => {
    expect(applyState(OPEN, { ...OPEN, quantity: 5 })).toEqual(['SHIRT BROADWAY 0 2 ORDER_RESERVED']);
    expect(applyState(OPEN, { ...OPEN, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY 0 -1 ORDER_RELEASED']);
  });

  test('a reservation follows the product of its line', () => {
    expect(applyState(OPEN, { ...OPEN, productId: 'HAT' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'HAT BROADWAY 0 3 ORDER_RESERVED',
    ]);
  });

  test('a cancelled line releases its units, and an open state that comes later is an old one', () => {
    const cancelled = { ...OPEN, statusId: 'ITEM_CANCELLED' } as const;
    expect(applyState(OPEN, cancelled)).toEqual(['SHIRT BROADWAY 0 -3 ORDER_RELEASED']);
    expect(applyState(cancelled, OPEN)).toBe('ORDER_ITEM_CANCELLED');
    expect(applyState(cancelled, DONE)).toEqual(['SHIRT BROADWAY -3 0 ORDER_SHIPPED']);
  });

  test('a completed line releases and ships its units, in one posting when both happen at one facility', () => {
    expect(applyState(OPEN, DONE)).toEqual(['SHIRT BROADWAY -3 -3 ORDER_SHIPPED']);
    expect(applyState(OPEN, { ...DONE, facilityId: null })).toEqual(['SHIRT BROADWAY -3 -3 ORDER_SHIPPED']);
    expect(applyState(OPEN, { ...DONE, facilityId: 'SOHO' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'SHIRT SOHO -3 0 ORDER_SHIPPED',
    ]);
  });

  test('a line that comes in completed ships its units without a reservation', () => {
    expect(applyState(null, { ...DONE, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY -2 0 ORDER_SHIPPED']);
  });

  test('a line that somebody else has sent leaves the queue, and takes no stock', () => {
    expect(applyState(null, { ...DONE, facilityId: null })).toEqual([]);
    expect(applyState({ ...OPEN, facilityId: null }, { ...DONE, facilityId: null })).toEqual([]);
    expect(applyState(OPEN, { ...DONE, facilityId: 'PARKING' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
    ]);
    expect(applyState({ ...OPEN, facilityId: 'PARKING' }, { ...DONE, facilityId: null })).toEqual([
      'SHIRT PARKING 0 -3 ORDER_RELEASED',
    ]);
  });

  test('a completed line with all units cancelled posts nothing, and needs no facility', () => {
    expect(
      applyState({ ...OPEN, facilityId: null }, { ...DONE, cancelQuantity: 3, facilityId: null }),
    ).toEqual([]);
  });
});

describe('an order feed may not', () => {
  test.each([
    ['open a completed line again', { ...OPEN }],
    ['cancel a completed line', { ...OPEN, statusId: 'ITEM_CANCELLED' as const }],
    ['change the quantity of a completed line', { ...DONE, quantity: 4 }],
    ['cancel units of a completed line', { ...DONE, cancelQuantity: 1 }],
    ['move a completed line to another facility', { ...DONE, facilityId: 'SOHO' }],
    ['change the product of a completed line', { ...DONE, productId: 'HAT' }],
  ])('%s', (_what, reported) => {
    expect(applyState(DONE, reported)).toBe('ORDER_ITEM_COMPLETED');
  });
});
