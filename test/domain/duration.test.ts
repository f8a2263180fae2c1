import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, parseDuration } from '../../src/domain/duration.ts';

test('a duration of whole seconds is the same after it was written and read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), (seconds) => {
      expect(parseDuration(durationText(seconds * 1_000))).toBe(seconds * 1_000);
    }),
  );
});

test.each([
  [30_000, '30s'],
  [90_000, '90s'],
  [90 * 60_000, '90m'],
  [6 * 3_600_000, '6h'],
  [336 * 3_600_000, '14d'],
])('%d ms are written as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each(['', '6', 'h', '0h', '-1h', '1.5h', '6 h', '6H', '60S', '60ms', '1h30m'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);
