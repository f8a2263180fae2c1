import { variantName, waysOut, type UnmanagedStock } from '../domain/unmanaged-stock.ts';
import { counted } from '../domain/words.ts';
import { table } from './table.ts';

/** What Shopify sells of variants that no product is mapped to, and what to do. */
export function unmanagedLines(shopId: string, stock: UnmanagedStock): readonly string[] {
  const { causes, listed, notRead } = stock;
  const rest =
    notRead > 0
      ? [
          `${counted(notRead, 'variant')} without a product were not read; the next verification begins with them.`,
        ]
      : [];
  const { DISMISSED: dismissed = 0, ...others } = causes;
  const found = Object.values(others).reduce((sum, variants) => sum + variants, 0);
  const dismissedLines =
    dismissed > 0
      ? [
          `${counted(dismissed, 'variant')} with stock ${dismissed === 1 ? 'is' : 'are'} dismissed: somebody else looks after it.`,
        ]
      : [];
  if (found === 0) return [...dismissedLines, ...rest];
  const shown = listed.filter(({ cause }) => cause !== 'DISMISSED');
  return [
    `${counted(found, 'variant')} on Shopify ${found === 1 ? 'has' : 'have'} units for sale, and no product is mapped to ${found === 1 ? 'it' : 'them'}.`,
    table(
      ['SKU', 'On Shopify', 'Cause'],
      shown.map((variant) => [variantName(variant), variant.units, variant.cause]),
      '',
    ),
    ...(found > shown.length ? [`and ${found - shown.length} more`] : []),
    ...waysOut(shopId, stock),
    ...dismissedLines,
    ...rest,
  ];
}
