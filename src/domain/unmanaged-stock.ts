/** Units that Shopify sells, at the shop's location, of variants that no product is mapped to. */
import { SHOWN_TEXT_LENGTH_MAX } from './limits.ts';
import { showText } from './shown-text.ts';
import { counted } from './words.ts';

/** Why nothing keeps a variant in step. They are checked in this order; the first that is true counts. */
export type UnmanagedCause =
  /** A product has left its item, and the next file sends it to 0, or a drain does already. */
  | 'LEAVING'
  /** The same, but a person decides about the drain. */
  | 'LEFT_ON_SALE'
  /** A person has said that somebody else looks after it. */
  | 'DISMISSED'
  | 'NO_SKU'
  /** It has the SKU of a product that keeps another item: the one that it had first, or of which a person decides. */
  | 'NAMESAKE'
  | 'MAPPING_HELD'
  /** Several variants have the SKU of the product, so none of them is mapped. */
  | 'AMBIGUOUS'
  /** A product has its SKU since the catalogue was read; the next mapping finds it. */
  | 'NOT_MAPPED_YET'
  /** A product has its SKU but for case, blanks or leading zeros. */
  | 'NEARLY'
  | 'NO_PRODUCT';

/** What a person can do about it; null: it ends by itself, or somebody has decided. */
const WAYS_OUT: Readonly<Record<UnmanagedCause, ((shopId: string) => string) | null>> = {
  LEAVING: null,
  LEFT_ON_SALE: (shopId) =>
    `a product has left it, and its drain waits for you: \`atp lane ${shopId}\` says why, \`atp shop drain ${shopId}\` sends it to 0`,
  DISMISSED: null,
  NO_SKU: (shopId) => `give the variant in Shopify a SKU. ${elsewhere(shopId)}`,
  NAMESAKE: () => 'give the variant in Shopify a SKU of its own: another one has it first',
  MAPPING_HELD: (shopId) =>
    `its product keeps another item until you decide: \`atp doctor\` says more, \`atp shop map ${shopId} --approve\` lets it go`,
  AMBIGUOUS: () => 'give each variant in Shopify a SKU of its own',
  NOT_MAPPED_YET: null,
  NEARLY: (shopId) =>
    `write the SKU the same way on both sides, or \`atp shop set ${shopId} --sku-match loose\``,
  NO_PRODUCT: (shopId) =>
    `\`atp product import --from-shop ${shopId}\` makes a product of each SKU. ${elsewhere(shopId)}`,
};

function elsewhere(shopId: string): string {
  return `Where somebody else looks after it: \`atp shop drain ${shopId} --dismiss --reason <text>\``;
}

/** Causes that no other check tells: the others are told as left items, or as faults of the mapping. */
export const UNMANAGED_TOLD: readonly UnmanagedCause[] = ['NO_SKU', 'NO_PRODUCT'];

export function isForAPerson(cause: UnmanagedCause): boolean {
  return WAYS_OUT[cause] !== null;
}

/** Of which a person can do something. */
export const CAUSES_FOR_A_PERSON: readonly UnmanagedCause[] = (
  Object.keys(WAYS_OUT) as UnmanagedCause[]
).filter(isForAPerson);

export interface UnmanagedVariant {
  /** Null: it has none. */
  readonly sku: string | null;
  readonly inventoryItemId: string;
  /** For sale at the shop's location. */
  readonly units: number;
  readonly cause: UnmanagedCause;
}

/** What a verification of the whole shop has read of the variants that no product is mapped to. */
export interface UnmanagedStock {
  /** Variants that were read now: tracked by Shopify, and stocked at the location. */
  readonly read: number;
  /** Variants beyond UNMANAGED_READ_MAX; the next verification begins with them. */
  readonly notRead: number;
  /** Those with units for sale, by cause. */
  readonly causes: Readonly<Partial<Record<UnmanagedCause, number>>>;
  /** The first DIFFERENCES_LISTED_MAX of them, those first that a person must look at, and then by units. */
  readonly listed: readonly UnmanagedVariant[];
}

/** How many there are that no other check tells of. */
export function countTold({ causes }: UnmanagedStock): number {
  return UNMANAGED_TOLD.reduce((sum, cause) => sum + (causes[cause] ?? 0), 0);
}

/** For each cause that a person must look at, what to do. */
export function waysOut(shopId: string, { causes }: UnmanagedStock): readonly string[] {
  return Object.keys(causes).flatMap((cause) => {
    const way = WAYS_OUT[cause as UnmanagedCause];
    return way ? [`${cause}: ${way(shopId)}.`] : [];
  });
}

/** A SKU of Shopify, or what stands for it where there is none. */
export function variantName({
  sku,
  inventoryItemId,
}: Pick<UnmanagedVariant, 'sku' | 'inventoryItemId'>): string {
  return showText(sku ?? inventoryItemId, SHOWN_TEXT_LENGTH_MAX);
}

/** Variants that were found: their number and units, and the names of the first CHECK_SKUS_NAMED. */
export interface FoundVariants {
  readonly variants: number;
  readonly units: number;
  readonly names: readonly string[];
}

/** `3 variants with 25 units (MUG, POSTER and 1 more)`. */
export function variantsInWords({ variants, units, names }: FoundVariants): string {
  const rest = variants > names.length ? ` and ${variants - names.length} more` : '';
  return `${counted(variants, 'variant')} with ${counted(units, 'unit')} (${names.join(', ')}${rest})`;
}
