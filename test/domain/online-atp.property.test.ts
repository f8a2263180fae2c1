/** Laws of Online ATP, for any stock. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atpTerms, onlineAtp, type AtpTerms, type FacilityStock } from '../../src/domain/online-atp.ts';

const units = fc.integer({ min: 0, max: 1_000 });

const stock: fc.Arbitrary<FacilityStock> = fc.record({
  facilityId: fc.constantFrom('A', 'B', 'C'),
  quantityOnHand: fc.integer({ min: -50, max: 1_000 }),
  reserved: units,
  safetyStock: units,
  sellsOnline: fc.boolean(),
});

const claims = fc.record({ threshold: units, brokeringQueue: units, floorPerFacility: fc.boolean() });

const terms: fc.Arbitrary<AtpTerms> = fc.record({
  quantityOnHand: units,
  reserved: units,
  safetyStock: units,
  threshold: units,
  brokeringQueue: units,
  excludedFacilitiesAtp: units,
  floorAdjustment: units,
});

const COMMITTED = [
  'reserved',
  'safetyStock',
  'threshold',
  'brokeringQueue',
  'excludedFacilitiesAtp',
] as const;

test('Online ATP is never negative', () => {
  fc.assert(fc.property(terms, (sample) => onlineAtp(sample) >= 0));
});

test('one unit more of anything committed never raises Online ATP', () => {
  fc.assert(
    fc.property(terms, fc.constantFrom(...COMMITTED), (before, term) => {
      const after = { ...before, [term]: before[term] + 1 };
      expect(onlineAtp(after)).toBeLessThanOrEqual(onlineAtp(before));
    }),
  );
});

test('one unit more on hand raises Online ATP by one, or by nothing while the product is oversold', () => {
  fc.assert(
    fc.property(terms, (before) => {
      const rise = onlineAtp({ ...before, quantityOnHand: before.quantityOnHand + 1 }) - onlineAtp(before);
      expect([0, 1]).toContain(rise);
    }),
  );
});

test('with a floor per facility Online ATP is what each selling member can give, less threshold and brokering queue', () => {
  fc.assert(
    fc.property(fc.array(stock, { maxLength: 6 }), claims, (facilities, { threshold, brokeringQueue }) => {
      const given = facilities
        .filter((facility) => facility.sellsOnline)
        .map((facility) => Math.max(0, facility.quantityOnHand - facility.reserved - facility.safetyStock))
        .reduce((sum, unitsGiven) => sum + unitsGiven, 0);
      const atp = onlineAtp(atpTerms(facilities, { threshold, brokeringQueue, floorPerFacility: true }));
      expect(atp).toBe(Math.max(0, given - threshold - brokeringQueue));
    }),
  );
});

test('an excluded facility neither raises nor lowers Online ATP', () => {
  fc.assert(
    fc.property(fc.array(stock, { maxLength: 6 }), stock, claims, (facilities, another, channel) => {
      const excluded = { ...another, sellsOnline: false };
      expect(onlineAtp(atpTerms([...facilities, excluded], channel))).toBe(
        onlineAtp(atpTerms(facilities, channel)),
      );
    }),
  );
});
