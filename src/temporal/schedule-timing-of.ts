/** The times of a schedule as a person would give them again: what a form begins with. */
import type { ScheduleSpecDescription } from '@temporalio/client';
import { PRESET_NAMES, PRESETS, type Preset } from '../domain/jobs/schedule-policy.ts';
import { readClockTimes } from './schedule-words.ts';

export interface GivenTiming {
  /** Null: it is a cron expression. */
  readonly every: Preset | null;
  readonly cron: string | null;
  /** The time of day that it runs at, or counts from: `03:00`; null: the times come by an interval, or by a cron expression. */
  readonly at: string | null;
}

/** Null: no preset and no cron expression gives these times; somebody has made them elsewhere. */
export function timingOf({ intervals = [], calendars = [] }: ScheduleSpecDescription): GivenTiming | null {
  const [interval, calendar] = [intervals[0], calendars[0]];
  if (intervals.length + calendars.length !== 1) return null;
  if (interval) {
    const every = presetOf(interval.every);
    return every === null ? null : { every, cron: null, at: null };
  }
  if (!calendar) return null;
  if (calendar.comment) return { every: null, cron: calendar.comment, at: null };
  const clock = readClockTimes(calendar);
  const every = clock && presetOf(clock.everyHours * PRESETS['1h']);
  return clock && every ? { every, cron: null, at: clock.at } : null;
}

function presetOf(ms: number): Preset | null {
  return PRESET_NAMES.find((name) => PRESETS[name] === ms) ?? null;
}
