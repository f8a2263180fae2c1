import { Context } from '@temporalio/activity';
import { readProgress, type StepProgress } from '../src/domain/step-progress.ts';
import { rowsOfWindow } from '../src/domain/window.ts';

/** How many rows of its file are done, for the heartbeats of a step that applies windows of it. */
export class FileProgress {
  /** Rows of the file; 0: not known yet. */
  total = 0;
  /** Rows of the windows before the first one. */
  readonly #before: number;
  readonly #startedAt = new Date().toISOString();
  readonly #doneAtStart: number;
  readonly #earlier: StepProgress | null;
  #inWindow = 0;

  /** @param window the first of the step */
  constructor(window: number) {
    this.#before = rowsOfWindow({ window }).first;
    // Pages that an earlier attempt has done are found done within moments, and say nothing of the rate.
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
