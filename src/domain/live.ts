/**
 * A shop is *live* when a delta is made as soon as something has changed, and not only by the schedule of
 * `recent-changes`, which stays as its net. Each worker looks for changes of live shops, again and again, and tells the
 * shop's live run; that run starts the deltas, one after the other.
 */
import { id } from './input-fields.ts';
import { durationText } from './duration.ts';

/** The input of the workflow `followChanges`. */
export const LIVE_FIELDS = { shopId: id('the shop') };

/** Who has started a delta, as lists of runs name it. */
export const LIVE_STARTER = 'live';

/** The job whose runs a live shop starts by itself. */
export const LIVE_JOB = 'recent-changes';

/** That a shop is live. Instants are ISO 8601. */
export interface Live {
  readonly since: string;
  readonly atLeastEveryMs: number;
  readonly isPaused: boolean;
  /** When a change was found last; null: none was. */
  readonly lastFoundAt: string | null;
}

/** `live since …, last change found at …`. */
export function liveInWords({ since, lastFoundAt, atLeastEveryMs, isPaused }: Live): string {
  const found = lastFoundAt === null ? 'no change found yet' : `last change found at ${lastFoundAt}`;
  const state = isPaused ? 'paused with the job' : `looks at least every ${durationText(atLeastEveryMs)}`;
  return `since ${since}; ${state}; ${found}`;
}

/** The workflow id of a shop's live run: there is at most one. */
export function liveWorkflowId(shopId: string): string {
  return `live/${shopId}`;
}
