/** Turns the times that a person types for a job into a schedule of Temporal, and refuses times that make no sense. */
import type { ScheduleSpec } from '@temporalio/client';
import { Cron } from 'croner';
import { invalid, isOfKind } from '../domain/input-fields.ts';
import { JOBS, type JobName } from '../domain/jobs/jobs.ts';
import {
  PRESET_NAMES,
  PRESETS,
  shopsOwnDelay,
  TIME_OF_DAY_PATTERN,
  type Preset,
} from '../domain/jobs/schedule-policy.ts';
import { REFUSED_VALUE_LENGTH_MAX } from '../domain/limits.ts';
import { quote } from '../domain/shown-text.ts';
import { nextTimeOfDay, readWallClock, noteOnZone } from '../domain/wall-clock.ts';
import { findClockChanges } from './clock-changes.ts';
import { startsAt } from './run-times.ts';
import { durationInWords } from './schedule-words.ts';

export type Timing = ({ readonly every: Preset } | { readonly cron: string }) & {
  /** The first run, or with a cron expression the earliest possible one: an instant, or the next time of this time of day. */
  readonly start?: string | undefined;
  /** IANA name; absent: UTC. */
  readonly timeZone?: string | undefined;
};

export interface PlannedTiming {
  readonly spec: ScheduleSpec;
  /** What may surprise a person about these times. */
  readonly warnings: readonly string[];
}

/** Runs of a cron expression that are looked at to see how close together they come. */
const RUNS_COMPARED = 50;

/** Times of a clock change that a warning names. */
const TIMES_NAMED_MAX = 3;

/**
 * A preset of up to an hour is an interval: it runs by the minutes of the clock, which are the same everywhere (but
 * for zones half an hour off). Six hours and a day mean times of day, so they are calendars in the zone.
 *
 * @throws AtpError INPUT_INVALID
 */
export function planTiming(job: JobName, timing: Timing, now = new Date()): PlannedTiming {
  const timeZone = acceptTimeZone(timing.timeZone ?? 'UTC');
  const startAt = timing.start === undefined ? undefined : acceptStart(timing.start, timeZone, now);
  const start = { ...(startAt && { startAt }) };
  if ('cron' in timing) {
    const cron = acceptCron(job, timing.cron);
    // The expression is kept as the calendar's comment: the server gives back ranges, and words are made of it.
    const spec = { cronExpressions: [`${cron} # ${cron}`], timezone: timeZone, ...start };
    const warnings = [
      ...warnOfDays(cron),
      ...warnOfZone(timeZone),
      ...warnOfClockChanges(cron, timeZone, now),
    ];
    return { spec, warnings };
  }
  const { every } = timing;
  refuseTooOften(job, PRESETS[every]);
  if (every !== '6h' && every !== '1d') {
    if (timing.timeZone !== undefined) {
      throw invalid(
        `a time zone has no meaning with ${every}, which is the same everywhere: it is for 6h, 1d and cron`,
      );
    }
    return { spec: { intervals: [intervalOf(job, every, startAt)], ...start }, warnings: [] };
  }
  const { hour, minute, second } = timeOfDay(job, startAt, timeZone);
  const hours = every === '6h' ? { start: hour % 6, end: 23, step: 6 } : hour;
  const spec = { calendars: [{ hour: hours, minute, second }], timezone: timeZone, ...start };
  const cron = `${minute} ${every === '6h' ? `${hour % 6}-23/6` : hour} * * *`;
  return { spec, warnings: [...warnOfZone(timeZone), ...warnOfClockChanges(cron, timeZone, now)] };
}

/**
 * The times of a job until a person decides otherwise: those of shops are apart.
 *
 * @param shopId null: the job is of no shop
 */
export function planRecommended(job: JobName, shopId: string | null): ScheduleSpec {
  const { recommended: every, usualTime } = JOBS[job].schedule;
  const usualMs = Date.UTC(1970, 0, 1, usualTime.hour, usualTime.minute);
  const startAt = new Date(usualMs + (shopId === null ? 0 : shopsOwnDelay(shopId, every)));
  const { startAt: _, ...spec } = planTiming(job, { every, start: startAt.toISOString() }).spec;
  return spec;
}

function intervalOf(job: JobName, every: Preset, startAt: Date | undefined) {
  const { hour, minute } = JOBS[job].schedule.usualTime;
  const offset = (startAt?.getTime() ?? (hour * 60 + minute) * 60_000) % PRESETS[every];
  return { every: PRESETS[every], ...(offset > 0 && { offset }) };
}

function timeOfDay(job: JobName, startAt: Date | undefined, timeZone: string) {
  if (!startAt) return { ...JOBS[job].schedule.usualTime, second: 0 };
  const clock = readWallClock(startAt, timeZone);
  return { hour: clock.getUTCHours(), minute: clock.getUTCMinutes(), second: clock.getUTCSeconds() };
}

/**
 * A time of day means the next one in the zone; anything else is an instant.
 *
 * @throws AtpError INPUT_INVALID
 */
