/**
 * What an order's line takes from the stock.
 *
 *     ITEM_CREATED, ITEM_APPROVED   open: its open quantity is reserved at its facility; without one it waits in the
 *                                   brokering queue and no ledger knows of it
 *     ITEM_CANCELLED                takes nothing
 *     ITEM_COMPLETED                shipped: the units have left its facility, once; nothing changes any more
 *
 * At a virtual facility, a parking place, it is reserved all the same: Online ATP does not look at stock there and
 * counts the line in the brokering queue. So a facility that becomes virtual, or real, takes its lines along, and
 * what was reserved is what will be released.
 *
 * A feed tells states, not events: what a state causes is its difference from the state before, so that a state told
 * twice causes nothing. src/postgres/feeds/order-items.ts says the same for a whole file in SQL; a property test
 * holds both to be equal.
 */
import { LEDGER_REASONS, type OrderItemStatus } from './feed.ts';

export interface OrderItemState {
  readonly productId: string;
  readonly quantity: number;
  readonly cancelQuantity: number;
  readonly facilityId: string | null;
  readonly statusId: OrderItemStatus;
}

/** One line for the ledger; whole units. */
export interface Posting {
  readonly productId: string;
  readonly facilityId: string;
  readonly quantityOnHandDiff: number;
  readonly reservedDiff: number;
  readonly reasonEnumId: string;
}

export type OrderItemOutcome =
  | { readonly outcome: 'UNCHANGED'; readonly state: OrderItemState }
  | { readonly outcome: 'CHANGED'; readonly state: OrderItemState; readonly postings: readonly Posting[] }
  | {
      readonly outcome: 'REFUSED';
      readonly code: 'ORDER_ITEM_COMPLETED' | 'ORDER_ITEM_FACILITY_REQUIRED';
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
  return state.statusId === 'ITEM_CREATED' || state.statusId === 'ITEM_APPROVED' ? netQuantity(state) : 0;
}

/**
 * What a told state changes.
 *
 * @param before null when the line is not known yet
 * @param holdsStock whether a facility is a real one; virtual ones are parking places
 */
export function nextOrderItem(
  before: OrderItemState | null,
  told: OrderItemState,
  holdsStock: (facilityId: string) => boolean,
): OrderItemOutcome {
  // Without a facility of its own, a shipment left from where the line was.
  const isCompletion = told.statusId === 'ITEM_COMPLETED';
  const facilityId = isCompletion ? (told.facilityId ?? before?.facilityId ?? null) : told.facilityId;
  const state = { ...told, facilityId };

  if (before && isEqual(before, state)) return { outcome: 'UNCHANGED', state: before };
  if (before?.statusId === 'ITEM_COMPLETED') return { outcome: 'REFUSED', code: 'ORDER_ITEM_COMPLETED' };
  const shipped = isCompletion ? netQuantity(state) : 0;
  if (shipped > 0 && (facilityId === null || !holdsStock(facilityId))) {
    return { outcome: 'REFUSED', code: 'ORDER_ITEM_FACILITY_REQUIRED' };
  }

  const released = before && reservation(before);
  const reserved = reservation(state);
  const movements = [
    ...(released ? [{ ...released, quantityOnHandDiff: 0, reservedDiff: -released.units }] : []),
    ...(reserved ? [{ ...reserved, quantityOnHandDiff: 0, reservedDiff: reserved.units }] : []),
    ...(shipped > 0 && facilityId !== null
      ? [{ productId: state.productId, facilityId, quantityOnHandDiff: -shipped, reservedDiff: 0 }]
      : []),
  ];
  return { outcome: 'CHANGED', state, postings: postingsOf(movements) };
}

function reservation(state: OrderItemState) {
  const { productId, facilityId } = state;
  const units = openQuantity(state);
  return units > 0 && facilityId !== null ? { productId, facilityId, units } : null;
}

/** One posting for a product and facility; what adds up to nothing is not posted. */
function postingsOf(movements: readonly Omit<Posting, 'reasonEnumId'>[]): Posting[] {
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
