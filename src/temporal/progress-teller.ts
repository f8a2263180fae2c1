import type { WorkflowHandle } from '@temporalio/client';
import { PROGRESS_TOLD_EVERY_MS } from '../domain/limits.ts';
import { newsOf, openRunInWords } from '../domain/open-run.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { readRunNow } from './run-now.ts';

/**
 * Makes a function for whoever waits for a run: each call looks at it and tells a person how it gets on. What is new (an
 * attempt, a trouble) is told at once, how far it has come every PROGRESS_TOLD_EVERY_MS. A look that fails tells nothing:
 * the waiting itself finds out.
 *
 * @param summary what is waited for: `Hard Sync · acme`
 */
export function createProgressTeller(
  temporal: TemporalClient,
  summary: string,
  tell: (text: string) => void,
): (handle: WorkflowHandle) => Promise<void> {
  let told = '';
  let news = '';
  let toldAt = 0;
  return async (handle) => {
    try {
      const found = await askTemporal(temporal, () => handle.describe());
      if (found.status.name !== 'RUNNING') return;
      const run = await readRunNow(temporal, found);
      const now = new Date();
      const text = openRunInWords(run, now);
      const isNews = newsOf(run, now) !== news;
      if (text === '' || text === told || (!isNews && now.getTime() - toldAt < PROGRESS_TOLD_EVERY_MS))
        return;
      [told, news, toldAt] = [text, newsOf(run, now), now.getTime()];
      tell(`${summary}: running${text}`);
    } catch {
      // Whoever waits is told by the wait itself that Temporal cannot be asked.
    }
  };
}
