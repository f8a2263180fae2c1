import type { CalendarSpecDescription, Range, ScheduleSpecDescription } from '@temporalio/client';
import cronstrue from 'cronstrue';

/** How often a schedule runs, as a person would say it; `custom` when no phrase of ours fits. */
export function frequencyInWords(spec: ScheduleSpecDescription): string {
  const parts = [
    ...(spec.intervals ?? []).map(({ every }) => `every ${durationInWords(every)}`),
    ...(spec.calendars ?? []).map(calendarInWords),
  ];
  const zone = (spec.calendars ?? []).length > 0 ? ` (${spec.timezone || 'UTC'})` : '';
  return parts.length === 0 ? 'never' : `${parts.join(' and ')}${zone}`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

export function durationInWords(durationMs: number): string {
  const [name, unitMs] = UNITS.find(([, unitMs]) => durationMs % unitMs === 0) ?? UNITS[3];
  const count = durationMs / unitMs;
  return count === 1 ? name : `${count} ${name}s`;
}

/** A cron expression of ours is kept in the comment; the server itself only gives back ranges. */
function calendarInWords(calendar: CalendarSpecDescription): string {
  return clockTimes(calendar) ?? cronInWords(calendar.comment ?? '') ?? (calendar.comment || 'custom');
}

/** `every day at 03:00`, `every 6 hours from 05:00`; null for what is more than that. */
function clockTimes(calendar: CalendarSpecDescription): string | null {
  const found = readClockTimes(calendar);
  if (found === null) return null;
  const time = found.seconds === '00' ? found.at : `${found.at}:${found.seconds}`;
  return found.everyHours === 24 ? `every day at ${time}` : `every ${found.everyHours} hours from ${time}`;
}

/** Times of day that come evenly: the first one, `05:00`, and how many hours later the next; null for any others. */
export function readClockTimes(
  calendar: CalendarSpecDescription,
): { readonly everyHours: number; readonly at: string; readonly seconds: string } | null {
  const [hours, ...moreHours] = calendar.hour;
  const [minute, second] = [calendar.minute, calendar.second].map(single);
  const everyDay =
    spans(calendar.dayOfMonth, 1, 31) &&
    spans(calendar.month, 'JANUARY', 'DECEMBER') &&
    spans(calendar.dayOfWeek, 'SUNDAY', 'SATURDAY') &&
    calendar.year.length === 0;
  if (!hours || moreHours.length > 0 || minute === undefined || second === undefined || !everyDay)
    return null;
  const times = { at: [hours.start, minute].map(twoDigits).join(':'), seconds: twoDigits(second) };
  if (hours.start === hours.end) return { everyHours: 24, ...times };
  const isEvenly = 24 % hours.step === 0 && hours.start < hours.step && hours.end + hours.step > 23;
  return isEvenly && hours.step > 1 ? { everyHours: hours.step, ...times } : null;
}

function cronInWords(text: string): string | null {
  if (text.trim().split(/\s+/).length !== 5) return null;
  try {
    const words = cronstrue.toString(text, { use24HourTimeFormat: true, logicalAndDayFields: true });
    return words.charAt(0).toLowerCase() + words.slice(1);
  } catch {
    return null;
  }
}

function single(ranges: Range<number>[]): number | undefined {
  const [range, ...more] = ranges;
  return range && more.length === 0 && range.start === range.end ? range.start : undefined;
}

function spans<Unit>(ranges: Range<Unit>[], start: Unit, end: Unit): boolean {
  const [range, ...more] = ranges;
  return range?.start === start && range.end === end && range.step <= 1 && more.length === 0;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
