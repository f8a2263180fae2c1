/** The worked examples of Online ATP, as a person would check them on paper. */
import { describe, expect, test } from 'vitest';
import { atpTerms, onlineAtp, type ChannelClaims, type FacilityStock } from '../../src/domain/online-atp.ts';

const NO_CLAIMS: ChannelClaims = { threshold: 0, brokeringQueue: 0, floorPerFacility: true, atMost: null };

function facility(facilityId: string, stock: Partial<FacilityStock>): FacilityStock {
  return { facilityId, quantityOnHand: 0, reserved: 0, safetyStock: 0, sellsOnline: true, ...stock };
}

describe('Online ATP', () => {
  test('is 75 for 100 on hand, less 5 each reserved, safety stock, threshold, queued and at excluded facilities', () => {
    const terms = atpTerms(
      [
        facility('BROADWAY', { quantityOnHand: 95, reserved: 5, safetyStock: 5 }),
        facility('OUTLET', { quantityOnHand: 5, sellsOnline: false }),
      ],
      { ...NO_CLAIMS, threshold: 5, brokeringQueue: 5 },
    );

    expect(terms).toEqual({
      quantityOnHand: 100,
      reserved: 5,
      safetyStock: 5,
      threshold: 5,
      brokeringQueue: 5,
      excludedFacilitiesAtp: 5,
      floorAdjustment: 0,
      overLimit: 0,
    });
    expect(onlineAtp(terms)).toBe(75);
  });

  test('does not let one store’s deficit eat the stock of another, and shows the floor as a term of its own', () => {
    const stores = [
      facility('A', { quantityOnHand: 10, safetyStock: 2 }),
      facility('B', { quantityOnHand: 1, safetyStock: 4 }),
    ];

    const terms = atpTerms(stores, NO_CLAIMS);

    expect(terms.floorAdjustment).toBe(3);
    expect(onlineAtp(terms)).toBe(8);
  });

  test('takes one store’s deficit from the stock of another when the group switches the floor off', () => {
    const stores = [
      facility('A', { quantityOnHand: 10, safetyStock: 2 }),
      facility('B', { quantityOnHand: 1, safetyStock: 4 }),
    ];

    expect(onlineAtp(atpTerms(stores, { ...NO_CLAIMS, floorPerFacility: false }))).toBe(5);
  });

  test('is 10 of 25 for a group that promises at most 10, and shows the 15 above its limit', () => {
    const terms = atpTerms([facility('A', { quantityOnHand: 25 })], { ...NO_CLAIMS, atMost: 10 });

    expect(terms.overLimit).toBe(15);
    expect(onlineAtp(terms)).toBe(10);
  });

  test('is 0 for a group without a selling member', () => {
    const terms = atpTerms([facility('A', { quantityOnHand: 10, sellsOnline: false })], NO_CLAIMS);

    expect(onlineAtp(terms)).toBe(0);
  });

  test('is 0 for a product that was never counted', () => {
    expect(onlineAtp(atpTerms([], NO_CLAIMS))).toBe(0);
  });

  test('is 0, not negative, when more is committed than there is', () => {
    const terms = atpTerms([facility('A', { quantityOnHand: 3 })], { ...NO_CLAIMS, brokeringQueue: 7 });

    expect(onlineAtp(terms)).toBe(0);
  });
});
