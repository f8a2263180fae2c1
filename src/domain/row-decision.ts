import type { ErrorCode } from './errors.ts';
import { STALE_TRIES_MAX } from './limits.ts';

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
  | { readonly outcome: 'QUARANTINED'; readonly code: ErrorCode; readonly observed: number | null }
  | { readonly outcome: 'OWED'; readonly code: ErrorCode; readonly observed: number };

/**
 * Decide one row: leave it, write it with compare-and-swap on the value just observed, or set it apart.
 *
 * The base of the compare-and-swap is a fresh read. The value pushed last would be stale for every product that
 * sold since, and one stale row refuses the whole call of 250.
 *
 * @param staleTries how often the row was refused already because its quantity had moved between read and write
 */
export function decideRow(target: number, item: ObservedItem | null, staleTries: number): RowDecision {
  if (item === null) return { outcome: 'QUARANTINED', code: 'ITEM_NOT_FOUND', observed: null };
  const { tracked, levelActive, available } = item;
  if (!tracked) return { outcome: 'QUARANTINED', code: 'ITEM_NOT_TRACKED', observed: available };
  if (!levelActive || available === null) {
    return { outcome: 'QUARANTINED', code: 'LEVEL_INACTIVE', observed: available };
  }
  if (available === target) return { outcome: 'UNCHANGED', observed: available };
  if (staleTries >= STALE_TRIES_MAX) return { outcome: 'OWED', code: 'QUANTITY_STALE', observed: available };
  return { outcome: 'WRITE', observed: available, quantity: target };
}

/** What Shopify's refusal of one row means: try again on a fresh read, set the row apart, or stop the shop. */
export type RowRefusal =
  | { readonly kind: 'STALE' }
  | { readonly kind: 'QUARANTINE'; readonly code: ErrorCode }
  | { readonly kind: 'BLOCK'; readonly code: ErrorCode };

/** Codes of inventorySetQuantities in API 2026-10 (its schema); the older names of STALE are residue in the enum. */
export function meaningOfRefusal(shopifyCode: string): RowRefusal {
  switch (shopifyCode) {
    case 'CHANGE_FROM_QUANTITY_STALE':
    case 'COMPARE_QUANTITY_STALE':
    case 'COMPARE_QUANTITY_REQUIRED':
      return { kind: 'STALE' };
    case 'INVALID_INVENTORY_ITEM':
      return { kind: 'QUARANTINE', code: 'ITEM_NOT_FOUND' };
    case 'NON_MUTABLE_INVENTORY_ITEM':
      return { kind: 'QUARANTINE', code: 'ITEM_NOT_MUTABLE' };
    case 'ITEM_NOT_STOCKED_AT_LOCATION':
      return { kind: 'QUARANTINE', code: 'LEVEL_INACTIVE' };
    case 'INVALID_LOCATION':
      return { kind: 'BLOCK', code: 'LOCATION_UNUSABLE' };
    default:
      return { kind: 'QUARANTINE', code: 'ROW_REFUSED' };
  }
}
