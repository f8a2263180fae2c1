/**
 * Calls of which nobody knows whether Shopify has applied them: the first request got no answer, and then its repeat was
 * refused, or the call had become too old to be repeated. Shopify documents that a repeat under the same key gets the
 * first answer; we have seen otherwise, so a refused repeat proves nothing about the first request.
 *
 * Each row of such a call is decided by what Shopify shows now:
 * - the quantity that the call wanted to change: the call was not applied, as its compare-and-swap would conclude, too;
 * - the quantity that the call sent, and the call raised it, or other rows of it show the same: the call was applied;
 * - anything else: either is possible, with units sold since. So it is when a call has lowered just this row: a sale of
 *   as many units looks the same. The larger debt counts. For a row without earlier debt that means: the last known
 *   quantity is the larger one of the value known before and the value sent.
 */
import { keepBack, type FreshRead, type KeptBack, type LastPush } from './unseen-sales.ts';

/** One row of a call, in units. */
export interface DoubtedRow {
  readonly changeFromQuantity: number | null;
  /** The last push of the row, if the call was applied. */
  readonly push: LastPush;
  /** See `isShownApplied`. */
  readonly isShownApplied: boolean;
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

/**
 * Whether what Shopify shows proves that the call was applied, as a whole: most of its rows show what it sent, and at least
 * two of them. One row may show it because just as many units were sold.
 *
 * @param rows those of its rows that are looked at
 * @param rowCount all its rows
 */
export function isShownApplied(rows: readonly SentRow[], rowCount: number): boolean {
  const shown = rows.filter(({ quantity, observed }) => quantity === observed).length;
  return shown >= 2 && shown * 2 > rowCount;
}

/** What a call sent, and what is there now, in units. */
export interface SentRow extends SeenRow {
  readonly quantity: number;
}

/**
 * Whether a call that got no answer, and is too old to be repeated, was applied: each row shows what it sent, and more
 * than a sale could show.
 */
export function wasApplied(rows: readonly SentRow[]): boolean {
  const isAsSent = rows.every(({ quantity, observed }) => quantity === observed);
  return isAsSent && (rows.every(isRaised) || isShownApplied(rows, rows.length));
}

/** No sale raises a quantity. */
function isRaised({
  changeFromQuantity,
  quantity,
}: Pick<SentRow, 'changeFromQuantity' | 'quantity'>): boolean {
  return changeFromQuantity !== null && quantity > changeFromQuantity;
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
  const applied = possible.filter(
    ({ changeFromQuantity, push, isShownApplied: isProven }) =>
      push.lastKnown === read.observed &&
      (isProven || isRaised({ changeFromQuantity, quantity: push.lastKnown })),
  );
  const pushes = applied.length > 0 ? applied : possible;
  const before = applied.length > 0 ? [] : [last];
  return [...before, ...pushes.map(({ push }) => push)]
    .map((push) => keepBack(push, read))
    .reduce((larger, other) => (other.debt > larger.debt ? other : larger));
}