function acceptStart(text: string, timeZone: string, now: Date): Date {
  const [, hour, minute] = TIME_OF_DAY.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) {
    return nextTimeOfDay({ hour: Number(hour), minute: Number(minute) }, timeZone, now);
  }
  if (!isOfKind({ kind: 'time' }, text)) {
    throw invalid(`${quote(text, REFUSED_VALUE_LENGTH_MAX)} is no time of the calendar`);
  }
  return roundUpToSecond(new Date(text));
}

const TIME_OF_DAY = new RegExp(TIME_OF_DAY_PATTERN);

/** Temporal's calendars have no fractions of a second. Rounding down would let the first run come too early. */
function roundUpToSecond(time: Date): Date {
  return new Date(Math.ceil(time.getTime() / 1000) * 1000);
}

const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const;
/** What both croner and Temporal take: numbers and names; `L`, `#`, `W` and `?` are croner's alone. */
const FIELD = /^(\d|[*,/-]|[A-Za-z]{3})+$/;

function acceptCron(job: JobName, text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw invalid(
      `a cron expression has the five fields ${FIELDS.join(', ')}, and ${quote(text, REFUSED_VALUE_LENGTH_MAX)} has ${fields.length}` +
        (fields.length === 6 ? ' (a sixth would be the year to Temporal, but the seconds to Quartz)' : ''),
    );
  }
  const odd = fields.findIndex((field) => !FIELD.test(field));
  if (odd !== -1)
    throw invalid(
      `the ${FIELDS[odd]} of a cron expression cannot be ${quote(fields[odd], REFUSED_VALUE_LENGTH_MAX)}`,
    );
  const cron = fields.join(' ');
  const runs = parseCron(cron).nextRuns(RUNS_COMPARED);
  if (runs.length === 0)
    throw invalid(`the cron expression ${quote(cron, REFUSED_VALUE_LENGTH_MAX)} never matches`);
  const gaps = runs.slice(1).map((run, index) => run.getTime() - (runs[index] as Date).getTime());
  refuseTooOften(job, Math.min(...gaps));
  return cron;
}

/** Reads it by the wall clock, as if its zone were UTC. Both day fields must match, as with Temporal. */
function parseCron(cron: string): Cron {
  try {
    return new Cron(cron, { timezone: 'UTC', domAndDow: true, mode: '5-part' });
  } catch (error) {
    const reason = (error as Error).message.replace(/^\w+: /, '');
    throw invalid(`the cron expression ${quote(cron, REFUSED_VALUE_LENGTH_MAX)} cannot be read: ${reason}`);
  }
}

function refuseTooOften(job: JobName, gapMs: number): void {
  const { title, schedule } = JOBS[job];
  const { notFasterThan } = schedule;
  if (!notFasterThan) return;
  const shortestMs = PRESETS[notFasterThan.every];
  if (gapMs >= shortestMs) return;
  const allowed = PRESET_NAMES.filter((preset) => PRESETS[preset] >= shortestMs).join(', ');
  throw invalid(
    `${title} runs every ${durationInWords(shortestMs)} or slower (${allowed}): ${notFasterThan.why}`,
  );
}

function warnOfZone(timeZone: string): string[] {
  const note = noteOnZone(timeZone);
  return note === null ? [] : [note];
}

function warnOfDays(cron: string): string[] {
  const [, , dayOfMonth, , dayOfWeek] = cron.split(' ');
  if (dayOfMonth === '*' || dayOfWeek === '*') return [];
  return [
    'Day of the month and day of the week must both match (other crons run when either does): it may run rarely.',
  ];
}

function warnOfClockChanges(cron: string, timeZone: string, now: Date): string[] {
  // An hourly job runs on through a clock change: only the names of the hours jump.
  if (cron.split(' ')[1] === '*') return [];
  const pattern = parseCron(cron);
  return findClockChanges(now, timeZone).flatMap(({ kind, from, until }) => {
    const times = timesBetween(pattern, from, until);
    if (times.length === 0) return [];
    const day = from.toISOString().slice(0, 10);
    const named = times.map((time) => time.toISOString().slice(11, 16)).join(', ');
    if (kind === 'skipped')
      return [
        `On ${day} the clock of ${timeZone} is put forward and there is no ${named}: nothing runs then.`,
      ];
    const isPutBack = `On ${day} the clock of ${timeZone} is put back`;
    const runsTwice = times.some((time) => startsAt(time, timeZone).length === 2);
    if (runsTwice) return [`${isPutBack}: it runs twice at ${named}.`];
    return times.length === 1
      ? [`${isPutBack} and shows ${named} twice: it runs the second time only.`]
      : [`${isPutBack} and shows ${named} twice: Temporal leaves out some of these runs.`];
  });
}

function timesBetween(pattern: Cron, from: Date, until: Date): Date[] {
  return pattern
    .nextRuns(TIMES_NAMED_MAX, new Date(from.getTime() - 1000))
    .filter((time) => time.getTime() < until.getTime());
}

/** The IANA name of a time zone, spelt as in the server's list. */
function acceptTimeZone(text: string): string {
  const known = /^[A-Za-z]/.test(text) ? resolveTimeZone(text) : undefined;
  if (known === undefined)
    throw invalid(`there is no time zone ${quote(text, REFUSED_VALUE_LENGTH_MAX)}; one is Europe/Berlin`);
  return known.toLowerCase() === text.toLowerCase() ? known : text;
}

function resolveTimeZone(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
