/**
 * Calls of which nobody knows whether Shopify has applied them: no answer came to the first sending, and the repeat was
 * refused, or the call had become too old to be repeated. Shopify says that a repeat under the same key gets the first
 * answer; it has been seen otherwise, so a refusal of the repeat proves nothing of the first.
 *
 * A row of such a call is decided by what can be seen. It shows what the call sent: the call was applied. It still shows
 * what the call wanted to change: it was not, as the compare-and-swap itself would conclude. Anything else may be
 * either, with units sold since; then the larger debt counts, which for a row without earlier debts says: the base is
 * the larger one of the value known before and the value sent.
 */
import { heldBack, type FreshRead, type HeldBack, type LastPush } from './unseen-sales.ts';

/** One row of a call, in units. */
export interface DoubtedRow {
  readonly changeFromQuantity: number | null;
  /** What the push would be, had it been applied. */
  readonly push: LastPush;
}

/**
 * A call is applied as a whole or not at all. When most of its rows still show what it wanted to change, it was not:
 * each of them would have had to sell exactly the difference. Then none of its rows is in doubt.
 */
export function wasNotApplied(
  rows: readonly { readonly changeFromQuantity: number | null; readonly observed: number | null }[],
): boolean {
  const untouched = rows.filter(({ changeFromQuantity, observed }) => changeFromQuantity === observed);
  return untouched.length * 2 > rows.length;
}

/** What to hold back of a row that doubtful calls have named. */
export function heldBackInDoubt(
  last: LastPush | null,
  doubted: readonly DoubtedRow[],
  read: FreshRead,
): HeldBack {
  const possible = doubted.filter(({ changeFromQuantity }) => changeFromQuantity !== read.observed);
  const applied = possible.filter(({ push }) => push.lastKnown === read.observed);
  const pushes = applied.length > 0 ? applied : possible;
  const before = applied.length > 0 ? [] : [last];
  return [...before, ...pushes.map(({ push }) => push)]
    .map((push) => heldBack(push, read))
    .reduce((larger, other) => (other.debt > larger.debt ? other : larger));
}
