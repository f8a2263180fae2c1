/** A time as programs write it. */
import type { DateOrder } from '../feed-source.ts';
import { instantOf } from '../wall-clock.ts';

export interface InstantReading {
  /** The offset of the source's zone from UTC at an instant, in milliseconds; null: no zone was said. */
  readonly offsetAt: ((instant: number) => number) | null;
  readonly dateOrder: DateOrder | null;
}

export type InstantRead =
  /** `isDay`: the text had no time of day, or zeros alone for it, and so the day's first instant stands for it. */
  { readonly instant: Date; readonly isDay: boolean } | { readonly fault: string };

const NOT_A_TIME = 'it must be a time with an offset, such as 2026-11-24T10:15:00Z';

/** Years outside are a slip of the pen, or a program's "never": Unix counts from 1970, DOS from 1980. */
const YEARS = { first: 1981, last: 2199 } as const;

interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const OFFSET = String.raw`\s*(?<offset>Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?`;
const TIME = String.raw`(?<hour>\d{1,2})(?::?(?<minute>\d{2}))?(?::?(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*(?<half>[AaPp]\.?[Mm]\.?)?`;
/** As mainframes write it. No other order of so many digits has a year of ours in front and a month that the calendar has. */
const DIGITS = new RegExp(
  String.raw`^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?${OFFSET}$`,
  'iu',
);
/** How they write a day where their times have 14 digits. */
const DAY_IN_DIGITS = /^\d{8}0{6}$/;
const DATES = [
  String.raw`(?<year>\d{4})(?<sign>[-/.])(?<month>\d{1,2})\k<sign>(?<day>\d{1,2})`,
  String.raw`(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})`,
  String.raw`(?<first>\d{1,2})(?<sign>[/.-])(?<other>\d{1,2})\k<sign>(?<year>\d{4})`,
].map((date) => new RegExp(String.raw`^${date}(?:[T\s]\s*${TIME}${OFFSET})?$`, 'iu'));
const FORMS = [...DATES, DIGITS];

/**
 * Reads ISO 8601, 14 digits, and dates such as `11/25/2026 2:00 PM` or `25.11.2026 14:00`. Which of two numbers is the day is known by
 * points (the day comes first), by a number above 12, or by the setting. Without an offset the setting says the zone.
 */
export function readInstant(text: string, { offsetAt, dateOrder }: InstantReading): InstantRead {
  const plain = readPlain(text);
  if (plain !== null) return { instant: plain, isDay: false };
  const groups = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  if (!groups) return { fault: NOT_A_TIME };
  const clock = readClock(groups, dateOrder);
  if ('fault' in clock) return clock;
  if (!existsInCalendar(clock)) return { fault: NOT_A_TIME };
  const { year, month, day, hour, minute, second } = clock;
  const milliseconds = Math.floor(Number(`0.${groups['fraction'] ?? 0}`) * 1000);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const offset = groups['offset'];
  const isDay = groups['hour'] === undefined || DAY_IN_DIGITS.test(text);
  if (offset !== undefined) return { instant: new Date(wall - offsetMs(offset)), isDay };
  if (offsetAt === null) {
    return { fault: `${NOT_A_TIME}; or say for its source in which zone its times are (--time-zone)` };
  }
  return { instant: instantOf(wall, offsetAt), isDay };
}

/**
 * The form of JSON, with milliseconds or without, which most programs write: what Date writes as it was read is no day that
 * the calendar lacks. Null: it is another form, or not in YEARS.
 */
function readPlain(text: string): Date | null {
  if (text.length !== 24 && text.length !== 20) return null;
  const instant = new Date(text);
  const year = instant.getUTCFullYear();
  // Of what is no time, the year is none either.
  if (!(year >= YEARS.first && year <= YEARS.last)) return null;
  return instant.toISOString() === (text.length === 24 ? text : `${text.slice(0, -1)}.000Z`) ? instant : null;
}

function readClock(
  groups: Readonly<Record<string, string | undefined>>,
  dateOrder: DateOrder | null,
): Clock | { readonly fault: string } {
  const number = (name: string) => Number(groups[name] ?? 0);
  const time = {
    hour: hourOf(number('hour'), groups['half']),
    minute: number('minute'),
    second: number('second'),
  };
  const year = number('year');
  if (groups['first'] === undefined) return { year, month: number('month'), day: number('day'), ...time };
  const [first, second] = [number('first'), number('other')];
  const isDayFirst = groups['sign'] === '.' || first > 12 || dateOrder === 'day-first';
  const isMonthFirst = second > 12 || dateOrder === 'month-first';
  if (first !== second && !isDayFirst && !isMonthFirst) {
    return { fault: 'nobody can tell the day from the month: say it for its source (--date-order)' };
  }
  const [day, month] = isDayFirst && !(second > 12) ? [first, second] : [second, first];
  return { year, month, day, ...time };
}

/** Midnight is 12 AM, and noon is 12 PM. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

function existsInCalendar({ year, month, day, hour, minute, second }: Clock): boolean {
  const daysOfMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (
    year >= YEARS.first &&
    year <= YEARS.last &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOfMonth &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59
  );
}

function offsetMs(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  if (sign === undefined) return 0;
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}
