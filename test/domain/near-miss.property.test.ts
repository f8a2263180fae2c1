import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEAR_MISS_LENGTH_MAX } from '../../src/domain/limits.ts';
import { nearMisses } from '../../src/domain/near-miss.ts';

const sku = fc.string({
  unit: fc.constantFrom(...'ABCXYZ019-_'),
  minLength: 2,
  maxLength: NEAR_MISS_LENGTH_MAX - 1,
});

/** One slip of the hand, at a place of the text. */
const slip = fc.constantFrom<(text: string, at: number) => string>(
  (text) => text,
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => `${text.slice(0, at)}7${text.slice(at)}`,
  (text, at) => `${text.slice(0, at)}-${text.slice(at + 1)}`,
  (text, at) => text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2),
);

test('a SKU in capitals is found from one slip of the hand, in capitals or small letters', () => {
  fc.assert(
    fc.property(sku, slip, fc.nat(), fc.boolean(), (meant, slipped, place, isSmall) => {
      const wrong = slipped(meant, place % (meant.length - 1));
      const typed = isSmall ? wrong.toLowerCase() : wrong;
      fc.pre(typed !== meant);
      expect(nearMisses(typed)).toContain(meant);
    }),
  );
});

test('what was typed is not suggested, nothing twice, and a long text asks for few lookups', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2 * NEAR_MISS_LENGTH_MAX }), (typed) => {
      const near = nearMisses(typed);
      expect(near).not.toContain(typed);
      expect(new Set(near).size).toBe(near.length);
      // Case mapping may make a text longer (ß), which allows some more.
      expect(near.length).toBeLessThan(30_000);
      if (typed.length > NEAR_MISS_LENGTH_MAX) expect(near.length).toBeLessThan(3);
    }),
  );
});

test('the number of lookups is what the comment says', () => {
  expect(nearMisses('BLUE-SHIRT-MEDIUM-01').length).toBeLessThan(4_500);
  expect(nearMisses('A'.repeat(NEAR_MISS_LENGTH_MAX)).length).toBeLessThan(8_500);
});
