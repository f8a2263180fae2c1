/**
 * How a product's SKU is compared with those on Shopify. `exact`: they are the same. `loose`: where no item has it as it is, an
 * item counts that differs only in case, in blanks around it, or in the leading zeros of a number.
 */
export const SKU_MATCHES = ['exact', 'loose'] as const;
export type SkuMatch = (typeof SKU_MATCHES)[number];
