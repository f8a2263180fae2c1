import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lateBecause, type ScheduleFacts } from '../../src/domain/jobs/late-schedule.ts';
import { inZone, nextTimeOfDay, readWallClock } from '../../src/domain/wall-clock.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
const HOUR_MS = 3_600_000;

test('the next time of day is the soonest instant at which the zone’s clock shows it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.date({ min: new Date('2026-01-01Z'), max: new Date('2028-01-01Z'), noInvalidDate: true }),
      (zone, hour, minute, now) => {
        const next = nextTimeOfDay({ hour, minute }, zone, now);
        const clock = readWallClock(next, zone);
        expect([clock.getUTCHours(), clock.getUTCMinutes()]).toEqual([hour, minute]);
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        // A day of 25 hours, or one more day where the clock was put forward over it.
        expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(49 * HOUR_MS);
      },
    ),
  );
});

test.each([
  ['2026-11-26T10:00:00Z', '2026-11-27T08:00:00.000Z'],
  ['2026-11-26T07:59:59Z', '2026-11-26T08:00:00.000Z'],
  ['2027-03-13T12:00:00Z', '2027-03-14T07:00:00.000Z'],
])('03:00 in New York comes after %s at %s', (now, next) => {
  expect(nextTimeOfDay({ hour: 3, minute: 0 }, 'America/New_York', new Date(now)).toISOString()).toBe(next);
});

test('a time of day that a clock change leaves out comes a day later', () => {
  const now = new Date('2027-03-14T05:00:00Z');
  expect(nextTimeOfDay({ hour: 2, minute: 30 }, 'America/New_York', now).toISOString()).toBe(
    '2027-03-15T06:30:00.000Z',
  );
});

test('a time is shown with the offset of its zone, so that the hour that comes twice can be told apart', () => {
  expect(inZone('2027-11-07T05:30:00Z', 'America/New_York')).toBe('2027-11-07 01:30 -04:00');
  expect(inZone('2027-11-07T06:30:00Z', 'America/New_York')).toBe('2027-11-07 01:30 -05:00');
  expect(inZone('2026-11-26T18:45:00Z', 'Asia/Kolkata')).toBe('2026-11-27 00:15 +05:30');
  expect(inZone('2026-11-26T18:45:00Z', 'UTC')).toBe('2026-11-26 18:45Z');
});

const NOW = new Date('2026-11-26T10:00:00Z');
const at = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const FACTS: ScheduleFacts = {
  ...{ isPaused: false, lastRunAt: at(-31), changedAt: at(-600), nextRuns: [at(5), at(20)], runningId: null },
};

test('a schedule is late when its last run was started more than two intervals ago', () => {
  expect(lateBecause(FACTS, NOW)).toBe('Temporal has started none since');
  expect(lateBecause({ ...FACTS, runningId: 'hardSync/a' }, NOW)).toMatch(
    /^that run \(workflow hardSync\/a\)/,
  );
  expect(lateBecause({ ...FACTS, lastRunAt: null }, NOW)).not.toBeNull();
});

test.each([
  ['its last run was two intervals ago', { lastRunAt: at(-30) }],
  ['it is paused', { isPaused: true }],
  ['it was resumed or changed lately', { changedAt: at(-10) }],
  ['a start was named, or a run is left out', { nextRuns: [at(16), at(31)] }],
  ['it has no further runs', { nextRuns: [] }],
])('a schedule is not late when %s', (_, change) => {
  expect(lateBecause({ ...FACTS, ...change }, NOW)).toBeNull();
});
