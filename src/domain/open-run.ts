/** What a run that is open does now, as Temporal knows it, in words for a person. */
import { RUN_STILL_AFTER_MS } from './limits.ts';
import { progressInWords, spanInWords, type StepProgress } from './step-progress.ts';

/** A step that is under way, or waits to be tried again. */
export interface OpenStep {
  /** One of its run's. */
  readonly id: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Attempts at most; null: it is tried until somebody ends it. */
  readonly attemptsMax: number | null;
  /** Why the attempt before failed; null: this is the first one, or nobody has said why. */
  readonly failure: { readonly code: string | null; readonly message: string } | null;
  /** When the next attempt begins; null: one is under way. */
  readonly nextTryAt: Date | null;
  readonly progress: StepProgress | null;
}

export interface OpenRun {
  readonly startedAt: Date;
  readonly taskQueue: string;
  /** Whether a worker asks for the work of its task queue. */
  readonly isPolled: boolean;
  /** The last sign that somebody worked on it. */
  readonly movedAt: Date;
  readonly steps: readonly OpenStep[];
}

/**
 * `neglected`: it is on a task queue that nobody polls, so it waits for ever, and holds its workflow id meanwhile. `still`:
 * a worker polls, and nobody has worked on it for RUN_STILL_AFTER_MS.
 */
export type RunTrouble = 'neglected' | 'still';

export function troubleOf({ isPolled, movedAt }: OpenRun, now: Date): RunTrouble | null {
  if (!isPolled) return 'neglected';
  return now.getTime() - movedAt.getTime() > RUN_STILL_AFTER_MS ? 'still' : null;
}

/** The end of "Hard Sync is running": what its steps do, or why nothing happens. Empty: there is nothing to say. */
export function openRunInWords(run: OpenRun, now: Date): string {
  switch (troubleOf(run, now)) {
    case 'neglected':
      return `; nobody works on it: it is on the task queue "${run.taskQueue}", which nobody polls, since ${run.startedAt.toISOString()}`;
    case 'still':
      return `; it has not moved since ${run.movedAt.toISOString()}, although a worker polls`;
    case null:
      return run.steps.map((step) => stepInWords(step, now)).join('');
  }
}

function stepInWords({ attempt, failure, nextTryAt, progress }: OpenStep, now: Date): string {
  const rows = progress === null ? '' : `; ${progressInWords(progress, now)}`;
  if (attempt < 2) return rows;
  const why =
    failure === null ? '' : `: ${failure.code === null ? '' : `${failure.code}: `}${failure.message}`;
  const next =
    nextTryAt === null ? '' : `, next in ${spanInWords(Math.max(0, nextTryAt.getTime() - now.getTime()))}`;
  return `; attempt ${attempt}${why.replace(/\.$/, '')}${next}${rows}`;
}

/** What tells two looks at a run apart: another attempt, or another trouble. Progress alone is no news. */
export function newsOf(run: OpenRun, now: Date): string {
  return JSON.stringify([troubleOf(run, now), run.steps.map(({ attempt }) => attempt)]);
}
