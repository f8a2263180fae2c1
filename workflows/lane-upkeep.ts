/**
 * What Process uploads does when no file is left to apply: it moves the files that are done to the archive, and looks
 * whether the causes of quarantined products are gone. Best effort, and beside the run: the run does not wait for it
 * before it takes its next file. What cannot be done now, the next run does.
 */
import { condition, patched } from '@temporalio/workflow';
import { tryBestEffort } from './failures.ts';
import { step } from './steps.ts';

export class LaneUpkeep {
  readonly #shopId: string;
  #isAtWork = false;
  #isDue = false;
  /** One failure ends the archiving of this run: its few tries are spent. */
  #hasFailed = false;
  #isToRecheck = false;
  #isRechecked = false;
  /** The run's own cancellation, or a fault of the workflow: untilDone throws it. */
  #fault: Error | null = null;

  constructor(shopId: string) {
    this.#shopId = shopId;
  }

  /** Begins, or goes on once more when what is under way has ended. A run rechecks once. */
  begin({ rechecks }: { readonly rechecks: boolean }): void {
    this.#isDue = true;
    this.#isToRecheck ||= rechecks;
    if (!this.#isAtWork) {
      this.#work().catch((error: unknown) => {
        this.#fault = error instanceof Error ? error : new Error(String(error));
      });
    }
  }

  /** Waits until it has ended, or `hasMoreToDo` says so; whichever comes first. */
  async untilDone(hasMoreToDo: () => boolean): Promise<void> {
    // Runs that began before waited for the end of it.
    const waitsForTheEnd = !patched('upkeep beside the lane');
    await condition(() => !this.#isAtWork || this.#fault !== null || (!waitsForTheEnd && hasMoreToDo()));
    if (this.#fault !== null) throw this.#fault;
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    while (this.#isDue) {
      this.#isDue = false;
      if (!this.#hasFailed) await this.#archive();
      if (this.#isToRecheck && !this.#isRechecked) await this.#recheck();
    }
    this.#isAtWork = false;
  }

  async #archive(): Promise<void> {
    const isDone = await tryBestEffort(this.#shopId, 'Files could not be moved to the archive', () =>
      step('archiveFiles', 'Move what is done to the archive', { shopId: this.#shopId }),
    );
    this.#hasFailed = !isDone;
  }

  /** A product whose cause is gone comes with the next file. */
  async #recheck(): Promise<void> {
    this.#isRechecked = true;
    await tryBestEffort(this.#shopId, 'The quarantined products could not be checked', () =>
      step('recheckSetApart', 'See whether the causes of quarantined products are gone', {
        shopId: this.#shopId,
      }),
    );
  }
}
