/** By which of a product's ids a row names it, as programs write it. */
import type { ProductIdType } from '../feed-type.ts';
import { plainName } from './column-names.ts';

/**
 * The spellings of HotWax's own feeds, compared as names of columns are, without a number of digits (`EAN-13`). An empty
 * idType means SKU.
 */
export const PRODUCT_ID_TYPES: Readonly<Record<string, ProductIdType>> = {
  '': 'SKU',
  sku: 'SKU',
  upc: 'UPC',
  upca: 'UPC',
  upce: 'UPC',
  ean: 'UPC',
  gtin: 'UPC',
  isbn: 'UPC',
  barcode: 'UPC',
  productid: 'PRODUCT_ID',
};

/** Null: it is none. */
export function readProductIdType(text: string): ProductIdType | null {
  const plain = plainName(text).replace(/\d+$/, '');
  return (Object.hasOwn(PRODUCT_ID_TYPES, plain) ? PRODUCT_ID_TYPES[plain] : undefined) ?? null;
}
