/** Time zones move their clocks: a wall-clock time may not come on one day of the year, and come twice on another. */
import { offsetsOf } from '../domain/wall-clock.ts';

const A_DAY_MS = 24 * 60 * 60_000;

/** Every zone that moves its clock does so within a year. */
const LOOK_AHEAD_DAYS = 370;

/** Wall-clock times that do not come (`skipped`), or come twice (`repeated`), written as if the zone were UTC. */
export interface ClockChange {
  readonly kind: 'skipped' | 'repeated';
  readonly from: Date;
  /** The first time that is as usual again. */
  readonly until: Date;
}

/** The clock changes of the coming year, in order. */
export function findClockChanges(start: Date, timeZone: string): ClockChange[] {
  const offsetAt = offsetsOf(timeZone);
  const changes: ClockChange[] = [];
  for (let day = 0; day < LOOK_AHEAD_DAYS; day += 1) {
    const before = start.getTime() + day * A_DAY_MS;
    const [old, next] = [offsetAt(before), offsetAt(before + A_DAY_MS)];
    if (old === next) continue;
    const change = findInstantOfChange(offsetAt, before, before + A_DAY_MS);
    const [from, until] = [change + Math.min(old, next), change + Math.max(old, next)];
    changes.push({
      kind: next > old ? 'skipped' : 'repeated',
      from: new Date(from),
      until: new Date(until),
    });
  }
  return changes;
}

function findInstantOfChange(offsetAt: (instant: number) => number, before: number, after: number): number {
  const old = offsetAt(before);
  let [low, high] = [before, after];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (offsetAt(middle) === old) low = middle;
    else high = middle;
  }
  return Math.floor(high / 1000) * 1000;
}
