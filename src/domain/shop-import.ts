/** What came of taking products, and first quantities, from a shop's catalogue. */
import { productsInWords, type FoundProducts } from './catalogue.ts';
import { counted } from './words.ts';

export interface ShopImport {
  readonly shopId: string;
  readonly variants: number;
  readonly withoutSku: number;
  /** Products that are new. */
  readonly made: number;
  /** SKUs of products that were there. */
  readonly known: number;
  /** Not made: a product has the SKU but for case, blanks around it or leading zeros. */
  readonly near: FoundProducts;
  /** Not made: the SKU cannot be typed, or is the id of another product. */
  readonly unusable: FoundProducts;
  /** On several variants: made, but no variant is mapped and nothing is counted. */
  readonly duplicates: FoundProducts;
  /** Made, though they differ only in case from one another. */
  readonly sameButCase: FoundProducts;
  /** Null: no quantities were asked for. */
  readonly counted: {
    readonly facilityId: string;
    readonly products: number;
    readonly units: number;
  } | null;
  /** Products of the shop without any posting in the ledger: once they are mapped, a file sends them to zero. */
  readonly withoutStock: number;
}

export function shopImportInWords(result: ShopImport, isDryRun: boolean): string {
  const { variants, withoutSku, made, known, near, unusable, duplicates, sameButCase, withoutStock } = result;
  const would = isDryRun ? 'would be' : 'are';
  const told = (found: FoundProducts, what: string) =>
    found.count > 0 ? [`${productsInWords(found)} ${what}.`] : [];
  const first = result.counted;
  return [
    `${counted(variants, 'variant')}, ${withoutSku} without a SKU: ${counted(made, 'product')} ${would} new, ${known} known.`,
    ...(first
      ? [
          `${counted(first.units, 'unit')} of ${counted(first.products, 'product')} ${would} counted at ${first.facilityId}.`,
        ]
      : []),
    ...told(near, 'left out: a product has the SKU but for case, blanks or leading zeros'),
    ...told(unusable, 'left out: the SKU cannot be typed, or is the id of another product'),
    ...told(duplicates, 'on several variants: none of these is mapped or counted'),
    ...told(sameButCase, 'differ only in case from another one'),
    ...(withoutStock > 0
      ? [
          `${counted(withoutStock, 'product')} without units in the ledger: once mapped, the next file sends them to 0.`,
        ]
      : []),
  ].join('\n');
}
