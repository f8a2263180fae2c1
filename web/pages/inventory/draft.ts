/** A job's times and parameters as a person is about to change them. It is nothing before it is saved. */
import type { InputOf, ResultOf } from '../../api/operation-types.ts';
import type { JobName } from '../../../src/domain/jobs/jobs.ts';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';
import { PRESET_NAMES, PRESETS, type Preset } from '../../../src/domain/jobs/schedule-policy.ts';
import { instantOf, offsetsOf, readWallClock } from '../../../src/domain/wall-clock.ts';

/** What the list of jobs has. */
export type JobLine = ResultOf<'job.list'>['jobs'][number];

/** What a look at one job has: also its parameters, and what it has lost. */
export type JobFacts = Omit<ResultOf<'job.show'>, 'missedRuns'>;

/** HotWax's words. */
export const RUN_TIMES = {
  keep: 'As now',
  now: 'Now',
  '5m': 'In 5 minutes',
  '15m': 'In 15 minutes',
  '1h': 'In an hour',
  tomorrow: 'Tomorrow',
  custom: 'Custom',
} as const;
type RunTime = keyof typeof RUN_TIMES;

export const FREQUENCIES: Readonly<Record<Preset | 'custom', string>> = {
  '5m': 'Every 5 minutes',
  '15m': 'Every 15 minutes',
  '30m': 'Every 30 minutes',
  '1h': 'Hourly',
  '6h': 'Every 6 hours',
  '1d': 'Every day',
  custom: 'Custom',
};

export interface Draft {
  readonly every: Preset | 'custom';
  /** Of `custom`: five fields. */
  readonly cron: string;
  readonly runTime: RunTime;
  /** `06:00`: of tomorrow, or of a frequency that means a time of day. */
  readonly time: string;
  /** `2026-11-27T06:00`, as the clock of the zone shows it. */
  readonly at: string;
  readonly timeZone: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The frequencies that the job may have: Hard Sync none that is faster than hourly. */
export function frequenciesOf(job: JobName): readonly (Preset | 'custom')[] {
  const { notFasterThan } = JOBS[job].schedule;
  const least = notFasterThan ? PRESETS[notFasterThan.every] : 0;
  return [...PRESET_NAMES.filter((name) => PRESETS[name] >= least), 'custom'];
}

/** Names of what a run takes beside its shop. */
export function parameterNames(job: JobName): readonly string[] {
  return Object.keys(JOBS[job].fields).filter((name) => name !== 'shopId');
}

/** What the server has now, as a draft that changes nothing. */
export function draftOf(job: JobFacts): Draft {
  const { timing, timeZone, parameters } = job;
  return {
    every: timing === null ? JOBS[job.jobName].schedule.recommended : (timing.every ?? 'custom'),
    cron: timing?.cron ?? '',
    runTime: 'keep',
    time: timing?.at ?? usualTime(job.jobName),
    at: '',
    // An interval has no zone of its own: its times are shown in that of the browser.
    timeZone:
      timing === null || (timing.at === null && timing.cron === null) ? ownZone() : (timeZone ?? 'UTC'),
    parameters: pick(parameters, parameterNames(job.jobName)),
  };
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function usualTime(job: JobName): string {
  const { hour, minute } = JOBS[job].schedule.usualTime;
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
}

function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in values ? [[name, values[name]]] : [])));
}

export function isChanged(draft: Draft, job: JobFacts): boolean {
  const { parameters, ...times } = draft;
  const { parameters: before, ...timesBefore } = draftOf(job);
  return JSON.stringify([times, given(parameters)]) !== JSON.stringify([timesBefore, given(before)]);
}

/** Without what was left empty, in one order. */
export function given(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([, value]) => value !== undefined && value !== '' && value !== false)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Whether the frequency means times of day, which a zone decides. */
export function hasTimeOfDay({ every }: Draft): boolean {
  return every === '6h' || every === '1d';
}

/**
 * What `job.schedule` is asked for: only what was changed. Times that nobody has touched stay whatever they are, also where
 * the form has no words for them, and so does a parameter that another person has given meanwhile.
 */
