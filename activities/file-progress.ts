import { Context } from '@temporalio/activity';
import { CALLS_PER_WINDOW, ROWS_PER_CALL } from '../src/domain/limits.ts';
import { readProgress, type StepProgress } from '../src/domain/step-progress.ts';

/** How many rows of its file are done, for the heartbeats of a step that applies one window of it. */
export class FileProgress {
  /** Rows of the file; 0: not known yet. */
  total = 0;
  /** Rows of the windows before this one. */
  readonly #before: number;
  readonly #startedAt = new Date().toISOString();
  readonly #doneAtStart: number;
  readonly #earlier: StepProgress | null;
  #inWindow = 0;

  constructor(window: number) {
    this.#before = window * CALLS_PER_WINDOW * ROWS_PER_CALL;
    // Chunks that an earlier attempt has done are found done within moments, and say nothing of the rate.
    this.#earlier = readProgress(Context.current().info.heartbeatDetails);
    this.#doneAtStart = Math.max(this.#before, this.#earlier?.done ?? 0);
  }

  add(rows: number): void {
    this.#inWindow += rows;
  }

  /** Undefined: nothing can be told yet. */
  told(): StepProgress | undefined {
    if (this.total === 0) return this.#earlier ?? undefined;
    const done = Math.min(this.total, Math.max(this.#before + this.#inWindow, this.#doneAtStart));
    return { done, total: this.total, doneAtStart: this.#doneAtStart, startedAt: this.#startedAt };
  }
}
