import type { ErrorCode } from './errors.ts';

/** What Shopify says of one inventory item at the shop's location; null when there is no such item. */
export interface ObservedItem {
  readonly tracked: boolean;
  /** Whether the item is stocked at the location; a quantity of an inactive level is not sold. */
  readonly levelActive: boolean;
  /** Units available at the location, null when the item has no level there. */
  readonly available: number | null;
}

/** What to do with one row of a file, once Shopify's side is known. */
export type RowDecision =
  | { readonly outcome: 'UNCHANGED'; readonly observed: number }
  | { readonly outcome: 'WRITE'; readonly observed: number; readonly quantity: number }
  | { readonly outcome: 'QUARANTINED'; readonly code: ErrorCode };

/**
 * Decide one row: leave it, write it with compare-and-swap on the value just observed, or set it apart.
 *
 * The base of the compare-and-swap is a fresh read. The value pushed last would be stale for every product that
 * sold since, and one stale row refuses the whole call of 250.
 */
export function decideRow(target: number, item: ObservedItem | null): RowDecision {
  if (item === null) return { outcome: 'QUARANTINED', code: 'ITEM_NOT_FOUND' };
  if (!item.tracked) return { outcome: 'QUARANTINED', code: 'ITEM_NOT_TRACKED' };
  if (!item.levelActive || item.available === null) return { outcome: 'QUARANTINED', code: 'LEVEL_INACTIVE' };
  if (item.available === target) return { outcome: 'UNCHANGED', observed: item.available };
  return { outcome: 'WRITE', observed: item.available, quantity: target };
}