export function inputOf(draft: Draft, job: JobFacts, now: number): InputOf<'job.schedule'> {
  return {
    job: job.jobName,
    ...(job.shopId !== null && { shopId: job.shopId }),
    ...((haveTimesChanged(draft, job) || job.scheduleId === null) && timesOf(draft, job, now)),
    ...parametersOf(draft, job),
  };
}

/** What `job.preview` is asked for; null: the times are as they were, or not typed whole. */
export function previewOf(draft: Draft, job: JobFacts, now: number): InputOf<'job.preview'> | null {
  if (missingIn(draft) !== null || !(haveTimesChanged(draft, job) || job.scheduleId === null)) return null;
  return { job: job.jobName, ...timesOf(draft, job, now) };
}

function haveTimesChanged(draft: Draft, job: JobFacts): boolean {
  const { parameters: _parameters, ...times } = draft;
  const { parameters: _before, ...timesBefore } = draftOf(job);
  return JSON.stringify(times) !== JSON.stringify(timesBefore);
}

function timesOf(draft: Draft, job: JobFacts, now: number) {
  const { every, cron, timeZone } = draft;
  const start = startOf(draft, job, now);
  return {
    ...(every === 'custom' ? { cron } : { every }),
    ...(start !== undefined && { start }),
    ...((every === 'custom' || hasTimeOfDay(draft)) && { timeZone }),
  };
}

/** One that was emptied is forgotten by `reset`; all others are given again then. */
function parametersOf({ parameters }: Draft, job: JobFacts): Readonly<Record<string, unknown>> {
  const wanted = given(parameters);
  const before = given(draftOf(job).parameters);
  if (Object.keys(before).some((name) => !(name in wanted))) return { ...wanted, reset: true };
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

/** A start of "now" must still be to come when the server reads it. */
const AT_ONCE_MS = 5_000;
const MINUTE_MS = 60_000;

function startOf(draft: Draft, job: JobFacts, now: number): string | undefined {
  const inMs = (ms: number) => new Date(now + ms).toISOString();
  switch (draft.runTime) {
    case 'now':
      return inMs(AT_ONCE_MS);
    case '5m':
      return inMs(5 * MINUTE_MS);
    case '15m':
      return inMs(15 * MINUTE_MS);
    case '1h':
      return inMs(60 * MINUTE_MS);
    case 'tomorrow':
      return wallInstant(`${tomorrow(draft.timeZone, now)}T${draft.time}`, draft.timeZone);
    case 'custom':
      return wallInstant(draft.at, draft.timeZone);
    case 'keep':
      if (hasTimeOfDay(draft)) return draft.time;
      // An interval goes on from the run that is next.
      return draft.every === job.timing?.every ? job.nextRuns[0] : undefined;
  }
}

/** `2026-11-27` */
export function tomorrow(timeZone: string, now: number): string {
  const wall = readWallClock(new Date(now), timeZone);
  return new Date(wall.getTime() + 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
}

/** Undefined while the time is not typed whole. */
function wallInstant(wall: string, timeZone: string): string | undefined {
  const at = Date.parse(`${wall}:00Z`);
  return Number.isNaN(at) ? undefined : instantOf(at, offsetsOf(timeZone)).toISOString();
}

/** What must be typed yet: a first run that is not said whole would quietly be none. */
export function missingIn(draft: Draft): string | null {
  const needsTime = draft.runTime === 'tomorrow' || (draft.runTime === 'keep' && hasTimeOfDay(draft));
  if (needsTime && draft.time === '') return 'Say at what time it runs.';
  if (draft.runTime === 'custom' && draft.at === '') return 'Say when the first run is.';
  return draft.every === 'custom' && draft.cron.trim() === '' ? 'Give the cron expression.' : null;
}

export const JOB_ORDER = Object.keys(JOBS) as readonly JobName[];

export function keyOfJob({ jobName, shopId }: Pick<JobLine, 'jobName' | 'shopId'>): string {
  return shopId === null ? jobName : `${jobName}/${shopId}`;
}

export function targetOf({ jobName, shopId }: Pick<JobLine, 'jobName' | 'shopId'>) {
  return { job: jobName, ...(shopId !== null && { shopId }) };
}
