/** The times at which a schedule starts runs, as the server takes them: also of times that no server was told, and of the past. */
import type {
  CalendarSpec,
  CalendarSpecDescription,
  Range,
  ScheduleSpec,
  ScheduleSpecDescription,
} from '@temporalio/client';
import { Cron } from 'croner';
import { instantsAt, offsetsOf, readWallClock } from '../domain/wall-clock.ts';

export interface RunTimes {
  /** In milliseconds, counted from the epoch. */
  readonly intervals: readonly { readonly every: number; readonly offset: number }[];
  /** Of six fields: they begin with the seconds. */
  readonly crons: readonly string[];
  readonly timeZone: string;
  /** No run before it; null: nobody has named a start. */
  readonly startAt: Date | null;
}

/** Of what the server describes. Null: somebody has made times elsewhere that are none of ours, such as years. */
export function timesOf(spec: ScheduleSpecDescription): RunTimes | null {
  const { intervals = [], calendars = [], timezone, startAt = null, skip = [] } = spec;
  const crons = calendars.map((calendar) => cronOf(calendar));
  if (skip.length > 0 || crons.some((cron) => cron === null)) return null;
  return {
    // The client leaves out an offset of nothing.
    intervals: intervals.map(({ every, offset = 0 }) => ({ every, offset })),
    crons: crons.filter((cron) => cron !== null),
    timeZone: timezone || 'UTC',
    startAt,
  };
}

/** Of what `planTiming` has made. */
export function timesOfPlanned(spec: ScheduleSpec): RunTimes {
  const { intervals = [], calendars = [], cronExpressions = [], timezone = 'UTC', startAt = null } = spec;
  return {
    intervals: intervals.map(({ every, offset = 0 }) => ({ every: Number(every), offset: Number(offset) })),
    crons: [
      ...calendars.map(plannedCron),
      ...cronExpressions.map((expression) => `0 ${expression.replace(/ *#.*$/, '')}`),
    ],
    timeZone: timezone,
    startAt,
  };
}

/** The next `count` runs after an instant, fewer where there are no more. */
export function nextRuns(
  { intervals, crons, timeZone, startAt }: RunTimes,
  after: Date,
  count: number,
): Date[] {
  const from = startAt !== null && startAt > after ? new Date(startAt.getTime() - 1) : after;
  const times = [
    ...intervals.flatMap(({ every, offset }) => {
      const first = (Math.floor((from.getTime() - offset) / every) + 1) * every + offset;
      return Array.from({ length: count }, (_, later) => first + later * every);
    }),
    ...crons.flatMap((cron) => runsByClock(cron, timeZone, from, count)),
  ];
  return [...new Set(times)]
    .toSorted((one, other) => one - other)
    .slice(0, count)
    .map((time) => new Date(time));
}

/** A clock that is put back shows the times of an hour or two again. */
const HOURS_SHOWN_AGAIN = 3;

/** By the wall clock: a time that the clock leaves out has no run. */
function runsByClock(cron: string, timeZone: string, from: Date, count: number): number[] {
  const pattern = new Cron(cron, { timezone: 'UTC', domAndDow: true, mode: '6-part' });
  const instants: number[] = [];
  let shown: Date | null = new Date(readWallClock(from, timeZone).getTime() - HOURS_SHOWN_AGAIN * 3_600_000);
  for (let found = 0; found < count;) {
    shown = pattern.nextRun(shown);
    if (shown === null) break;
    const later = startsAt(shown, timeZone).filter((instant) => instant > from.getTime());
    instants.push(...later);
    if (later.length > 0) found += 1;
  }
  return instants;
}

/**
 * When the server starts a run of a wall-clock time, in milliseconds. It reads a time that comes twice by the offset that
 * holds when clocks of UTC show it. West of Greenwich that is the first one, and it looks for the second one as well; to
 * the east it is the second one, and the first one has no run (tried with 1.31, and read in its calendar.go).
 */
export function startsAt(shown: Date, timeZone: string): readonly number[] {
  const instants = instantsAt(shown, timeZone);
  const [first, second] = instants;
  if (first === undefined || second === undefined) return instants;
  const read = shown.getTime() - offsetsOf(timeZone)(shown.getTime());
  return read === second ? [second] : [first, second];
}

const MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** The server makes calendars of ranges of a cron expression, too. Null: it has a year, which croner's six fields do not. */
export function cronOf(calendar: CalendarSpecDescription): string | null {
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

/** Times of day of every day. */
function plannedCron({ hour, minute, second }: CalendarSpec): string {
  return `${plannedField(second)} ${plannedField(minute)} ${plannedField(hour)} * * *`;
}

function plannedField(field: CalendarSpec['hour']): string {
  if (typeof field === 'number') return String(field);
  if (typeof field === 'object' && 'start' in field && field.end !== undefined)
    return `${field.start}-${field.end}/${field.step ?? 1}`;
  throw new Error('A planned calendar has other times than those of planTiming.');
}
