import type { ErrorCode } from './errors.ts';
import { STALE_TRIES_MAX } from './limits.ts';
import { lessDebt, type HeldBack } from './unseen-sales.ts';

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
  | { readonly outcome: 'UNCHANGED'; readonly observed: number; readonly held: HeldBack }
  | {
      readonly outcome: 'WRITE';
      readonly observed: number;
      readonly quantity: number;
      readonly held: HeldBack;
    }
  | { readonly outcome: 'QUARANTINED'; readonly code: ErrorCode; readonly observed: number | null }
  | { readonly outcome: 'OWED'; readonly code: ErrorCode; readonly observed: number };

/**
 * Decide one row: leave it, write it with compare-and-swap on the value just observed, or set it apart. What is left or
 * written is the target less what is held back for sales that are not imported yet.
 *
 * The base of the compare-and-swap is a fresh read. The value pushed last would be stale for every product that
 * sold since, and one stale row refuses the whole call of 250.
 *
 * @param staleTries how often the row was refused already because its quantity had moved between read and write
 * @param heldBackOf what to hold back when Shopify shows so many units
 */
export function decideRow(
  target: number,
  item: ObservedItem | null,
  staleTries: number,
  heldBackOf: (observed: number) => HeldBack,
): RowDecision {
  const fault = faultOf(item);
  const available = item?.available ?? null;
  if (fault !== null || available === null) {
    return { outcome: 'QUARANTINED', code: fault ?? 'LEVEL_INACTIVE', observed: available };
  }
  const held = heldBackOf(available);
  const quantity = lessDebt(target, held.debt);
  if (available === quantity) return { outcome: 'UNCHANGED', observed: available, held };
  if (staleTries >= STALE_TRIES_MAX) return { outcome: 'OWED', code: 'QUANTITY_STALE', observed: available };
  return { outcome: 'WRITE', observed: available, quantity, held };
}

/** Why no quantity of the item can be kept; null: it can. */
export function faultOf(item: ObservedItem | null): ItemFault | null {
  if (item === null) return 'ITEM_NOT_FOUND';
  if (!item.tracked) return 'ITEM_NOT_TRACKED';
  return item.levelActive && item.available !== null ? null : 'LEVEL_INACTIVE';
}

/** Causes of a quarantine that a look at the item shows, and shows to be gone. Others only a write would tell. */
export const ITEM_FAULTS = ['ITEM_NOT_FOUND', 'ITEM_NOT_TRACKED', 'LEVEL_INACTIVE'] as const;
export type ItemFault = (typeof ITEM_FAULTS)[number];

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
