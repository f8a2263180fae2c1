/**
 * Calls that may still arrive at Shopify. What has left in time may be kept somewhere in the network, and whether Shopify
 * executes it when it comes is not certain: after a refusal it is not documented, and what is documented of repeats has
 * been contradicted. Its compare-and-swap lets it pass only if the quantity is again the one that it expects. Then an
 * old file's 7 overwrites a newer 5, and 2 units are sold that nobody has.
 *
 * So rows of calls whose first sending was never answered are **watched** for CALL_WATCHED_FOR_MS after the last sending,
 * and until they were looked at once after that: a lane that is paused or blocked looks at nothing.
 * When Shopify shows what such a call may have left, the product comes with the next file. A rise is certain: nothing of
 * ours raises a quantity between two pushes. A fall looks like a sale, and is treated as one: the next file keeps its
 * units back until they are known to be no sale. Without that file nothing would remember them, and the product would
 * show too little for good.
 */
import { keepBack, type FreshRead, type KeptBack, type LastPush } from './unseen-sales.ts';

/** One row of a call that may still arrive, in units. */
export interface LateCall {
  readonly changeFromQuantity: number | null;
  readonly quantity: number;
}

/**
 * Whether a late call may have changed what our last push left: Shopify shows no more than the call has sent, and the
 * quantity has risen, or the call would lower it. After the next push nothing is left to be seen.
 */
export function hasTurned(lastKnown: number, observed: number, late: readonly LateCall[]): boolean {
  return late.some(({ quantity }) => observed <= quantity && (observed > lastKnown || quantity < lastKnown));
}

/**
 * What to keep back of a row that late calls may have raised. A rise pays debt, because mostly it is a cancellation. If a
 * late call has made it, it must not: the units that were sold before the call arrived (lastKnown − changeFromQuantity),
 * and those after it (its quantity − observed), are still missing. The larger debt counts.
 *
 * @param otherwise what to keep back if no late call has arrived
 */
export function keepBackAfterLateCalls(
  last: LastPush | null,
  late: readonly LateCall[],
  read: FreshRead,
  otherwise: KeptBack,
): KeptBack {
  if (last === null || read.observed <= last.lastKnown) return otherwise;
  return late
    .filter(({ quantity }) => read.observed <= quantity)
    .map(({ quantity, changeFromQuantity }) => {
      const raised = quantity - (changeFromQuantity ?? last.lastKnown);
      return keepBack({ ...last, lastKnown: last.lastKnown + raised }, read);
    })
    .reduce((larger, other) => (other.debt > larger.debt ? other : larger), otherwise);
}
