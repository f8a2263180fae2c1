/** When a schedule's runs come due, by what the server says of its times. */
import type { CalendarSpecDescription, Range, ScheduleSpecDescription } from '@temporalio/client';
import { Cron } from 'croner';

/**
 * The time by which `count` runs have come due after `since`. An interval tells it by its length; calendars, which may leave
 * out a night or a weekend, by their own times. Null: they do not come due, or nobody knows when, as with times that are
 * left out of a calendar.
 */
export function findDueTime(spec: ScheduleSpecDescription, since: Date, count: number): Date | null {
  if ((spec.skip ?? []).length > 0) return null;
  const from = spec.startAt !== undefined && spec.startAt > since ? spec.startAt : since;
  const byInterval = (spec.intervals ?? []).map(({ every }) => from.getTime() + count * every);
  const times = [...byInterval, ...dueByCalendars(spec, from, count)];
  if (times.length === 0) return null;
  const due = new Date(Math.min(...times) + (spec.jitter ?? 0));
  return spec.endAt !== undefined && due > spec.endAt ? null : due;
}

/** The time of the last of `count` runs, in ms; nothing: there are not so many. */
function dueByCalendars({ calendars = [], timezone }: ScheduleSpecDescription, from: Date, count: number) {
  const crons = calendars.map((calendar) => cronOf(calendar));
  if (crons.includes(null)) return [];
  const times = crons.flatMap((cron) =>
    cron === null ? [] : timesOf(cron, timezone || 'UTC', from, count).map((time) => time.getTime()),
  );
  return [...new Set(times)].toSorted((one, other) => one - other).slice(count - 1, count);
}

function timesOf(cron: string, timezone: string, from: Date, count: number): Date[] {
  // Both day fields must match, as with Temporal.
  return new Cron(cron, { timezone, domAndDow: true, mode: '6-part' }).nextRuns(count, from);
}

const MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** The server makes calendars of ranges of a cron expression, too. Null: it has a year, which croner's six fields do not. */
function cronOf(calendar: CalendarSpecDescription): string | null {
  if (calendar.year.length > 0) return null;
  return [
    fieldOf(calendar.second, Number),
    fieldOf(calendar.minute, Number),
    fieldOf(calendar.hour, Number),
    fieldOf(calendar.dayOfMonth, Number),
    fieldOf(calendar.month, (name) => MONTHS.indexOf(name) + 1),
    fieldOf(calendar.dayOfWeek, (name) => DAYS.indexOf(name)),
  ].join(' ');
}

function fieldOf<Unit>(ranges: readonly Range<Unit>[], numberOf: (unit: Unit) => number): string {
  return ranges
    .map(({ start, end, step }) => {
      const [first, last] = [numberOf(start), numberOf(end)];
      return first === last ? String(first) : `${first}-${last}/${Math.max(step, 1)}`;
    })
    .join(',');
}
