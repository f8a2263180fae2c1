import { describe, expect, test } from 'vitest';
import {
  findOverdueTime,
  judgeSchedule,
  scheduleInWords,
  type ScheduleFacts,
} from '../../src/domain/schedule-state.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const at = (time: string) => `2026-11-26T${time}.000Z`;
const minute = (time: string) => `2026-11-26 ${time}Z`;

/** Every quarter of an hour, the last run five minutes ago. */
const ON_TIME: ScheduleFacts = {
  isPaused: false,
  note: null,
  nextRuns: [at('12:10:00'), at('12:25:00')],
  lastRunAt: at('11:55:00'),
  dueAt: at('12:10:00'),
  overdueAt: at('12:25:00'),
  leftOut: { byOutage: 0, byOverlap: 0 },
  isWorking: false,
};

describe('a schedule', () => {
  test.each<[string, ScheduleFacts | null, string]>([
    ['that runs', ON_TIME, `starts the next run at ${minute('12:10')}`],
    [
      'that has not started a run yet',
      { ...ON_TIME, lastRunAt: null },
      `starts the next run at ${minute('12:10')}`,
    ],
    ['that is gone', null, 'is not there'],
    [
      'that is paused',
      { ...ON_TIME, isPaused: true, note: 'stock-take' },
      `is paused (stock-take), the last run was at ${minute('11:55')}`,
    ],
    [
      'of which the second run comes due now',
      { ...ON_TIME, lastRunAt: at('11:30:00'), overdueAt: at('12:00:00') },
      `starts the next run at ${minute('12:10')}`,
    ],
    [
      'of which the second run has come due',
      { ...ON_TIME, lastRunAt: at('11:29:59'), dueAt: at('11:44:59'), overdueAt: at('11:59:59') },
      `has started no run since ${minute('11:29')}, though one was due at ${minute('11:44')}`,
    ],
    [
      'whose server has left runs out',
      {
        ...{ ...ON_TIME, lastRunAt: at('11:29:59'), dueAt: at('11:44:59'), overdueAt: at('11:59:59') },
        leftOut: { byOutage: 2, byOverlap: 1 },
      },
      `has started no run since ${minute('11:29')}, though one was due at ${minute('11:44')} (runs left out until now: 2 because Temporal was away for too long, 1 because the run before still worked)`,
    ],
    [
      'of which a run is under way',
      { ...ON_TIME, lastRunAt: at('11:29:59'), overdueAt: at('11:59:59'), isWorking: true },
      `starts the next run at ${minute('12:10')}`,
    ],
    [
      'whose due times are not known',
      { ...ON_TIME, lastRunAt: '2026-11-01T00:00:00.000Z', overdueAt: null },
      `starts the next run at ${minute('12:10')}`,
    ],
    ['that has ended', { ...ON_TIME, nextRuns: [], overdueAt: at('11:59:59') }, 'has no run to come'],
  ])('%s', (_what, facts, words) => {
    expect(scheduleInWords(judgeSchedule(facts, NOW))).toBe(words);
  });
});

test.each([
  ['each quarter', '12:15:00', at('12:30:00'), '12:30:00'],
  ['each hour', '13:00:00', at('14:00:00'), '14:00:00'],
  ['each night', '13:00:00', '2026-11-27T13:00:00.000Z', '14:00:00'],
  ['once more', '13:00:00', null, '14:00:00'],
])('a schedule that is to start a run %s is overdue soon enough', (_often, dueAt, lastDueAt, overdueAt) => {
  const lastDue = lastDueAt === null ? null : new Date(lastDueAt);
  expect(findOverdueTime(new Date(at(dueAt)), lastDue)).toEqual(new Date(at(overdueAt)));
});
