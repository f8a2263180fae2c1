/**
 * Calls of which nobody knows whether Shopify has applied them: the first request got no answer, and then its repeat was
 * refused, or the call had become too old to be repeated. Shopify documents that a repeat under the same key gets the
 * first answer; we have seen otherwise, so a refused repeat proves nothing about the first request.
 *
 * Each row of such a call is decided by what Shopify shows now:
 * - the quantity that the call sent: the call was applied;
 * - the quantity that the call wanted to change: the call was not applied, as its compare-and-swap would conclude, too;
 * - anything else: either is possible, with units sold since. The larger debt counts. For a row without earlier debt
 *   that means: the last known quantity is the larger one of the value known before and the value sent.
 */
import { keepBack, type FreshRead, type KeptBack, type LastPush } from './unseen-sales.ts';

/** One row of a call, in units. */
export interface DoubtedRow {
  readonly changeFromQuantity: number | null;
  /** The last push of the row, if the call was applied. */
  readonly push: LastPush;
}

/**
 * Whether the call was certainly not applied; then none of its rows is in doubt. A call is applied as a whole or not at
 * all. If most rows still show what it wanted to change, it was not: otherwise each of them would have sold exactly the
 * difference since.
 */
export function wasNotApplied(rows: readonly SeenRow[]): boolean {
  return countUntouched(rows) * 2 > rows.length;
}

/**
 * Whether that is proven for the call as a whole, and so also for rows that are not looked at now. The chunk's next calls
 * have only a part of its rows, and the last of them may be the one row that has changed.
 *
 * @param rows those of its rows that are looked at
 * @param rowCount all its rows
 */
export function isProvenUnapplied(rows: readonly SeenRow[], rowCount: number): boolean {
  return countUntouched(rows) * 2 > rowCount;
}

/** What a call wanted to change, and what is there now, in units. */
interface SeenRow {
  readonly changeFromQuantity: number | null;
  readonly observed: number | null;
}

function countUntouched(rows: readonly SeenRow[]): number {
  return rows.filter(({ changeFromQuantity, observed }) => changeFromQuantity === observed).length;
}

/** What to keep back of a row that doubtful calls may have written. */
export function keepBackInDoubt(
  last: LastPush | null,
  doubted: readonly DoubtedRow[],
  read: FreshRead,
): KeptBack {
  const possible = doubted.filter(({ changeFromQuantity }) => changeFromQuantity !== read.observed);
  const applied = possible.filter(({ push }) => push.lastKnown === read.observed);
  const pushes = applied.length > 0 ? applied : possible;
  const before = applied.length > 0 ? [] : [last];
  return [...before, ...pushes.map(({ push }) => push)]
    .map((push) => keepBack(push, read))
    .reduce((larger, other) => (other.debt > larger.debt ? other : larger));
}
