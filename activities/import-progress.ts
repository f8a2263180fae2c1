import { Context } from '@temporalio/activity';
import { advance, type StepProgress } from '../src/domain/step-progress.ts';
import type { ChunksDone } from '../src/postgres/feeds/apply-chunks.ts';

/** How many rows of a large feed are posted, for the heartbeats of its step. */
export class ImportProgress {
  #told: StepProgress | undefined;

  readonly onChunk = (chunks: ChunksDone): void => {
    this.#told = advance(this.#told, chunks, new Date());
    Context.current().heartbeat(this.#told);
  };

  /** Undefined: no large feed is posted. */
  readonly told = (): StepProgress | undefined => this.#told;
}
