/** What came of taking products, and first quantities, from a shop's catalogue. */
import { productsInWords, type FoundProducts } from './catalogue.ts';
import { oddityOf } from './recognition/odd-id.ts';
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
  /** Made, though the SKU looks as if a program had spoiled it: it is what the shop has. */
  readonly odd: FoundProducts;
  /** Made, though the SKU looks like another product's and has other letters, blanks or dashes. */
  readonly alike: FoundProducts;
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
    ...told(
      unusable,
      'left out: the SKU cannot be typed (blanks around it, marks that nobody sees: correct it in Shopify), or is the id of another product (`atp product add` under another id)',
    ),
    ...told(duplicates, 'on several variants: none of these is mapped or counted'),
    ...told(sameButCase, 'differ only in case from another one'),
    ...(withoutStock > 0
      ? [
          `${counted(withoutStock, 'product')} without units in the ledger: once mapped, the next file sends them to 0.`,
        ]
      : []),
  ].join('\n');
}

/** What a person is to look at of the shop's SKUs. Products are made of them, since a product is mapped by what the shop has. */
export function doubtsOfShopImport({ shopId, odd, alike }: ShopImport): readonly string[] {
  const named = odd.skus.map((sku) => `"${sku}" (${oddityOf(sku) ?? 'it is odd'})`);
  const rest = odd.count > odd.skus.length ? `, and ${odd.count - odd.skus.length} more` : '';
  const ofOdd = `${counted(odd.count, 'SKU')} of ${shopId} made a product though odd: ${named.join(', ')}${rest}. ${CORRECT_BOTH}`;
  const ofAlike = `${productsInWords(alike)} made from ${shopId} whose SKU looks like another product's and has other letters, blanks or dashes. ${CORRECT_BOTH}`;
  return [...(odd.count > 0 ? [ofOdd] : []), ...(alike.count > 0 ? [ofAlike] : [])];
}

const CORRECT_BOTH =
  'What is wrong is corrected in Shopify and here (`atp product set <sku> --sku <right one>`), before a feed names it.';
