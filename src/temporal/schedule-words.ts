import type { CalendarSpecDescription, Range, ScheduleSpecDescription } from '@temporalio/client';

/** How often a schedule runs, as a person would say it; what does not fit a simple phrase is "custom". */
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

function durationInWords(durationMs: number): string {
  const [name, unitMs] = UNITS.find(([, unitMs]) => durationMs % unitMs === 0) ?? UNITS[3];
  const count = durationMs / unitMs;
  return count === 1 ? name : `${count} ${name}s`;
}

function calendarInWords(calendar: CalendarSpecDescription): string {
  const [hour, minute, second] = [calendar.hour, calendar.minute, calendar.second].map(single);
  const everyDay =
    spans(calendar.dayOfMonth, 1, 31) &&
    spans(calendar.month, 'JANUARY', 'DECEMBER') &&
    spans(calendar.dayOfWeek, 'SUNDAY', 'SATURDAY') &&
    calendar.year.length === 0;
  if (hour === undefined || minute === undefined || second !== 0 || !everyDay)
    return calendar.comment || 'custom';
  return `every day at ${twoDigits(hour)}:${twoDigits(minute)}`;
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
