import type { ErrorCode } from './errors.ts';
import { STALE_TRIES_MAX } from './limits.ts';
import { subtractDebt, type KeptBack } from './unseen-sales.ts';

/** What Shopify shows of one inventory item at the shop's location. */
export interface ObservedItem {
  readonly tracked: boolean;
  /** Whether the item is stocked at the location. Shopify does not sell the quantity of an inactive level. */
  readonly levelActive: boolean;
  /** Units available at the location, null when the item has no level there. */
  readonly available: number | null;
}

/** What to do with one row of a file, once Shopify's side is known. */
export type RowDecision =
  | { readonly outcome: 'UNCHANGED'; readonly observed: number; readonly keptBack: KeptBack }
  | {
      readonly outcome: 'WRITE';
      readonly observed: number;
      readonly quantity: number;
      readonly keptBack: KeptBack;
    }
  | { readonly outcome: 'QUARANTINED'; readonly code: ErrorCode; readonly observed: number | null }
  | { readonly outcome: 'OWED'; readonly code: ErrorCode; readonly observed: number };

/**
 * Decides one row: leave it, write it with compare-and-swap on the value just observed, quarantine it, or owe it to the
 * next file. What is left or written is the target less the units kept back for unseen sales.
 *
 * The base of the compare-and-swap is a fresh read. The value of the last push would be stale for every product that
 * sold since, and one stale row makes Shopify refuse the whole call of 250.
 *
 * @param item null when Shopify has no such item
 * @param staleTries how often Shopify refused the row because its quantity changed between our read and our write
 * @param keepBackOf what to keep back when Shopify shows so many units
 */
export function decideRow(
  target: number,
  item: ObservedItem | null,
  staleTries: number,
  keepBackOf: (observed: number) => KeptBack,
): RowDecision {
  const fault = faultOf(item);
  const available = item?.available ?? null;
  if (fault !== null || available === null) {
    return { outcome: 'QUARANTINED', code: fault ?? 'LEVEL_INACTIVE', observed: available };
  }
  const keptBack = keepBackOf(available);
  const quantity = subtractDebt(target, keptBack.debt);
  if (available === quantity) return { outcome: 'UNCHANGED', observed: available, keptBack };
  if (staleTries >= STALE_TRIES_MAX) return { outcome: 'OWED', code: 'QUANTITY_STALE', observed: available };
  return { outcome: 'WRITE', observed: available, quantity, keptBack };
}

/** Why Shopify cannot keep a quantity of the item; null when it can. */
export function faultOf(item: ObservedItem | null): ItemFault | null {
  if (item === null) return 'ITEM_NOT_FOUND';
  if (!item.tracked) return 'ITEM_NOT_TRACKED';
  return item.levelActive && item.available !== null ? null : 'LEVEL_INACTIVE';
}

/**
 * Causes of a quarantine that reading the item shows, and that it shows to be gone. Other causes only a write would
 * show.
 */
export const ITEM_FAULTS = ['ITEM_NOT_FOUND', 'ITEM_NOT_TRACKED', 'LEVEL_INACTIVE'] as const;
export type ItemFault = (typeof ITEM_FAULTS)[number];

/** What Shopify's refusal of one row means: try again on a fresh read, quarantine the row, or block the lane. */
export type RowRefusal =
  | { readonly kind: 'STALE' }
  | { readonly kind: 'QUARANTINE'; readonly code: ErrorCode }
  | { readonly kind: 'BLOCK'; readonly code: ErrorCode };

/**
 * The codes of inventorySetQuantities in API 2026-10 (its schema), with older names of STALE that are still in the
 * enum.
 */
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
