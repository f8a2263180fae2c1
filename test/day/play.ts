/** Plays a day: customers, feeds, schedules and the watch, and what happens at some minutes of it. */
import { SKUS, type Day } from './day.ts';

export interface Incident {
  readonly name: string;
  /** The minute of the day at which it begins. */
  readonly at: number;
  /** Minutes; for so long the watch looks each minute. */
  readonly lasts: number;
  readonly begin: (day: Day) => Promise<void>;
  readonly end?: (day: Day) => Promise<void>;
  /** Whether schedules start nothing meanwhile, because their server is away. */
  readonly stopsSchedules?: true;
}

export interface Script {
  readonly hours: number;
  readonly incidents: readonly Incident[];
  /** Whether the warehouse sends its counts at this minute; absent: it always does. */
  readonly isCounting?: (minute: number) => boolean;
}

/** How often the watch looks while nothing happens: it is as blind in between as one that looks twice as often. */
const LOOKS_APART_MINUTES = 5;
const QUARTER = 15;
/** Minutes of the hour at which feeds come, one hour after the other: senders are not punctual. */
const FEEDS_AT = [55, 59, 57, 62, 56, 63];

export async function play(day: Day, { hours, incidents, isCounting = () => true }: Script): Promise<void> {
  const feedsAt = new Set(
    Array.from({ length: hours }, (_, hour) => hour * 60 + (FEEDS_AT[hour % FEEDS_AT.length] ?? 60)),
  );
  let isDue = false;
  let drawn = 7;
  for (let minute = 1; minute <= hours * 60; minute += 1) {
    const now = incidents.find(({ at, lasts }) => minute >= at && minute <= at + lasts);
    const isQuarter = minute % QUARTER === 0;
    const isFeed = feedsAt.has(minute);
    if (!now && !isQuarter && !isFeed && minute % LOOKS_APART_MINUTES !== 0) continue;
    await day.passTo(minute);
    if (now?.at === minute) await now.begin(day);
    const isOver = now !== undefined && now.at + now.lasts === minute;
    if (isOver) await now.end?.(day);
    if (isFeed) {
      await day.sendOrders();
      if (isCounting(minute)) await day.sendCount({ [SKUS[minute % SKUS.length] ?? '']: 3 });
    }
    if (isQuarter) {
      drawn = (drawn * 16_807) % 2_147_483_647;
      await day.sell(SKUS[drawn % SKUS.length] ?? '', 1 + (drawn % 2));
    }
    isDue ||= isQuarter;
    if (isDue && !(now?.stopsSchedules && !isOver)) {
      await day.startDue(minute - (minute % QUARTER));
      isDue = false;
    }
    await day.look();
    if (!now) await day.untilSettled();
    // What is back is used again within half a minute, which passes by the real clock.
    if (isOver) await day.untilRunsEnd();
  }
  await day.bringEverything();
}
