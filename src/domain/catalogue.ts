import { counted } from './words.ts';

/** One variant of a shop's catalogue, with what decides whether Shopify keeps its quantity. */
export interface CatalogueVariant {
  readonly variantId: string;
  /** As Shopify has it: not unique there, and null when the merchant gave none. */
  readonly sku: string | null;
  /** CONTINUE: sells at 0 and below, whatever we write. */
  readonly inventoryPolicy: 'DENY' | 'CONTINUE';
  readonly inventoryItemId: string;
  readonly tracked: boolean;
  /** Whether the item is stocked at the shop's location. */
  readonly levelActive: boolean;
}

/** A page of a shop's catalogue. */
export interface CataloguePage {
  readonly variants: readonly CatalogueVariant[];
  /** Where the next page begins, as Shopify says; null: this is the last one. */
  readonly next: string | null;
}

/** How many pages of a catalogue were read already, and where Shopify goes on; null: at its first page. */
export interface CatalogueStart {
  readonly pages: number;
  readonly cursor: string | null;
}

/** The result of matching a shop's products with its catalogue. `mapped + unmapped` is all of them. */
export interface ShopMapping {
  readonly mapped: number;
  /** Products without an inventory item, those of `duplicates` among them. */
  readonly unmapped: number;
  /** Not mapped, because several items on Shopify have the SKU, or the item is another product's. */
  readonly duplicates: number;
  /** Mapped to the item that they had first; another one has come to carry the SKU, and nobody keeps that in step. */
  readonly namesakes: number;
  /** Mapped, but not stocked at the shop's location. */
  readonly inactive: number;
  /** Mapped, but Shopify does not track their quantity. */
  readonly untracked: number;
  /** Not mapped, and one item has their SKU but for case, blanks or leading zeros. */
  readonly nearly: number;
  /** Mapped, but their item has lost the SKU, with those of too many others: a person decides whether they are unmapped. */
  readonly held: number;
  /** Mapped now, and not before. */
  readonly added: number;
  /** Mapped to another item than before. */
  readonly moved: number;
  /** Mapped before, and not now. */
  readonly removed: number;
}

/** Products that a check has found: their number, and the SKUs of the first CHECK_SKUS_NAMED. */
export interface FoundProducts {
  readonly count: number;
  readonly skus: readonly string[];
}

/** `2 products (A, B)`; the rest of a long list is only counted. */
export function productsInWords({ count, skus }: FoundProducts): string {
  const rest = count > skus.length ? `, and ${count - skus.length} more` : '';
  return `${counted(count, 'product')} (${skus.join(', ')}${rest})`;
}
