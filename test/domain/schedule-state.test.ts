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
      'that has left one run out',
      { ...ON_TIME, lastRunAt: at('11:30:00') },
      `starts the next run at ${at('12:10:00')}`,
    ],
    [
      'that has started none for two intervals',
      { ...ON_TIME, lastRunAt: at('11:29:59') },
      `has started no run since ${at('11:29:59')}`,
    ],
    [
      'whose interval is not known',
      { ...ON_TIME, nextRuns: [at('12:10:00')], lastRunAt: '2026-11-01T00:00:00.000Z' },
      `starts the next run at ${at('12:10:00')}`,
    ],
    ['that has ended', { ...ON_TIME, nextRuns: [] }, 'has no run to come'],
  ])('%s', (_what, facts, words) => {
    expect(scheduleInWords(judgeSchedule(facts, NOW))).toBe(words);
  });
});
