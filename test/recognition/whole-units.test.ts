import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWholeUnits } from '../../src/domain/recognition/whole-units.ts';

test.each([
  ['7', 7],
  ['+7', 7],
  ['-7', -7],
  ['7-', -7],
  ['−7', -7],
  ['-0', 0],
  ['7.0', 7],
  ['7,00', 7],
  ['12.0000', 12],
  ['12345.000', 12_345],
  ['0.000', 0],
  ['1 234', 1234],
  ['1\u00a0234', 1234],
  ["1'234'567", 1_234_567],
  ['1.234.567', 1_234_567],
  ['1,234,567', 1_234_567],
  ['1.234,00', 1234],
  ['1,234.00', 1234],
])('%j means one thing only: %i', (text, units) => {
  expect(readWholeUnits(text, null)).toEqual({ units });
});

test.each(['1.000', '1,000', '-12.000', '1,234', '999.000'])(
  '%j means two things, and is refused until somebody says which',
  (text) => {
    expect(readWholeUnits(text, null)).toMatchObject({ fault: expect.stringContaining('--decimal') });
  },
);

test.each([
  ['1.000', 'point', 1],
  ['1.000', 'comma', 1000],
  ['1,000', 'point', 1000],
  ['1,000', 'comma', 1],
] as const)('%j with a decimal %s is %i', (text, decimal, units) => {
  expect(readWholeUnits(text, decimal)).toEqual({ units });
});

test.each([
  '',
  'x',
  '1e3',
  'NaN',
  '1.5',
  '1,5',
  '1.000.000,50',
  '1,2,3',
  '12 34',
  '--7',
  '-7-',
  '1 2345',
  '9'.repeat(16),
])('%j is no whole number', (text) => {
  for (const decimal of [null, 'point', 'comma'] as const) {
    expect(readWholeUnits(text, decimal)).toEqual({ fault: 'it must be a whole number' });
  }
});

test('whatever a locale writes is read as what it meant, or is refused; never as another number', () => {
  const locales = ['en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN', 'pt-BR', 'sv-SE'];
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      fc.constantFrom(...locales),
      fc.constantFrom(0, 2, 3, 4),
      (units, locale, digits) => {
        const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
        const read = readWholeUnits(units.toLocaleString(locale, format), null);
        return 'fault' in read || read.units === units;
      },
    ),
    { numRuns: 5000 },
  );
});
