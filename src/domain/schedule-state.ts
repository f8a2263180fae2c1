/** Whether a job's schedule does what it is there for, so that a change gets on its way by itself. */

/** What the server says of a schedule. Times are ISO 8601. */
export interface ScheduleFacts {
  readonly isPaused: boolean;
  /** Why it is paused, or was resumed; null: nobody said. */
  readonly note: string | null;
  /** The next runs, the soonest first. */
  readonly nextRuns: readonly string[];
  /** The last run that it has started; null: it has started none yet. */
  readonly lastRunAt: string | null;
  /** By when SCHEDULE_RUNS_UNTIL_OVERDUE more runs have come due; null: nobody knows, or none comes due. */
  readonly overdueAt: string | null;
  /** Whether a run of it is under way, so that what comes due is left out. */
  readonly isWorking: boolean;
}

/** `overdue`: the second run since its last one has come due, and it has started none, though it is not paused. */
export type ScheduleState =
  | { readonly state: 'missing' }
  | { readonly state: 'paused'; readonly note: string | null; readonly lastRunAt: string | null }
  | { readonly state: 'overdue'; readonly lastRunAt: string }
  | { readonly state: 'on-time'; readonly nextRunAt: string | null };

/** @param found null: there is no such schedule */
export function judgeSchedule(found: ScheduleFacts | null, now: number): ScheduleState {
  if (found === null) return { state: 'missing' };
  const { isPaused, note, nextRuns, lastRunAt, overdueAt, isWorking } = found;
  if (isPaused) return { state: 'paused', note, lastRunAt };
  const isOverdue = overdueAt !== null && now > Date.parse(overdueAt) && nextRuns.length > 0;
  // A run that never ends has a check of its own.
  if (lastRunAt !== null && isOverdue && !isWorking) return { state: 'overdue', lastRunAt };
  return { state: 'on-time', nextRunAt: nextRuns[0] ?? null };
}

/** The end of "Its schedule …". */
export function scheduleInWords(state: ScheduleState): string {
  switch (state.state) {
    case 'missing':
      return 'is not there';
    case 'paused':
      return `is paused (${state.note ?? 'no reason given'})${state.lastRunAt === null ? '' : `, the last run was at ${state.lastRunAt}`}`;
    case 'overdue':
      return `has started no run since ${state.lastRunAt}`;
    case 'on-time':
      return state.nextRunAt === null ? 'has no run to come' : `starts the next run at ${state.nextRunAt}`;
  }
}
