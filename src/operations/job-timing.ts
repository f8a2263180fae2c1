/** The times that a person gives a job, and what would come of them. */
import {
  choice,
  duration,
  INSTANT_PATTERN,
  invalid,
  label,
  optional,
  pattern,
  yesOrNo,
} from '../domain/input-fields.ts';
import { PRESET_NAMES, PRESET_WORDS, TIME_OF_DAY_PATTERN } from '../domain/jobs/schedule-policy.ts';
import { LIVE_JOB } from '../domain/live.ts';
import { LIVE_AT_LEAST_EVERY_MAX_MS, LIVE_AT_LEAST_EVERY_MIN_MS, NEXT_RUNS_SHOWN } from '../domain/limits.ts';
import { JOB_FIELDS } from './job-order.ts';
import { defineOperation, type NameOf } from './operation.ts';

/** When a job is to run. */
export const TIMING_FIELDS = {
  every: optional(
    choice(
      'how often',
      PRESET_NAMES,
      `one of ${PRESET_NAMES.join(', ')}; a cron expression takes any other times`,
      PRESET_WORDS,
    ),
  ),
  cron: optional(label('instead, five fields: minute, hour, day of month, month, day of week', 'expression')),
  start: optional(
    pattern('the first run, as an instant or a time of day; with a cron expression, the earliest', {
      pattern: `${INSTANT_PATTERN}|${TIME_OF_DAY_PATTERN}`,
      wanted:
        'ISO 8601 with an offset, such as 2026-11-24T12:00:00Z, or a time of day such as 03:00, in the time zone',
      placeholder: 'time',
    }),
  ),
  timeZone: optional(label('of the times of day, such as Europe/Berlin (default: UTC)', 'zone')),
};

/** Whether a job runs as soon as there is something to do, beside its times. */
export const LIVE_FIELDS = {
  live: optional(
    yesOrNo(`of ${LIVE_JOB}: also as soon as something has changed; without times, its schedule stays`),
  ),
  notLive: optional(yesOrNo(`of ${LIVE_JOB}: by its schedule alone again`)),
  atLeastEvery: optional(
    duration(
      'with live: how often it looks for what changes by the clock (default: 2s)',
      LIVE_AT_LEAST_EVERY_MIN_MS,
      LIVE_AT_LEAST_EVERY_MAX_MS,
    ),
  ),
};

/** @throws AtpError INPUT_INVALID */
export function checkLive(
  {
    job,
    live,
    notLive,
    atLeastEvery,
  }: {
    readonly job: string;
    readonly live?: boolean | undefined;
    readonly notLive?: boolean | undefined;
    readonly atLeastEvery?: number | undefined;
  },
  nameOf: NameOf,
): void {
  if ((live !== undefined || notLive !== undefined) && job !== LIVE_JOB)
    throw invalid(`${nameOf(live === undefined ? 'notLive' : 'live')} is only for ${LIVE_JOB}`);
  if (live === true && notLive === true)
    throw invalid(`give ${nameOf('live')} or ${nameOf('notLive')}, not both`);
  if (atLeastEvery !== undefined && live !== true)
    throw invalid(`${nameOf('atLeastEvery')} goes with ${nameOf('live')}`);
}

/** @throws AtpError INPUT_INVALID */
export function requireTimes(
  { every, cron }: { readonly every?: unknown; readonly cron?: unknown },
  nameOf: NameOf,
): void {
  if (every === undefined && cron === undefined) {
    throw invalid(`say when: ${nameOf('every')} or ${nameOf('cron')}`);
  }
  if (every !== undefined && cron !== undefined) {
    throw invalid(`give ${nameOf('every')} or ${nameOf('cron')}, not both`);
  }
}

/**
 * Times that are not given stay, if there is something else to change. @throws AtpError INPUT_INVALID
 */
export function requireTimesOrParameters(input: object, nameOf: NameOf): void {
  const given = new Set(
    Object.entries(input).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  );
  const isOfTimes = Object.keys(TIMING_FIELDS).some((name) => given.has(name));
  const isOfParameters = [...given].some((name) => !(name in TIMING_FIELDS) && !(name in JOB_FIELDS));
  if (isOfTimes || !isOfParameters) requireTimes(input, nameOf);
}

export const previewJob = defineOperation({
  name: 'job.preview',
  role: 'viewer',
  description: 'when a job would run by times that are not given to it yet; sets nothing',
  fields: { job: JOB_FIELDS.job, ...TIMING_FIELDS },
  check: requireTimes,
  run: async (_context, { job, every, cron, start, timeZone }) => {
    const { planTiming } = await import('../temporal/schedule-timing.ts');
    const { nextRuns, timesOfPlanned } = await import('../temporal/run-times.ts');
    const when = every === undefined ? { cron: cron ?? '' } : { every };
    const { spec, warnings } = planTiming(job, { ...when, start, timeZone });
    const runs = nextRuns(timesOfPlanned(spec), new Date(), NEXT_RUNS_SHOWN);
    return {
      job,
      timeZone: spec.timezone ?? 'UTC',
      /** As the server will start them. */
      nextRuns: runs.map((time) => time.toISOString()),
      /** What may surprise a person about these times. */
      warnings,
    };
  },
});
