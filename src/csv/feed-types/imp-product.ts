/** IMP_PRODUCT: products and the ids by which they are known. */
import { z } from 'zod';
import type { ProductRow } from '../../domain/feed-type.ts';
import { oddityOf } from '../../domain/recognition/odd-id.ts';
import { columnsOf, newId, newIdOrNull, type FeedSchema } from '../feed-values.ts';

/** A program that takes it for a number writes a fraction of zeros behind it. What is spoiled otherwise would be kept for good. */
const upc = newIdOrNull
  .transform((value) => value?.replace(/^(\d+)\.0+$/, '$1') ?? null)
  .refine((value) => value === null || oddityOf(value) === null, {
    error: ({ input }) => oddityOf(String(input)) ?? 'it is not valid',
  });

const columns = () => z.object({ productId: newIdOrNull, sku: newId, upc });

export const IMP_PRODUCT_SCHEMA: FeedSchema<ProductRow> = {
  required: [['sku']],
  columns: columnsOf(columns),
  row: columns,
};
