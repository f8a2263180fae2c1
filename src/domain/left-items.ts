/** What a person is told of items that a product has left and that may be sold on. */
import { counted } from './words.ts';

export interface LeftInWords {
  readonly items: number;
  readonly units: number;
  readonly skus: readonly string[];
}

/** `3 items with 12 units (BLUE-SHIRT, RED-SHIRT and 1 more)`. */
export function leftInWords({ items, units, skus }: LeftInWords): string {
  const rest = items > skus.length ? ` and ${items - skus.length} more` : '';
  return `${counted(items, 'item')} with ${counted(units, 'unit')} (${skus.join(', ')}${rest})`;
}
