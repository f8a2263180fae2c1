import { describe, expect, test } from 'vitest';
import { judgeSchedule, scheduleInWords, type ScheduleFacts } from '../../src/domain/schedule-state.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const at = (time: string) => `2026-11-26T${time}.000Z`;

/** Every quarter of an hour, the last run five minutes ago. */
const ON_TIME: ScheduleFacts = {
  isPaused: false,
  note: null,
  nextRuns: [at('12:10:00'), at('12:25:00')],
  lastRunAt: at('11:55:00'),
  overdueAt: at('12:25:00'),
  isWorking: false,
};

describe('a schedule', () => {
  test.each<[string, ScheduleFacts | null, string]>([
    ['that runs', ON_TIME, `starts the next run at ${at('12:10:00')}`],
    [
      'that has not started a run yet',
      { ...ON_TIME, lastRunAt: null },
      `starts the next run at ${at('12:10:00')}`,
    ],
    ['that is gone', null, 'is not there'],
    [
      'that is paused',
      { ...ON_TIME, isPaused: true, note: 'stock-take' },
      `is paused (stock-take), the last run was at ${at('11:55:00')}`,
    ],
    [
      'of which the second run comes due now',
      { ...ON_TIME, lastRunAt: at('11:30:00'), overdueAt: at('12:00:00') },
      `starts the next run at ${at('12:10:00')}`,
    ],
    [
      'of which the second run has come due',
      { ...ON_TIME, lastRunAt: at('11:29:59'), overdueAt: at('11:59:59') },
      `has started no run since ${at('11:29:59')}`,
    ],
    [
      'of which a run is under way',
      { ...ON_TIME, lastRunAt: at('11:29:59'), overdueAt: at('11:59:59'), isWorking: true },
      `starts the next run at ${at('12:10:00')}`,
    ],
    [
      'whose due times are not known',
      { ...ON_TIME, lastRunAt: '2026-11-01T00:00:00.000Z', overdueAt: null },
      `starts the next run at ${at('12:10:00')}`,
    ],
    ['that has ended', { ...ON_TIME, nextRuns: [], overdueAt: at('11:59:59') }, 'has no run to come'],
  ])('%s', (_what, facts, words) => {
    expect(scheduleInWords(judgeSchedule(facts, NOW))).toBe(words);
  });
});
