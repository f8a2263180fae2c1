/**
 * What it means that a feed is sent a second time.
 *
 * A *state* says how things are (a count, the state of an order line): applied again, it changes nothing or says the
 * newer thing. A *difference* says what has happened (units found, lost, sold): applied again, it happens again.
 */
import type { FeedType } from './feed-type.ts';

export type FeedKind = 'state' | 'difference';

const KINDS = {
  RESET_INVENTORY: 'state',
  REC_INV_COUNT: 'state',
  MDM_INV_VARIANCE: 'difference',
  TRANSFER: 'state',
  ORDER_ITEMS: 'state',
  ORDER_WATERMARK: 'state',
  SHOPIFY_INVENTORY: 'state',
  IMP_PRODUCT: 'state',
  IMP_FACILITY: 'state',
  IMP_PROD_FACILITY: 'state',
  IMP_THRESHOLD: 'state',
} as const satisfies Readonly<Record<FeedType, FeedKind>>;

/** Counts: what is on hand. What a newer one says stands in place of what an older one has said. */
export const COUNTS: readonly FeedType[] = ['RESET_INVENTORY', 'REC_INV_COUNT', 'SHOPIFY_INVENTORY'];

export function isCount(type: FeedType): boolean {
  return COUNTS.includes(type);
}

export function kindOf(type: FeedType): FeedKind {
  return KINDS[type];
}

/**
 * Imports that take turns, since they would make wrong numbers beside each other. `stock`: counts, differences, and what takes them
 * back. A large one is judged by levels that none of the others may change until it is posted; small ones lock the levels that they
 * need. `orders`: what was ordered, and up to when that is complete. The last row of a line is its state, and a line that is not
 * known yet cannot be locked. `settings`: safety stock and brokering at facilities. What a later file says of a level must not be
 * set before what is left of an earlier one.
 */
export type TurnClass = 'stock' | 'orders' | 'settings';

const TURNS: Partial<Readonly<Record<FeedType, TurnClass>>> = {
  RESET_INVENTORY: 'stock',
  REC_INV_COUNT: 'stock',
  SHOPIFY_INVENTORY: 'stock',
  MDM_INV_VARIANCE: 'stock',
  ORDER_ITEMS: 'orders',
  ORDER_WATERMARK: 'orders',
  IMP_PROD_FACILITY: 'settings',
};

/** Null: it takes no turns with others. */
export function turnClassOf(type: FeedType): TurnClass | null {
  return TURNS[type] ?? null;
}
