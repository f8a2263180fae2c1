/** How jobs are scheduled. */

/** The frequencies that a person chooses from; anything else is a cron expression. In milliseconds. */
export const PRESETS = {
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '30m': 30 * 60_000,
  '1h': 60 * 60_000,
  '6h': 6 * 60 * 60_000,
  '1d': 24 * 60 * 60_000,
} as const;

export type Preset = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as readonly Preset[];

/** The recommended times of shops are spread over this part of a job's interval, and over an hour at most. */
const SPREAD_PART = 1 / 5;
const SPREAD_MAX: Preset = '1h';

/**
 * How much later than a job's usual time a shop's recommended one is, in milliseconds: always the same for a shop, and another one for most
 * others. Otherwise a hundred shops would start their Hard Sync in the same second, wait for the same workers, and lie idle together afterwards.
 * Whole minutes for times of day, which people read; else whole seconds.
 */
export function shopsOwnDelay(shopId: string, every: Preset): number {
  const spanMs = Math.min(PRESETS[every] * SPREAD_PART, PRESETS[SPREAD_MAX]);
  const stepMs = PRESETS[every] > PRESETS['1h'] ? 60_000 : 1_000;
  return (hashOf(shopId) % Math.floor(spanMs / stepMs)) * stepMs;
}

/** FNV-1a, 32 bits, with the last mix of MurmurHash3: ids that differ in their last letter alone are spread as well. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** How people also write the presets. */
export const PRESET_WORDS: Readonly<Record<string, Preset>> = {
  '60m': '1h',
  '24h': '1d',
  hourly: '1h',
  hour: '1h',
  daily: '1d',
  day: '1d',
};

/** A time of day, `03:00`, in the syntax that JSON Schema and JavaScript share. */
export const TIME_OF_DAY_PATTERN = '^([01]\\d|2[0-3]):([0-5]\\d)$';

/**
 * How a job is scheduled, whatever times it was given.
 *
 * Overlap and catch-up are always set: Temporal's own defaults (skip, and catching up for a year) would start a year
 * of runs after a restore. No run is ended by the clock: a run that waits for SFTP or Shopify goes on when they are
 * back, and SKIP keeps others from queueing up behind it.
 */
export interface SchedulePolicy {
  /** How often it should run until a person decides otherwise. */
  readonly recommended: Preset;
  /** The time of day, UTC, that its runs are counted from when nobody names a start; recommended ones of a shop are later by `shopsOwnDelay`. */
  readonly usualTime: { readonly hour: number; readonly minute: number };
  /** Runs must not be closer together than this, and why. Absent: as often as a person likes. */
  readonly notFasterThan?: { readonly every: Preset; readonly why: string };
  /**
   * What Temporal does when the time comes and the schedule's last run still works: leave the new run out, or start it
   * afterwards. It is no lock: the database has those.
   */
  readonly overlap: 'SKIP' | 'BUFFER_ONE';
  /** After an outage of Temporal: a run that would start later than this is dropped. */
  readonly catchupWindow: `${number} ${'minutes' | 'hours'}`;
  /** Why this overlap and this window, for a person. */
  readonly why: string;
}
