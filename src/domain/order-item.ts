/**
 * What an order's line takes from the stock.
 *
 *     ITEM_CREATED, ITEM_APPROVED   open: its open quantity is reserved at its facility; without a facility it waits in
 *                                   the brokering queue, and nothing is posted to the ledger
 *     ITEM_CANCELLED                takes nothing; an open state that comes after it is an old one that was late
 *     ITEM_COMPLETED                shipped: its units have left its facility, once; it cannot change any more, unless a later
 *                                   state is told: then they are back where they were. Without a
 *                                   facility, or at a virtual one, somebody else has sent it (a supplier): no stock is
 *                                   taken
 *
 * A line at a virtual facility (where orders are parked) is reserved there, too: Online ATP ignores the stock of virtual
 * facilities and counts the line in the brokering queue. So a facility may become virtual, or real, with its lines, and
 * what was reserved there is released later.
 *
 * A state may say since when it is so (updatedAt). Then one of before a known one has no effect, and one of after it takes its place,
 * also when that one was closed: of all that were told the newest counts, in whatever order they come.
 *
 * A feed has states, not events: we post the difference between a line's new state and its last one, so a state that is
 * sent twice posts nothing. src/postgres/feeds/order-items.ts does the same for a whole file in SQL; a property test
 * keeps the two equal.
 */
import { LEDGER_REASONS } from './feed.ts';
import type { OrderItemStatus } from './feed-type.ts';

export interface OrderItemState {
  readonly productId: string;
  readonly quantity: number;
  readonly cancelQuantity: number;
  readonly facilityId: string | null;
  readonly statusId: OrderItemStatus;
  /** When the line got this state: ISO 8601 in UTC. Null: nobody has told. */
  readonly updatedAt: string | null;
}

/** One row for the ledger; whole units. */
export interface Posting {
  readonly productId: string;
  readonly facilityId: string;
  readonly quantityOnHandDiff: number;
  readonly reservedDiff: number;
  readonly reasonEnumId: string;
}

export type OrderItemOutcome =
  | { readonly outcome: 'UNCHANGED'; readonly state: OrderItemState }
  /** An older state than the one that is known: it has no effect. */
  | { readonly outcome: 'OLD'; readonly state: OrderItemState }
  | { readonly outcome: 'CHANGED'; readonly state: OrderItemState; readonly postings: readonly Posting[] }
  | {
      readonly outcome: 'REFUSED';
      readonly code: 'ORDER_ITEM_COMPLETED' | 'ORDER_ITEM_CANCELLED';
    };

/** Units ordered and not cancelled; never negative. */
export function netQuantity({
  quantity,
  cancelQuantity,
}: Pick<OrderItemState, 'quantity' | 'cancelQuantity'>) {
  return Math.max(0, quantity - cancelQuantity);
}

/** Units still to be allocated or shipped. */
export function openQuantity(state: OrderItemState): number {
  return isOpen(state) ? netQuantity(state) : 0;
}

function isOpen({ statusId }: OrderItemState): boolean {
  return statusId === 'ITEM_CREATED' || statusId === 'ITEM_APPROVED';
}

/**
 * What a line's state, as a feed has it, changes.
 *
 * @param before null when the line is not known yet
 * @param holdsStock false for a virtual facility
 * @param mayReopen whether an open state opens a closed line again, though it is not known to be newer
 */
