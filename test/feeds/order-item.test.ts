import { describe, expect, test } from 'vitest';
import { nextOrderItem, openQuantity, type OrderItemState } from '../../src/domain/order-item.ts';

const OPEN: OrderItemState = {
  productId: 'SHIRT',
  quantity: 3,
  cancelQuantity: 0,
  facilityId: 'BROADWAY',
  statusId: 'ITEM_APPROVED',
};
const DONE = { ...OPEN, statusId: 'ITEM_COMPLETED' } as const;

const holdsStock = (facilityId: string) => facilityId !== 'PARKING';

/** `facility qoh reserved reason` of what the new state causes; or why it is refused. */
function effect(before: OrderItemState | null, told: OrderItemState): string[] | string {
  const next = nextOrderItem(before, told, holdsStock);
  if (next.outcome === 'REFUSED') return next.code;
  if (next.outcome === 'UNCHANGED') return [];
  return next.postings.map(
    (posting) =>
      `${posting.productId} ${posting.facilityId} ${posting.quantityOnHandDiff} ${posting.reservedDiff} ${posting.reasonEnumId}`,
  );
}

describe('open quantity', () => {
  test.each([
    [{ ...OPEN }, 3],
    [{ ...OPEN, statusId: 'ITEM_CREATED' as const }, 3],
    [{ ...OPEN, cancelQuantity: 1 }, 2],
    [{ ...OPEN, cancelQuantity: 5 }, 0],
    [DONE, 0],
    [{ ...OPEN, statusId: 'ITEM_CANCELLED' as const }, 0],
  ])('of %j is %i', (state, units) => {
    expect(openQuantity(state)).toBe(units);
  });
});

describe('what a state causes', () => {
  test('a line at a real facility reserves its open quantity there', () => {
    expect(effect(null, { ...OPEN, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY 0 2 ORDER_RESERVED']);
  });

  test('a line without a facility waits in the brokering queue: nothing is posted', () => {
    expect(effect(null, { ...OPEN, facilityId: null })).toEqual([]);
  });

  test('a line at a parking place is reserved there, where nobody counts stock', () => {
    expect(effect(null, { ...OPEN, facilityId: 'PARKING' })).toEqual(['SHIRT PARKING 0 3 ORDER_RESERVED']);
  });

  test('told again, nothing is posted', () => {
    expect(effect(OPEN, OPEN)).toEqual([]);
    expect(effect(DONE, DONE)).toEqual([]);
    expect(effect(DONE, { ...DONE, facilityId: null })).toEqual([]);
  });

  test('a reservation moves with the facility', () => {
    expect(effect(OPEN, { ...OPEN, facilityId: 'SOHO' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'SHIRT SOHO 0 3 ORDER_RESERVED',
    ]);
    expect(effect(OPEN, { ...OPEN, facilityId: null })).toEqual(['SHIRT BROADWAY 0 -3 ORDER_RELEASED']);
  });

  test('a reservation follows the quantity', () => {
    expect(effect(OPEN, { ...OPEN, quantity: 5 })).toEqual(['SHIRT BROADWAY 0 2 ORDER_RESERVED']);
    expect(effect(OPEN, { ...OPEN, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY 0 -1 ORDER_RELEASED']);
  });

  test('a reservation follows the product', () => {
    expect(effect(OPEN, { ...OPEN, productId: 'HAT' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'HAT BROADWAY 0 3 ORDER_RESERVED',
    ]);
  });

  test('a cancelled line releases; taken up again, it reserves', () => {
    const cancelled = { ...OPEN, statusId: 'ITEM_CANCELLED' } as const;
    expect(effect(OPEN, cancelled)).toEqual(['SHIRT BROADWAY 0 -3 ORDER_RELEASED']);
    expect(effect(cancelled, OPEN)).toEqual(['SHIRT BROADWAY 0 3 ORDER_RESERVED']);
  });

  test('a completed line releases and takes the units, in one posting where both happen at one place', () => {
    expect(effect(OPEN, DONE)).toEqual(['SHIRT BROADWAY -3 -3 ORDER_SHIPPED']);
    expect(effect(OPEN, { ...DONE, facilityId: null })).toEqual(['SHIRT BROADWAY -3 -3 ORDER_SHIPPED']);
    expect(effect(OPEN, { ...DONE, facilityId: 'SOHO' })).toEqual([
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED',
      'SHIRT SOHO -3 0 ORDER_SHIPPED',
    ]);
  });

  test('a line that comes in completed was never reserved', () => {
    expect(effect(null, { ...DONE, cancelQuantity: 1 })).toEqual(['SHIRT BROADWAY -2 0 ORDER_SHIPPED']);
  });

  test('what was cancelled altogether ships nothing, from nowhere', () => {
    expect(effect({ ...OPEN, facilityId: null }, { ...DONE, cancelQuantity: 3, facilityId: null })).toEqual(
      [],
    );
  });
});

describe('what is refused', () => {
  test.each([
    { ...OPEN },
    { ...OPEN, statusId: 'ITEM_CANCELLED' as const },
    { ...DONE, quantity: 4 },
    { ...DONE, cancelQuantity: 1 },
    { ...DONE, facilityId: 'SOHO' },
    { ...DONE, productId: 'HAT' },
  ])('a completed line does not become %j', (told) => {
    expect(effect(DONE, told)).toBe('ORDER_ITEM_COMPLETED');
  });

  test('a shipment from nowhere, or from a parking place', () => {
    expect(effect(null, { ...DONE, facilityId: null })).toBe('ORDER_ITEM_FACILITY_REQUIRED');
    expect(effect(OPEN, { ...DONE, facilityId: 'PARKING' })).toBe('ORDER_ITEM_FACILITY_REQUIRED');
    expect(effect({ ...OPEN, facilityId: 'PARKING' }, { ...DONE, facilityId: null })).toBe(
      'ORDER_ITEM_FACILITY_REQUIRED',
    );
  });
});
