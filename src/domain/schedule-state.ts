/** Whether a job's schedule does what it is there for, so that a change gets on its way by itself. */

import { SCHEDULE_LATE_MS } from './limits.ts';
import { inZone } from './wall-clock.ts';

/** What the server says of a schedule. Times are ISO 8601. */
export interface ScheduleFacts {
  readonly isPaused: boolean;
  /** Why it is paused, or was resumed; null: nobody said. */
  readonly note: string | null;
  /** The next runs, the soonest first. */
  readonly nextRuns: readonly string[];
  /** The last run that it has started; null: it has started none yet. */
  readonly lastRunAt: string | null;
  /** When the next run after the last one comes due; null: nobody knows, or none comes due. */
  readonly dueAt: string | null;
  /** When SCHEDULE_RUNS_UNTIL_OVERDUE of them have come due, or the first one SCHEDULE_LATE_MS ago; null: as above. */
  readonly overdueAt: string | null;
  /** How many runs the server has left out since the schedule was made, by why. */
  readonly leftOut: LeftOut;
  /** Whether a run of it is under way, so that what comes due is left out. */
  readonly isWorking: boolean;
}

export interface LeftOut {
  /** The server was away for longer than a run may be started late. */
  readonly byOutage: number;
  /** The run before still worked. */
  readonly byOverlap: number;
}

/** `overdue`: runs have come due since its last one, and it has started none, though it is not paused. */
export type ScheduleState =
  | { readonly state: 'missing' }
  | { readonly state: 'paused'; readonly note: string | null; readonly lastRunAt: string | null }
  | {
      readonly state: 'overdue';
      readonly lastRunAt: string;
      readonly dueAt: string;
      readonly leftOut: LeftOut;
    }
  | { readonly state: 'on-time'; readonly nextRunAt: string | null };

/**
 * When a schedule that starts nothing is overdue: a run of each night that was not started is missing long before the next one.
 *
 * @param dueAt when the first run comes due
 * @param lastDueAt when SCHEDULE_RUNS_UNTIL_OVERDUE of them have; null: there are not so many
 */
export function findOverdueTime(dueAt: Date, lastDueAt: Date | null): Date {
  const lateAt = dueAt.getTime() + SCHEDULE_LATE_MS;
  return new Date(lastDueAt === null ? lateAt : Math.min(lateAt, lastDueAt.getTime()));
}

/** @param found null: there is no such schedule */
export function judgeSchedule(found: ScheduleFacts | null, now: number): ScheduleState {
  if (found === null) return { state: 'missing' };
  const { isPaused, note, nextRuns, lastRunAt, dueAt, overdueAt, leftOut, isWorking } = found;
  if (isPaused) return { state: 'paused', note, lastRunAt };
  const isOverdue = overdueAt !== null && now > Date.parse(overdueAt) && nextRuns.length > 0;
  // A run that never ends has a check of its own.
  if (lastRunAt !== null && dueAt !== null && isOverdue && !isWorking)
    return { state: 'overdue', lastRunAt, dueAt, leftOut };
  return { state: 'on-time', nextRunAt: nextRuns[0] ?? null };
}

/** The end of "Its schedule …". */
export function scheduleInWords(state: ScheduleState): string {
  switch (state.state) {
    case 'missing':
      return 'is not there';
    case 'paused':
      return `is paused (${state.note ?? 'no reason given'})${state.lastRunAt === null ? '' : `, the last run was at ${toTheMinute(state.lastRunAt)}`}`;
    case 'overdue':
      return `has started no run since ${toTheMinute(state.lastRunAt)}, though one was due at ${toTheMinute(state.dueAt)}${leftOutInWords(state.leftOut)}`;
    case 'on-time':
      return state.nextRunAt === null
        ? 'has no run to come'
        : `starts the next run at ${toTheMinute(state.nextRunAt)}`;
  }
}

/** `2026-11-26 04:30Z`. */
function toTheMinute(iso: string): string {
  return inZone(iso, 'UTC');
}

/** Counted since the schedule was made: which of them came last, nobody records. */
function leftOutInWords({ byOutage, byOverlap }: LeftOut): string {
  const why = [
    ...(byOutage === 0 ? [] : [`${byOutage} because Temporal was away for too long`]),
    ...(byOverlap === 0 ? [] : [`${byOverlap} because the run before still worked`]),
  ];
  return why.length === 0 ? '' : ` (runs left out until now: ${why.join(', ')})`;
}
