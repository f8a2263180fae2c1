/** What the clocks of a time zone show. Zones are IANA names that Node knows. */

/** Whether the zone is one that Node knows, by its IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const A_DAY_MS = 24 * 60 * 60_000;

/** The zone's offset from UTC at an instant, both in milliseconds. */
export function offsetsOf(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const whole = Math.floor(instant / 1000) * 1000;
    const parts = Object.fromEntries(
      format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
    const { year, month, day, hour, minute, second } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  };
}

/** What the clock on the wall shows at an instant, written as if the zone were UTC. */
export function readWallClock(instant: Date, timeZone: string): Date {
  return new Date(instant.getTime() + offsetsOf(timeZone)(instant.getTime()));
}

/** When the zone's clock shows this, written as if the zone were UTC: never, once or twice; in milliseconds, in order. */
export function instantsAt(shown: Date, timeZone: string): readonly number[] {
  return instantsOf(shown.getTime(), offsetsOf(timeZone));
}

/** The offset of the instant itself is not known before it is: near a clock change one of the two is right, or both are. */
function instantsOf(wall: number, offsetAt: (instant: number) => number): readonly number[] {
  const tried = [wall - A_DAY_MS, wall + A_DAY_MS].map((near) => wall - offsetAt(near));
  const right = tried.filter((instant) => instant + offsetAt(instant) === wall);
  return [...new Set(right)].toSorted((one, other) => one - other);
}

/**
 * The next instant after `now` at which the zone's clock shows this time of day. A day on which the clock is put forward
 * over it is left out.
 */
export function nextTimeOfDay(
  { hour, minute }: { readonly hour: number; readonly minute: number },
  timeZone: string,
  now: Date,
): Date {
  const offsetAt = offsetsOf(timeZone);
  const today = Math.floor(readWallClock(now, timeZone).getTime() / A_DAY_MS) * A_DAY_MS;
  // Today, tomorrow, and the day after a day that does not have it.
  for (let day = 0; day <= 3; day += 1) {
    const wall = today + day * A_DAY_MS + (hour * 60 + minute) * 60_000;
    const next = instantsOf(wall, offsetAt).find((instant) => instant > now.getTime());
    if (next !== undefined) return new Date(next);
  }
  throw new Error(`The clock of ${timeZone} does not show ${hour}:${minute} for days.`);
}

/** `2026-11-27 03:00 -05:00`; in UTC `2026-11-27 08:00Z`. To the minute, with the offset, as an hour may come twice. */
export function inZone(iso: string, timeZone: string): string {
  const instant = new Date(iso);
  const offsetMinutes = Math.round(offsetsOf(timeZone)(instant.getTime()) / 60_000);
  const wall = new Date(instant.getTime() + offsetMinutes * 60_000).toISOString();
  const time = wall.slice(0, 16).replace('T', ' ');
  if (timeZone === 'UTC') return `${time}Z`;
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${time} ${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/**
 * Zones that look like those of a place and never move their clocks, with the place that is mostly meant. The sign of
 * `Etc/GMT+5` is that of POSIX: it is five hours *behind* UTC.
 */
const WITHOUT_SUMMER_TIME: Readonly<Record<string, string>> = {
  EST: 'America/New_York',
  MST: 'America/Denver',
  'Etc/GMT+4': 'America/Halifax',
  'Etc/GMT+5': 'America/New_York',
  'Etc/GMT+6': 'America/Chicago',
  'Etc/GMT+7': 'America/Denver',
  'Etc/GMT+8': 'America/Los_Angeles',
  'Etc/GMT+9': 'America/Anchorage',
  'Etc/GMT-1': 'Europe/Berlin',
  'Etc/GMT-2': 'Europe/Athens',
  'Etc/GMT-10': 'Australia/Sydney',
  'Etc/GMT-12': 'Pacific/Auckland',
};

/** The zone of the place that is probably meant by one without summer time; null: nothing looks wrong. */
function zoneWithSummerTime(timeZone: string): string | null {
  const [, meant = null] =
    Object.entries(WITHOUT_SUMMER_TIME).find(([name]) => name.toLowerCase() === timeZone.toLowerCase()) ?? [];
  return meant;
}

/** What to tell somebody who names a zone without summer time; null: nothing looks wrong. */
export function noteOnZone(timeZone: string): string | null {
  const meant = zoneWithSummerTime(timeZone);
  return (
    meant &&
    `The clock of ${timeZone} is the same all year. Where summer and winter time are meant, the zone is ${meant}.`
  );
}

/**
 * The instant at which a zone's clock shows this time. An hour that comes twice is its first; of one that is left out, the
 * instant counts that it would have been without the change.
 *
 * @param wall what the clock shows, as if the zone were UTC; milliseconds
 * @param offsetAt the zone's offsets, as `offsetsOf` gives them
 */
export function instantOf(wall: number, offsetAt: (instant: number) => number): Date {
  const instants = [wall - offsetAt(wall - A_DAY_MS), wall - offsetAt(wall + A_DAY_MS)];
  const shown = instants.filter((instant) => instant + offsetAt(instant) === wall);
  return new Date(Math.min(...(shown.length > 0 ? shown : instants.slice(0, 1))));
}
