/** Tells a person how far work on many rows has come. */
import { PROGRESS_TOLD_EVERY_MS, PROGRESS_TOLD_TO_PAGE_EVERY_MS } from '../domain/limits.ts';
import { advance, progressInWords, type StepProgress } from '../domain/step-progress.ts';
import type { Context } from './operation.ts';

export interface RowsTeller {
  /** What else there is to say; `words` is asked only when it is time. */
  readonly tell: (words: (now: Date) => string) => void;
  /** Rows that are done, of all. */
  readonly tellDone: (rows: Pick<StepProgress, 'done' | 'total'>) => void;
}

/** Says at once what is done (`Importing a.csv`), and then how far it is: a terminal keeps each line, a page shows the last one. */
export function tellNowAndThen({ caller, progress }: Context, working: string): RowsTeller {
  progress(working);
  const everyMs = caller.via === 'api' ? PROGRESS_TOLD_TO_PAGE_EVERY_MS : PROGRESS_TOLD_EVERY_MS;
  let latest: StepProgress | undefined;
  let toldAt = Date.now();
  const tell = (words: (now: Date) => string): void => {
    const now = new Date();
    if (now.getTime() - toldAt < everyMs) return;
    toldAt = now.getTime();
    progress(`${working}: ${words(now)}`);
  };
  return {
    tell,
    tellDone: (rows) => {
      const done = (latest = advance(latest, rows, new Date()));
      tell((now) => progressInWords(done, now));
    },
  };
}
