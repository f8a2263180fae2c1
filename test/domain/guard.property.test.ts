/** Laws of the guard, for any move of a product. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  quantityByOwnSales,
  quantityBySales,
  risenUnits,
  stockNeeded,
  suspicionOf,
  withheldQuantity,
} from '../../src/domain/guard.ts';
import { SUSPECT_FACTOR } from '../../src/domain/limits.ts';

const units = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1_000_000_000 }));

const move = fc.record({
  before: units,
  quantity: units,
  sold: fc.oneof(fc.integer({ min: -20, max: 40 }), fc.integer({ min: -1_000_000, max: 1_000_000_000 })),
  soldByShop: fc.integer({ min: 0, max: 40 }),
});

test('what is published of a withheld product is never more than before and what orders gave back', () => {
  fc.assert(
    fc.property(move, (made) => {
      for (const cause of ['COLLAPSE', 'SURGE', 'SELL_OUT'] as const) {
        const published = withheldQuantity(cause, made);
        expect(published).toBeGreaterThanOrEqual(0);
        expect(published).toBeLessThanOrEqual(made.before + Math.max(0, -made.sold));
      }
    }),
  );
});

test('a product that falls is never withheld below what it would be', () => {
  fc.assert(
    fc.property(move, (made) => {
      fc.pre(made.quantity < made.before);
      expect(quantityBySales(made)).toBeGreaterThanOrEqual(made.quantity);
      expect(quantityByOwnSales(made)).toBeGreaterThanOrEqual(made.quantity);
    }),
  );
});

test('a fall that sales explain is no collapse, and one that the shop’s own sales explain is nothing', () => {
  fc.assert(
    fc.property(units, units, (before, sold) => {
      const explained = { before, quantity: Math.max(0, before - sold), sold, soldByShop: 0 };
      expect(suspicionOf(explained)).not.toBe('COLLAPSE');
      expect(suspicionOf(explained)).not.toBe('SURGE');
      expect(suspicionOf({ ...explained, soldByShop: sold })).toBeNull();
    }),
  );
});

test('a move of less than the factor is ordinary, whatever explains it', () => {
  fc.assert(
    fc.property(move, (made) => {
      fc.pre(made.quantity * SUSPECT_FACTOR > made.before && made.quantity <= made.before * SUSPECT_FACTOR);
      expect(suspicionOf({ ...made, sold: Math.max(0, made.sold) })).toBeNull();
    }),
  );
});

test('sales and returns that cancel out leave nothing to explain', () => {
  const move = { before: 10, quantity: 0, sold: 0, soldByShop: 0 };
  expect(suspicionOf(move)).toBe('COLLAPSE');
  expect(suspicionOf(move, 'SELL_OUT')).toBe('SELL_OUT');
  expect(suspicionOf({ ...move, before: null })).toBeNull();
  expect(risenUnits({ before: null, quantity: 9, sold: 0, soldByShop: 0 })).toBe(0);
});

test('what orders give back is no rise', () => {
  expect(risenUnits({ before: 0, quantity: 7, sold: -5, soldByShop: 0 })).toBe(2);
  expect(suspicionOf({ before: 0, quantity: 5, sold: -5, soldByShop: 0 })).toBeNull();
});

test('a change of exactly the limit is within it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 0, max: 1_000 }),
      (moved, limit) => {
        const needed = stockNeeded(moved, limit);
        const isWithin = (stock: number) => moved * 100 <= stock * limit;
        if (limit === 0) expect(needed).toBe(Infinity);
        else expect([isWithin(needed), isWithin(needed - 1)]).toEqual([true, false]);
      },
    ),
  );
});
