/** One variant of a shop's catalogue, with what decides whether its quantity can be kept. */
export interface CatalogueVariant {
  readonly variantId: string;
  /** As Shopify holds it: not unique there, null when the merchant gave none. */
  readonly sku: string | null;
  /** CONTINUE: sells at 0 and below, whatever we write. */
  readonly inventoryPolicy: 'DENY' | 'CONTINUE';
  readonly inventoryItemId: string;
  readonly tracked: boolean;
  /** Whether the item is stocked at the shop's location. */
  readonly levelActive: boolean;
}

/** What became of a shop's products when they were matched with its catalogue. `mapped + unmapped` is all of them. */
export interface ShopMapping {
  readonly mapped: number;
  /** Products without an inventory item, those of `duplicates` among them. */
  readonly unmapped: number;
  /** Products whose SKU names several items on Shopify: which one is meant is for a person to say. */
  readonly duplicates: number;
  /** Mapped, but not stocked at the shop's location. */
  readonly inactive: number;
  /** Mapped, but Shopify does not track their quantity. */
  readonly untracked: number;
}

/** Products that a check has found: how many, and the SKUs of the first CHECK_SKUS_NAMED. */
export interface FoundProducts {
  readonly count: number;
  readonly skus: readonly string[];
}
