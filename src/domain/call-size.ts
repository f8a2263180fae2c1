/**
 * How many rows the next call of a chunk has. One row that has changed since it was read makes Shopify refuse the whole
 * call. So in a chunk that sells fast, a call of 250 rows never passes; in one that does not, small calls only cost time.
 *
 * The size follows from the chunk's earlier calls, which the ledger keeps: an attempt that begins anew goes on with the
 * same size.
 */
import { ROWS_PER_CALL } from './limits.ts';

/** An earlier call of the chunk. */
export interface PastCall {
  readonly rowCount: number;
  readonly outcome: PastOutcome;
}

export type PastOutcome =
  | 'APPLIED'
  /** Refused: Shopify has named the rows that had changed. */
  | 'STALE'
  /** Refused because a row had changed, and Shopify has not said which. */
  | 'STALE_UNNAMED'
  /** Refused for another cause, and Shopify has not said of which row. */
  | 'REFUSED_UNNAMED'
  /** Refused because of its key: the next call has a new one. */
  | 'KEY_SPENT'
  /** Nothing that tells of its size: Shopify named rows that it cannot take, or the answer is unknown. */
  | 'OTHER';

/**
 * Share of a call's rows that the next one has after a refusal with names. In a simulation of one chunk (400 ms a call)
 * it took 3.1 s at 4 sales a second and 7.6 s at 10, half as many rows took 3.7 s and 8.7 s, always 250 rows 3.4 s and
 * 37.7 s.
 */
const SHARE_WHEN_NAMED = 0.7;

/** Without names, each halving also halves the rows among which the culprit is: eight calls find it. */
const SHARE_WHEN_UNNAMED = 0.5;

/** The most rows of the chunk's next call: from 1 to ROWS_PER_CALL. @param history in the order of generations */
export function nextCallSize(history: readonly PastCall[]): number {
  return history.reduce((size, { rowCount, outcome }) => {
    switch (outcome) {
      case 'APPLIED':
        return Math.min(ROWS_PER_CALL, size * 2);
      case 'STALE':
        return Math.max(1, Math.floor(rowCount * SHARE_WHEN_NAMED));
      case 'STALE_UNNAMED':
      case 'REFUSED_UNNAMED':
        return Math.max(1, Math.floor(rowCount * SHARE_WHEN_UNNAMED));
      case 'KEY_SPENT':
      case 'OTHER':
        return size;
    }
  }, ROWS_PER_CALL);
}

/**
 * The rows of the next call, of those that must be written. When not all of them fit, rows that have never changed under
 * us go first: those that others change go in calls of their own, and do not spoil the rest.
 */
export function rowsOfNextCall<Row extends { readonly staleTries: number }>(
  rows: readonly Row[],
  size: number,
): readonly Row[] {
  if (rows.length <= size) return rows;
  const calm = rows.filter(({ staleTries }) => staleTries === 0);
  return (calm.length > 0 ? calm : rows).slice(0, size);
}
