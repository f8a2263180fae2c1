/** When runs come due, by the times that the server gives back of what a person has typed. */
import type { CalendarSpecDescription, ScheduleSpecDescription } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { judgeSchedule } from '../../src/domain/schedule-state.ts';
import { findDueTime } from '../../src/temporal/due-times.ts';

const EVERY_DAY: CalendarSpecDescription = {
  second: [{ start: 0, end: 0, step: 1 }],
  minute: [{ start: 0, end: 0, step: 1 }],
  hour: [{ start: 3, end: 3, step: 1 }],
  dayOfMonth: [{ start: 1, end: 31, step: 1 }],
  month: [{ start: 'JANUARY', end: 'DECEMBER', step: 1 }],
  year: [],
  dayOfWeek: [{ start: 'SUNDAY', end: 'SATURDAY', step: 1 }],
};
// `*/15 8-20 * * *`
const BY_DAY: CalendarSpecDescription = {
  ...EVERY_DAY,
  minute: [{ start: 0, end: 59, step: 15 }],
  hour: [{ start: 8, end: 20, step: 1 }],
};
// `0 6 * * 1-5`
const WORKDAYS: CalendarSpecDescription = {
  ...EVERY_DAY,
  hour: [{ start: 6, end: 6, step: 1 }],
  dayOfWeek: [{ start: 'MONDAY', end: 'FRIDAY', step: 1 }],
};

/** Whether a schedule with these times that has started its last run at `last` is overdue. 2026-11-26 is a Thursday. */
function stateAt(spec: ScheduleSpecDescription, last: string, now: string): string {
  const overdueAt = findDueTime(spec, new Date(last), 2)?.toISOString() ?? null;
  const facts = { isPaused: false, note: null, nextRuns: ['later'], lastRunAt: last, isWorking: false };
  const leftOut = { byOutage: 0, byOverlap: 0 };
  return judgeSchedule({ ...facts, leftOut, dueAt: overdueAt, overdueAt }, Date.parse(now)).state;
}

describe('a schedule is overdue when its second run since the last one has come due', () => {
  test.each<[string, ScheduleSpecDescription, string, string, string]>([
    ['by day, in the night', { calendars: [BY_DAY] }, '26T20:45:00', '26T21:16:00', 'on-time'],
    ['by day, before the second run', { calendars: [BY_DAY] }, '26T20:45:00', '27T08:14:59', 'on-time'],
    ['by day, after the second run', { calendars: [BY_DAY] }, '26T20:45:00', '27T08:15:01', 'overdue'],
    ['by day, at noon', { calendars: [BY_DAY] }, '26T12:00:00', '26T12:30:01', 'overdue'],
    ['on workdays, on Sunday', { calendars: [WORKDAYS] }, '27T06:00:00', '29T23:00:00', 'on-time'],
    ['on workdays, on Tuesday', { calendars: [WORKDAYS] }, '20T06:00:00', '24T06:00:01', 'overdue'],
    [
      'each quarter, of two intervals',
      { intervals: [{ every: 900_000, offset: 0 }] },
      '26T12:00:00',
      '26T12:30:00',
      'on-time',
    ],
    [
      'each quarter, after them',
      { intervals: [{ every: 900_000, offset: 0 }] },
      '26T12:00:00',
      '26T12:30:01',
      'overdue',
    ],
    [
      'each day in a zone',
      { calendars: [EVERY_DAY], timezone: 'Asia/Tokyo' },
      '25T18:00:00',
      '27T18:00:01',
      'overdue',
    ],
    ['by two calendars', { calendars: [WORKDAYS, EVERY_DAY] }, '26T03:00:00', '27T03:00:01', 'overdue'],
    [
      'that begins later',
      { intervals: [{ every: 900_000, offset: 0 }], startAt: new Date('2026-11-28') },
      '26T12:00:00',
      '27T12:00:00',
      'on-time',
    ],
    [
      'that has ended',
      { intervals: [{ every: 900_000, offset: 0 }], endAt: new Date('2026-11-26T12:20:00Z') },
      '26T12:00:00',
      '27T12:00:00',
      'on-time',
    ],
    [
      'with times left out',
      { calendars: [BY_DAY], skip: [EVERY_DAY] },
      '01T12:00:00',
      '26T12:00:00',
      'on-time',
    ],
    [
      'of a year',
      { calendars: [{ ...BY_DAY, year: [{ start: 2025, end: 2025, step: 1 }] }] },
      '01T12:00:00',
      '26T12:00:00',
      'on-time',
    ],
    ['without times', {}, '01T12:00:00', '26T12:00:00', 'on-time'],
  ])('%s', (_what, spec, last, now, state) => {
    expect(stateAt(spec, `2026-11-${last}.000Z`, `2026-11-${now}.000Z`)).toBe(state);
  });
});
