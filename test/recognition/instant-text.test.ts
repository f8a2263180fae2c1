import { expect, test } from 'vitest';
import { readInstant, type InstantReading } from '../../src/domain/recognition/instant-text.ts';
import { offsetsOf } from '../../src/domain/wall-clock.ts';

const NOTHING_SAID: InstantReading = { offsetAt: null, dateOrder: null };
const NEW_YORK: InstantReading = { offsetAt: offsetsOf('America/New_York'), dateOrder: null };

function read(text: string, how: InstantReading): string {
  const found = readInstant(text, how);
  return 'instant' in found ? found.instant.toISOString() : found.fault;
}

test.each([
  ['2026-11-25T14:00:00Z', '2026-11-25T14:00:00.000Z'],
  ['2026-11-25T14:00:00.123Z', '2026-11-25T14:00:00.123Z'],
  ['2026-11-25 14:00:00.123 +0100', '2026-11-25T13:00:00.123Z'],
  ['2026-11-25T14:00+01', '2026-11-25T13:00:00.000Z'],
  ['20261125T140000Z', '2026-11-25T14:00:00.000Z'],
  ['2026/11/25 14:00:00 UTC', '2026-11-25T14:00:00.000Z'],
  ['20261125140000Z', '2026-11-25T14:00:00.000Z'],
  ['20261125140000.250+0100', '2026-11-25T13:00:00.250Z'],
])('%s says its instant by itself', (text, instant) => {
  expect(read(text, NOTHING_SAID)).toBe(instant);
});

test.each([
  ['2026-11-25 14:00:00', '2026-11-25T19:00:00.000Z'],
  ['2026-07-25 14:00', '2026-07-25T18:00:00.000Z'],
  ['11/25/2026 2:00 PM', '2026-11-25T19:00:00.000Z'],
  ['25.11.2026 14:00', '2026-11-25T19:00:00.000Z'],
  ['3.4.2026 14:00', '2026-04-03T18:00:00.000Z'],
  ['12/12/2026 12:00 AM', '2026-12-12T05:00:00.000Z'],
  ['2026-11-25', '2026-11-25T05:00:00.000Z'],
  ['20261125', '2026-11-25T05:00:00.000Z'],
  ['20261125140000', '2026-11-25T19:00:00.000Z'],
  ['20261125140000.0', '2026-11-25T19:00:00.000Z'],
  // The hour that comes twice is its first; the one that is left out is counted on.
  ['2026-11-01 01:30:00', '2026-11-01T05:30:00.000Z'],
  ['2026-03-08 02:30:00', '2026-03-08T07:30:00.000Z'],
])('%s in New York is %s', (text, instant) => {
  expect(read(text, NEW_YORK)).toBe(instant);
});

test('a date with two small numbers is read by the order that is said, and is refused without it', () => {
  expect(read('3/4/2026 10:00', NEW_YORK)).toMatch(/--date-order/);
  expect(read('3/4/2026 10:00', { ...NEW_YORK, dateOrder: 'day-first' })).toBe('2026-04-03T14:00:00.000Z');
  expect(read('3/4/2026 10:00', { ...NEW_YORK, dateOrder: 'month-first' })).toBe('2026-03-04T15:00:00.000Z');
});

test('a time without an offset is refused when nobody has said its zone', () => {
  expect(read('2026-11-25 14:00:00', NOTHING_SAID)).toMatch(/--time-zone/);
  expect(read('20261125140000', NOTHING_SAID)).toMatch(/--time-zone/);
});

test.each([
  '',
  'yesterday',
  '2026-02-30T10:15:00Z',
  '2026-02-30T10:15:00.000Z',
  '2026-11-25T24:00:00.000Z',
  '1969-12-31T23:59:59.000Z',
  '1970-01-01T00:00:00Z',
  '1980-01-01T00:00:00.000Z',
  '2200-01-01T00:00:00.000Z',
  '2026-13-01T10:15:00Z',
  '2026-11-25T25:00:00Z',
  '0000-01-01T00:00:00Z',
  '13/25/2026 10:00Z',
  '11/25/2026 13:00 PM Z',
  // The day or the month in front, seconds that lack, years of two digits: by digits alone nobody can tell.
  '25112026140000',
  '11252026140000',
  '202611251400',
  '200102031405',
  '261125140000',
  '20260230140000',
  '20261125240000',
  '00000000000000',
])('%j is no time', (text) => {
  expect(read(text, NEW_YORK)).toMatch(/must be a time/);
});

test.each([
  ['2026-11-25', true],
  ['20261125', true],
  // As mainframes write a day. With a fraction or an offset it is midnight, and so it is in any other form.
  ['20261125000000', true],
  ['20261125000001', false],
  ['20261125000000.0', false],
  ['20261125000000Z', false],
  ['2026-11-25 00:00:00', false],
])('whether %s is a day without a time: %s', (text, isDay) => {
  expect(readInstant(text, NEW_YORK)).toMatchObject({ isDay });
});
