/** Feeds that are to come every so often, and when one is missing. */
import { durationText } from './duration.ts';
import type { FeedType } from './feed-type.ts';
import { FEED_LATENESS_MIN_MS, FEED_LATENESS_SHARE } from './limits.ts';
import { inZone, instantOf, offsetsOf, readWallClock } from './wall-clock.ts';

export interface ExpectedFeed {
  /** Null: any feed of its source. */
  readonly type: FeedType | null;
  /** Null: from whichever source. */
  readonly source: string | null;
  readonly everyMs: number;
  /** When the last one came; null: none did, since it is expected or before. */
  readonly cameAt: Date | null;
  /** When the next one is missing. */
  readonly dueAt: Date;
  readonly isLate: boolean;
  /** Of its source's times. */
  readonly timeZone: string;
}

/**
 * When the next feed is missing: FEED_LATENESS_SHARE of its time after it was due, and FEED_LATENESS_MIN_MS at least. It is due
 * when the clock of its place shows so much more: a nightly one stays one of the same hour when clocks are changed.
 */
export function missingFrom(lastAt: Date, everyMs: number, timeZone: string): Date {
  const due = instantOf(readWallClock(lastAt, timeZone).getTime() + everyMs, offsetsOf(timeZone));
  return new Date(due.getTime() + Math.max(everyMs * FEED_LATENESS_SHARE, FEED_LATENESS_MIN_MS));
}

/** What is expected: a type, or a source. */
export function expectedName({ type, source }: Pick<ExpectedFeed, 'type' | 'source'>): string {
  return source === null ? (type ?? '') : `source ${source}`;
}

/** That it has not come, as a sentence's middle. */
export function missingInWords({ everyMs, cameAt, timeZone, ...of }: ExpectedFeed): string {
  const last =
    cameAt === null ? 'and none has come yet' : `the last came at ${inZone(cameAt.toISOString(), timeZone)}`;
  return `${expectedName(of)} is expected each ${durationText(everyMs)}, ${last}`;
}
