/** Times at which a schedule had a run to start and started none: "why did it not run at 02:30?" */
import { LOST_RUNS_TOLD_DAYS } from '../limits.ts';

/**
 * `PAUSED`: a person had paused it. `LEFT_OUT`: a person left out this run. `OVERLAP`: the run before still worked.
 * `OUTAGE`: Temporal was away for longer than a run may start late. `UNKNOWN`: nobody has recorded it.
 */
export type MissedReason = 'PAUSED' | 'LEFT_OUT' | 'OVERLAP' | 'OUTAGE' | 'UNKNOWN';

export interface MissedRun {
  /** ISO 8601. */
  readonly dueAt: string;
  readonly reason: MissedReason;
  /** For a person: who paused it and why, or which run still worked. */
  readonly why: string;
}

/** What somebody did about the schedule, as the audit log has it. */
export interface ScheduleAct {
  readonly kind: 'pause' | 'resume' | 'skip' | 'schedule';
  readonly at: Date;
  readonly by: string;
  /** Null: nobody gave one. */
  readonly reason: string | null;
}

/** A run that the schedule has started. */
export interface WorkedRun {
  readonly workflowId: string;
  readonly from: Date;
  /** Null: it still works. */
  readonly to: Date | null;
}

export interface MissedFacts {
  /** When runs were due, in order, and when those were that were started. */
  readonly due: readonly Date[];
  readonly started: readonly Date[];
  /** In order. */
  readonly acts: readonly ScheduleAct[];
  readonly worked: readonly WorkedRun[];
  /** No run before it, because a person has left out the ones before, or has named a start; null: there is no such time. */
  readonly notBefore: Date | null;
  /** Whether the schedule is paused now, and the server's word why. */
  readonly isPaused: boolean;
  readonly note: string | null;
  /** Whether the server has dropped runs because it was away. */
  readonly wasAway: boolean;
}

/** What nobody wanted: neither a pause nor a run that a person has left out. */
const LOST_FOR: readonly MissedReason[] = ['OVERLAP', 'OUTAGE', 'UNKNOWN'];

/** When the last run was due that was lost in the last LOST_RUNS_TOLD_DAYS, ISO 8601; null: none was. */
export function findLastLost(missed: readonly MissedRun[], now: Date): string | null {
  const since = now.getTime() - LOST_RUNS_TOLD_DAYS * 24 * 60 * 60_000;
  const lost = missed.filter(({ reason, dueAt }) => LOST_FOR.includes(reason) && Date.parse(dueAt) >= since);
  return lost.at(-1)?.dueAt ?? null;
}

/** In the order of their times. What a person asked for by a later start is not missing. */
export function findMissedRuns(facts: MissedFacts): readonly MissedRun[] {
  const started = new Set(facts.started.map((time) => time.getTime()));
  return facts.due
    .filter((time) => !started.has(time.getTime()))
    .flatMap((time) => {
      const found = reasonOf(time, facts);
      return found === null ? [] : [{ dueAt: time.toISOString(), ...found }];
    });
}

function reasonOf(time: Date, facts: MissedFacts): Pick<MissedRun, 'reason' | 'why'> | null {
  const { acts, worked, notBefore, isPaused, note, wasAway } = facts;
  const before = acts.filter(({ at }) => at <= time);
  const pause = before.findLast(({ kind }) => kind === 'pause' || kind === 'resume');
  if (pause?.kind === 'pause') {
    const why = `paused by ${pause.by} since ${pause.at.toISOString()}: ${pause.reason ?? 'no reason given'}`;
    return { reason: 'PAUSED', why };
  }
  if (notBefore !== null && time < notBefore) {
    const skip = before.findLast(({ kind }) => kind === 'skip' || kind === 'schedule');
    return skip?.kind === 'skip' ? { reason: 'LEFT_OUT', why: `left out by ${skip.by}` } : null;
  }
  const other = worked.find(({ from, to }) => from < time && (to === null || to > time));
  if (other) {
    const until = other.to === null ? 'still works' : `worked until ${other.to.toISOString()}`;
    return {
      reason: 'OVERLAP',
      why: `the run ${other.workflowId}, begun ${other.from.toISOString()}, ${until}`,
    };
  }
  // Somebody has paused it elsewhere, such as in Temporal's UI.
  const isPausedElsewhere = isPaused && !acts.some(({ kind }) => kind === 'pause');
  if (isPausedElsewhere) return { reason: 'PAUSED', why: `paused: ${note ?? 'no reason given'}` };
  return wasAway
    ? { reason: 'OUTAGE', why: 'Temporal was away for longer than a run may start late' }
    : { reason: 'UNKNOWN', why: 'nobody has recorded why' };
}
