/** Products that a person wants in the next file, whether they changed or not. */
import { AtpError } from '../../domain/errors.ts';
import type { Connection } from '../database.ts';
import { findFileOfProducer } from '../lane/upload-files.ts';

interface Asked {
  readonly shopId: string;
  readonly producerKey: string;
}

/**
 * Owes the products, so that the shop's next file has them: the one of this producer, or should it die before, that of the next
 * one. Before its snapshot, because what another transaction owes meanwhile could not be written in it.
 *
 * @throws AtpError PRODUCT_UNKNOWN, PRODUCT_NOT_MAPPED
 */
export async function oweAsked(
  session: Connection,
  { shopId, producerKey }: Asked,
  skus: readonly string[],
): Promise<void> {
  if (await findFileOfProducer(session, producerKey)) return;
  await requireMapped(session, shopId, skus);
  await session.query(
    `INSERT INTO owed_row (shop_id, product_id, cause)
     SELECT $1, product_id, 'ASKED' FROM product WHERE sku = ANY($2) ORDER BY product_id
     ON CONFLICT DO NOTHING`,
    [shopId, skus],
  );
}

/** Throws for the first that is not. */
export async function requireMapped(
  on: Pick<Connection, 'query'>,
  shopId: string,
  skus: readonly string[],
): Promise<void> {
  const { rows } = await on.query<{ sku: string; isKnown: boolean }>(
    `SELECT sku, product.product_id IS NOT NULL AS "isKnown"
     FROM unnest($2::text[]) AS asked (sku)
     LEFT JOIN product USING (sku)
     LEFT JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = product.product_id
     WHERE mapped.product_id IS NULL ORDER BY sku LIMIT 1`,
    [shopId, skus],
  );
  const [missing] = rows;
  if (!missing) return;
  const { sku, isKnown } = missing;
  throw isKnown
    ? new AtpError('PRODUCT_NOT_MAPPED', { sku, shopId })
    : new AtpError('PRODUCT_UNKNOWN', { idValue: sku });
}
