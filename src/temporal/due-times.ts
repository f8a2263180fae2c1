/** When a schedule's runs come due, by what the server says of its times. */
import type { ScheduleSpecDescription } from '@temporalio/client';
import { nextRuns, timesOf } from './run-times.ts';

/**
 * The time by which `count` runs have come due after `since`. An interval tells it by its length; calendars, which may leave
 * out a night or a weekend, by their own times. Null: they do not come due, or nobody knows when, as with times that are
 * left out of a calendar.
 */
export function findDueTime(spec: ScheduleSpecDescription, since: Date, count: number): Date | null {
  const times = timesOf(spec);
  if (times === null) return null;
  const { intervals } = times;
  const from = times.startAt !== null && times.startAt > since ? times.startAt : since;
  const byInterval = intervals.map(({ every }) => from.getTime() + count * every);
  const byClock = nextRuns({ ...times, intervals: [] }, since, count).map((time) => time.getTime());
  const due = [...byInterval, ...byClock.slice(count - 1)];
  if (due.length === 0) return null;
  const first = new Date(Math.min(...due) + (spec.jitter ?? 0));
  return spec.endAt !== undefined && first > spec.endAt ? null : first;
}