export function nextOrderItem(
  before: OrderItemState | null,
  sent: OrderItemState,
  holdsStock: (facilityId: string) => boolean,
  mayReopen = false,
): OrderItemOutcome {
  // A completed line that names no facility was shipped from where it was.
  const isCompletion = sent.statusId === 'ITEM_COMPLETED';
  const facilityId = isCompletion ? (sent.facilityId ?? before?.facilityId ?? null) : sent.facilityId;
  if (before && isOlder(sent, before)) return { outcome: 'OLD', state: before };
  const isNewer = before !== null && isOlder(before, sent);
  const reopens = isOpen(sent) && mayReopen;
  const isSame = before !== null && isEqual(before, { ...sent, facilityId });
  if (before?.statusId === 'ITEM_COMPLETED') {
    if (isSame)
      return { outcome: 'UNCHANGED', state: { ...before, updatedAt: sent.updatedAt ?? before.updatedAt } };
    if (!(isNewer || reopens)) return { outcome: 'REFUSED', code: 'ORDER_ITEM_COMPLETED' };
  }
  if (before?.statusId === 'ITEM_CANCELLED' && isOpen(sent) && !(isNewer || reopens)) {
    return { outcome: 'REFUSED', code: 'ORDER_ITEM_CANCELLED' };
  }
  // Of a line that was closed at nobody knows which time, no other state is known to be newer.
  const known = isOpen(sent) || isSame ? (before?.updatedAt ?? null) : null;
  const state = { ...sent, facilityId, updatedAt: sent.updatedAt ?? known };
  if (isSame) return { outcome: 'UNCHANGED', state };
  const movements = [
    ...(before ? movementsOf(before, holdsStock).map(backwards) : []),
    ...movementsOf(state, holdsStock),
  ];
  return { outcome: 'CHANGED', state, postings: postingsOf(movements) };
}

type Movement = Omit<Posting, 'reasonEnumId'>;

/** What a line in this state has taken: reserved while it is open, shipped once it is completed. */
function movementsOf(
  state: OrderItemState,
  holdsStock: (facilityId: string) => boolean,
): readonly Movement[] {
  const { productId, facilityId, statusId } = state;
  const units = netQuantity(state);
  if (facilityId === null || units === 0) return [];
  if (isOpen(state)) return [{ productId, facilityId, quantityOnHandDiff: 0, reservedDiff: units }];
  if (statusId !== 'ITEM_COMPLETED' || !holdsStock(facilityId)) return [];
  return [{ productId, facilityId, quantityOnHandDiff: -units, reservedDiff: 0 }];
}

function backwards(movement: Movement): Movement {
  const { quantityOnHandDiff, reservedDiff } = movement;
  return { ...movement, quantityOnHandDiff: -quantityOnHandDiff, reservedDiff: -reservedDiff };
}

/** Whether a state is told to be of before another one. */
function isOlder(one: OrderItemState, other: OrderItemState): boolean {
  return one.updatedAt !== null && other.updatedAt !== null && one.updatedAt < other.updatedAt;
}

/** One posting for each product and facility; none when the movements add up to 0. */
function postingsOf(movements: readonly Movement[]): Posting[] {
  const places = Map.groupBy(movements, ({ productId, facilityId }) =>
    JSON.stringify([productId, facilityId]),
  );
  return [...places.values()].flatMap((atPlace) => {
    const quantityOnHandDiff = atPlace.reduce((sum, movement) => sum + movement.quantityOnHandDiff, 0);
    const reservedDiff = atPlace.reduce((sum, movement) => sum + movement.reservedDiff, 0);
    const [first] = atPlace;
    if (!first || (quantityOnHandDiff === 0 && reservedDiff === 0)) return [];
    const { productId, facilityId } = first;
    const reasonEnumId = reasonOf(quantityOnHandDiff, reservedDiff);
    return [{ productId, facilityId, quantityOnHandDiff, reservedDiff, reasonEnumId }];
  });
}

function reasonOf(quantityOnHandDiff: number, reservedDiff: number): string {
  if (quantityOnHandDiff !== 0) return LEDGER_REASONS.orderShipped;
  return reservedDiff > 0 ? LEDGER_REASONS.orderReserved : LEDGER_REASONS.orderReleased;
}

function isEqual(one: OrderItemState, other: OrderItemState): boolean {
  return (
    one.productId === other.productId &&
    one.quantity === other.quantity &&
    one.cancelQuantity === other.cancelQuantity &&
    one.facilityId === other.facilityId &&
    one.statusId === other.statusId
  );
}
