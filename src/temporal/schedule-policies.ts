import type { ScheduleOverlapPolicy } from '@temporalio/client';
import type { JobName } from './jobs.ts';

/** The frequencies that a person chooses from; anything else is a cron expression. */
export const PRESETS = {
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '30m': 30 * 60_000,
  '1h': 60 * 60_000,
  '6h': 6 * 60 * 60_000,
  '1d': 24 * 60 * 60_000,
} as const;
export type Preset = keyof typeof PRESETS;

/** How a job is scheduled, whatever times it was given. */
export interface SchedulePolicy {
  /** How often it should run until a person decides otherwise. */
  readonly recommended: Preset;
  /** The time of day, UTC, that its runs are counted from when nobody names a start. */
  readonly usualTime: { readonly hour: number; readonly minute: number };
  /** Runs must not be closer together than this. */
  readonly shortestMs: number;
  /** What happens when the time comes and the schedule's last run still works. No lock: the database has those. */
  readonly overlap: ScheduleOverlapPolicy;
  /** After Temporal was away: a run that is later than this is dropped. */
  readonly catchupWindow: `${number} ${'minutes' | 'hours'}`;
  /** Why these two, for a person. */
  readonly why: string;
}

const A_MINUTE = 60_000;

/**
 * Both policies are always set: Temporal's own defaults (skip, and catching up for a year) would start a year of
 * runs after a restore. No run is ended by the clock: one that waits for SFTP or Shopify goes on when they are back,
 * and SKIP keeps others from queueing up behind it.
 */
export const SCHEDULE_POLICIES: Readonly<Record<JobName, SchedulePolicy>> = {
  'hard-sync': {
    recommended: '1d',
    usualTime: { hour: 3, minute: 0 },
    // It computes and publishes the whole catalogue; what is faster is the work of recent-changes.
    shortestMs: PRESETS['1h'],
    overlap: 'BUFFER_ONE',
    catchupWindow: '6 hours',
    why: 'It is the only complete reset of a day: rather late, or after another one, than not at all.',
  },
  'recent-changes': {
    recommended: '15m',
    // Five minutes after each import, to publish what it brought.
    usualTime: { hour: 0, minute: 5 },
    shortestMs: A_MINUTE,
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one carries its changes, too.',
  },
  'process-uploads': {
    recommended: '5m',
    usualTime: { hour: 0, minute: 0 },
    shortestMs: A_MINUTE,
    overlap: 'SKIP',
    catchupWindow: '5 minutes',
    why: 'It is only a sweep: the jobs that publish a file wake the lane themselves.',
  },
  import: {
    recommended: '15m',
    usualTime: { hour: 0, minute: 0 },
    shortestMs: A_MINUTE,
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one takes its feed files.',
  },
  verify: {
    recommended: '1d',
    // Two hours after the Hard Sync.
    usualTime: { hour: 5, minute: 0 },
    shortestMs: A_MINUTE,
    overlap: 'SKIP',
    catchupWindow: '6 hours',
    why: 'A second comparison right behind the first would say nothing new.',
  },
};
