/** Laws of Online ATP, for any stock. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  atpTerms,
  onlineAtp,
  sumOfTerms,
  type AtpTerms,
  type ChannelClaims,
  type FacilityStock,
} from '../../src/domain/online-atp.ts';
import { UNITS_MAX } from '../../src/domain/limits.ts';

const units = fc.integer({ min: 0, max: 1_000 });

const stock: fc.Arbitrary<FacilityStock> = fc.record({
  facilityId: fc.constantFrom('A', 'B', 'C'),
  quantityOnHand: fc.integer({ min: -50, max: 1_000 }),
  reserved: units,
  safetyStock: units,
  sellsOnline: fc.boolean(),
});

const claims: fc.Arbitrary<ChannelClaims> = fc.record({
  threshold: units,
  brokeringQueue: units,
  floorPerFacility: fc.boolean(),
  atMost: fc.option(units),
});

const terms: fc.Arbitrary<AtpTerms> = fc.record({
  quantityOnHand: units,
  reserved: units,
  safetyStock: units,
  threshold: units,
  brokeringQueue: units,
  excludedFacilitiesAtp: units,
  floorAdjustment: units,
  overLimit: units,
});

const COMMITTED = [
  'reserved',
  'safetyStock',
  'threshold',
  'brokeringQueue',
  'excludedFacilitiesAtp',
  'overLimit',
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
      const channel = { threshold, brokeringQueue, floorPerFacility: true, atMost: null };
      const atp = onlineAtp(atpTerms(facilities, channel));
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

test('it is never above the group’s limit, and where the limit does not cut it is the same as without one', () => {
  fc.assert(
    fc.property(fc.array(stock, { maxLength: 6 }), claims, (facilities, channel) => {
      const atp = onlineAtp(atpTerms(facilities, channel));
      const unlimited = onlineAtp(atpTerms(facilities, { ...channel, atMost: null }));
      expect(atp).toBe(Math.min(unlimited, channel.atMost ?? unlimited));
    }),
  );
});

test('its terms add up to it, also where a limit cuts it off, unless it is oversold', () => {
  const huge = fc.record({
    facilityId: fc.constant('WAREHOUSE'),
    quantityOnHand: fc.integer({ min: 0, max: 3 * UNITS_MAX }),
    reserved: units,
    safetyStock: units,
    sellsOnline: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(stock, huge), { maxLength: 6 }), claims, (facilities, channel) => {
      const terms = atpTerms(facilities, channel);
      const sum = sumOfTerms(terms);
      expect(onlineAtp(terms)).toBe(Math.max(0, sum));
      expect(sum).toBeLessThanOrEqual(UNITS_MAX);
      if (terms.overLimit > 0) expect(sum).toBe(channel.atMost ?? UNITS_MAX);
    }),
  );
});
