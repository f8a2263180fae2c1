/**
 * Shopify's global ids. One sequence number of the twin gives a product, its variant and its inventory item
 * their ids, so that each leads to the others; a number is never used again, not even after a deletion.
 */

/** Ids of one kind lie this far apart (recorded on a development store). */
const ID_STEP = 32_768;

const FIRST_ID = {
  Product: 10_200_000_000_242,
  ProductVariant: 51_200_000_000_242,
  InventoryItem: 53_300_000_000_242,
  InventoryAdjustmentGroup: 54_600_000_000_242,
  Order: 6_400_000_000_242,
} as const;

export type NumberedKind = keyof typeof FIRST_ID;

/** A level's number is its location's number plus this constant (recorded on a development store, two locations). */
const LEVEL_OFFSET = 36_954_570_752;

const GID = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d{1,16})$/;
const LEVEL_GID = /^gid:\/\/shopify\/InventoryLevel\/(\d{1,16})\?inventory_item_id=(\d{1,16})$/;

/** The number at the end of an id; cursors and `id:` filters name it. */
export function numberOf(kind: NumberedKind, sequence: number): number {
  return FIRST_ID[kind] + sequence * ID_STEP;
}

export function gidOf(kind: NumberedKind, sequence: number): string {
  return `gid://shopify/${kind}/${numberOf(kind, sequence)}`;
}

/** The sequence number behind an id of this kind; null for any other id. */
export function sequenceOf(kind: NumberedKind, gid: string): number | null {
  const [, found, digits] = GID.exec(gid) ?? [];
  return found === kind ? sequenceOfNumber(kind, Number(digits)) : null;
}

export function sequenceOfNumber(kind: NumberedKind, number: number): number | null {
  const sequence = (number - FIRST_ID[kind]) / ID_STEP;
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : null;
}

/** The kind that a global id names, whether or not such an object exists; null when the text is no global id. */
export function kindOf(gid: string): string | null {
  return GID.exec(gid)?.[1] ?? (LEVEL_GID.test(gid) ? 'InventoryLevel' : null);
}

export function locationGid(locationNumber: number): string {
  return `gid://shopify/Location/${locationNumber}`;
}

export function locationNumberOf(gid: string): number | null {
  const [, kind, digits] = GID.exec(gid) ?? [];
  return kind === 'Location' ? Number(digits) : null;
}

/** `gid://shopify/InventoryLevel/<location>?inventory_item_id=<item>` (recorded on a development store). */
export function levelGid(locationNumber: number, sequence: number): string {
  const item = numberOf('InventoryItem', sequence);
  return `gid://shopify/InventoryLevel/${locationNumber + LEVEL_OFFSET}?inventory_item_id=${item}`;
}

export function levelOf(gid: string): { readonly location: number; readonly sequence: number } | null {
  const [, level, item] = LEVEL_GID.exec(gid) ?? [];
  const sequence = sequenceOfNumber('InventoryItem', Number(item));
  return sequence === null ? null : { location: Number(level) - LEVEL_OFFSET, sequence };
}
