/** A product by its own id, as feeds of settings name it, or by the ids of other feeds. */
import { z } from 'zod';
import type { ProductReference } from '../../domain/feed-type.ts';
import { orNull, product } from '../feed-values.ts';

export const anyProduct = { productId: orNull, idType: product.idType, idValue: orNull };

/** The columns of which one must be there. */
export const ANY_PRODUCT = ['productId', 'idValue'] as const;

type Given = z.output<z.ZodObject<typeof anyProduct>>;

/** The rest of the row with the reference; `productId` counts first. */
export function withProduct<Row extends Given>(
  { productId, idType, idValue, ...rest }: Row,
  context: z.RefinementCtx,
): Omit<Row, keyof Given> & ProductReference {
  if (productId !== null) return { idType: 'PRODUCT_ID', idValue: productId, ...rest };
  if (idValue !== null) return { idType, idValue, ...rest };
  context.addIssue({ code: 'custom', path: ['productId'], message: 'productId or idValue must be given' });
  return z.NEVER;
}
