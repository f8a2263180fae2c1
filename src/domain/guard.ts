/**
 * The guard: what looks like a fault upstream is withheld until a person has looked at it.
 *
 * It compares a product's new quantity with what ordinary business alone would have left of the published one. Orders
 * and sales explain a fall; a reset, a membership, a mapping or a setting does not. So three kinds of moves are told
 * apart:
 *
 *     COLLAPSE   the quantity falls to a quarter or less of what sales have left
 *     SURGE      it rises to more than four times what it was; from 0, every rise
 *     SELL_OUT   it falls to a quarter or less, and sales explain it: sales of other channels, which may be a fault too
 *
 * One such product is daily business. Too many of them within a while are not: each kind has a limit of its own.
 */
import { SUSPECT_FACTOR } from './limits.ts';

export const SUSPICIONS = ['COLLAPSE', 'SURGE', 'SELL_OUT'] as const;
export type Suspicion = (typeof SUSPICIONS)[number];

/** What becomes of a product's quantity, in units. */
export interface Move {
  /** What was published last; null: nothing yet, so nothing can be suspect. */
  readonly before: number | null;
  /** Online ATP of now. */
  readonly quantity: number;
  /** What orders and sales took since, where the shop's group sells. Negative: they gave more back. */
  readonly sold: number;
  /** What orders of the shop itself took since: Shopify has counted these units down by itself. 0 or more. */
  readonly soldByShop: number;
}

type KnownMove = Move & { readonly before: number };

/**
 * What the sales alone would have left of the published quantity. Not less than the quantity of now when that has
 * fallen, and not more than the quantities before and now: a limit or a threshold of the group may have hidden units.
 */
export function quantityBySales({ before, quantity, sold }: KnownMove): number {
  const lowest = quantity < before ? quantity : 0;
  return Math.min(Math.max(before, quantity), Math.max(before - sold, lowest));
}

/** The same for the sales of the shop itself. */
export function quantityByOwnSales({ before, quantity, soldByShop }: KnownMove): number {
  return Math.max(before - soldByShop, quantity < before ? quantity : 0);
}

/**
 * Null: ordinary business, or published for the first time.
 *
 * @param heldFor why the product is withheld already. A sell-out stays one: its sales lie before the last snapshot
 */
export function suspicionOf(move: Move, heldFor: string | null = null): Suspicion | null {
  if (!isKnown(move)) return null;
  const { before, quantity } = move;
  const bySales = quantityBySales(move);
  const byOwnSales = quantityByOwnSales(move);
  if (bySales > 0 && quantity * SUSPECT_FACTOR <= bySales) {
    return heldFor === 'SELL_OUT' ? 'SELL_OUT' : 'COLLAPSE';
  }
  if (quantity > Math.max(before, bySales) * SUSPECT_FACTOR) return 'SURGE';
  if (byOwnSales > 0 && quantity * SUSPECT_FACTOR <= byOwnSales) return 'SELL_OUT';
  return null;
}

/** Units by which a quantity has risen beyond what orders gave back. */
export function risenUnits(move: Move): number {
  if (!isKnown(move)) return 0;
  return Math.max(0, move.quantity - Math.max(move.before, quantityBySales(move)));
}

/**
 * What a file says of a product that is withheld: it follows its sales, and nothing else. Of a sell-out the sales of
 * other channels are what is suspect, so it follows only those that Shopify has made itself.
 */
export function withheldQuantity(cause: Suspicion, move: KnownMove): number {
  return cause === 'SELL_OUT' ? quantityByOwnSales(move) : quantityBySales(move);
}

function isKnown(move: Move): move is KnownMove {
  return move.before !== null;
}

/** The limits of a shop, over a window that begins anew when a person approves a plan. */
export interface GuardLimits {
  /** Share of the products in stock that may collapse. */
  readonly collapseLimitPercent: number;
  /** Units by which products may surge, as a share of the units in stock. */
  readonly surgeLimitPercent: number;
  /** Share of the products in stock that may sell out. */
  readonly sellOutLimitPercent: number;
  readonly guardWindowHours: number;
}

/** What moved, by kind: products that collapse or sell out, units that surge. */
export type Moved = Readonly<Record<Suspicion, number>>;

/** The limit of each kind, in percent. */
export function limitsByKind(limits: GuardLimits): Moved {
  return {
    COLLAPSE: limits.collapseLimitPercent,
    SURGE: limits.surgeLimitPercent,
    SELL_OUT: limits.sellOutLimitPercent,
  };
}

/**
 * How much must be in stock, so that `moved` of it is within the limit: a change of exactly the limit is within it.
 * Infinity: the limit is 0, and something has moved.
 */
export function stockNeeded(moved: number, limitPercent: number): number {
  if (moved === 0) return 0;
  return limitPercent === 0 ? Infinity : Math.ceil((moved * 100) / limitPercent);
}
