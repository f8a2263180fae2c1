/** The state of the twin's shops, and how to find something in it. Only events change it (fold.ts). */
import type { UserError } from './user-error.ts';

export interface Location {
  readonly number: number;
  readonly name: string;
  readonly isActive: boolean;
  readonly fulfillsOnlineOrders: boolean;
}

/** Stock of one item at one location. `on_hand` is the sum of the two, since the twin has no other states. */
export interface Level {
  readonly location: number;
  available: number;
  committed: number;
  isActive: boolean;
  /** When `available` last moved. */
  updatedAt: number;
}

/** A product with its one variant and inventory item. */
export interface Variant {
  readonly sequence: number;
  readonly title: string;
  sku: string | null;
  tracked: boolean;
  inventoryPolicy: 'DENY' | 'CONTINUE';
  readonly levels: Level[];
}

/** Four numbers a row, flat: sequence of the item, location, `available` before, `available` after. */
export type AdjustmentRows = readonly number[];

export interface AdjustmentGroup {
  readonly sequence: number;
  readonly createdAt: number;
  readonly reason: string;
  readonly referenceDocumentUri: string | null;
  readonly rows: AdjustmentRows;
}

/** What an idempotency key was used for. `group` is null after a refusal and after a call that changed nothing. */
export interface KeyRecord {
  readonly firstUsedAt: number;
  readonly fingerprint: string;
  readonly outcome: 'succeeded' | 'refused';
  readonly group: AdjustmentGroup | null;
  /** Of a refusal; absent in a journal that an older twin has written. */
  readonly userErrors?: readonly UserError[];
}

export interface ShopState {
  readonly domain: string;
  readonly locations: Map<number, Location>;
  /** Ascending by sequence, so that a page of a large catalogue is found by binary search. */
  readonly catalogue: Variant[];
  readonly bySku: Map<string, Variant[]>;
  /** In the order of their first use, so that the expired ones are in front. */
  readonly keys: Map<string, KeyRecord>;
}

export interface TwinState {
  sequence: number;
  readonly shops: Map<string, ShopState>;
}

export function emptyState(): TwinState {
  return { sequence: 0, shops: new Map() };
}

/** The shop of this domain; creates an empty one when it is named for the first time. */
export function shopIn(state: TwinState, domain: string): ShopState {
  const found = state.shops.get(domain);
  if (found) return found;
  const shop = { domain, locations: new Map(), catalogue: [], bySku: new Map(), keys: new Map() };
  state.shops.set(domain, shop);
  return shop;
}

/** The position of the variant with this sequence in the catalogue, or the one it would have. */
export function positionOf(catalogue: readonly Variant[], sequence: number): number {
  let low = 0;
  let high = catalogue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((catalogue[middle]?.sequence ?? Infinity) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function variantAt(shop: ShopState, sequence: number | null): Variant | null {
  if (sequence === null) return null;
  const found = shop.catalogue[positionOf(shop.catalogue, sequence)];
  return found?.sequence === sequence ? found : null;
}

export function levelAt(variant: Variant, location: number): Level | null {
  return variant.levels.find((level) => level.location === location) ?? null;
}

/** Calls `visit` once for each row of an adjustment. */
export function forEachRow(
  rows: AdjustmentRows,
  visit: (sequence: number, location: number, from: number, to: number) => void,
): void {
  for (let at = 0; at + 3 < rows.length; at += 4) {
    visit(rows[at] as number, rows[at + 1] as number, rows[at + 2] as number, rows[at + 3] as number);
  }
}
