import { AtpError } from '../../domain/errors.ts';
import { NEAR_MISSES_NAMED } from '../../domain/limits.ts';
import { likelySkus } from '../../domain/recognition/unknown-sku.ts';
import type { Connection, Database } from '../database.ts';

/** PRODUCT_UNKNOWN for a SKU that a person has typed, with the SKUs that they may have meant. */
export async function unknownProduct(database: Database, sku: string): Promise<AtpError> {
  const meant = await database.session((session) => findLikelySkus(session, sku));
  return new AtpError('PRODUCT_UNKNOWN', {
    idValue: sku,
    ...(meant.length > 0 && { meant: meant.join(', ') }),
  });
}

/** SKUs of products that may be meant by one that no product has; at most NEAR_MISSES_NAMED. By product_sku_in_any_case. */
export async function findLikelySkus(connection: Connection, sku: string): Promise<readonly string[]> {
  // OFFSET keeps Postgres from joining the other way round: each text is one look into the index, so the number of products
  // does not matter.
  const { rows } = await connection.query<{ sku: string }>(
    `SELECT product.sku
     FROM unnest($1::text[]) WITH ORDINALITY AS near (text, place)
     CROSS JOIN LATERAL (SELECT sku FROM product WHERE lower(sku) = near.text OFFSET 0) AS product
     GROUP BY product.sku ORDER BY min(near.place), product.sku LIMIT $2`,
    [[...new Set(likelySkus(sku).map((near) => near.toLowerCase()))], NEAR_MISSES_NAMED],
  );
  const skus = rows.map((product) => product.sku);
  // Where only the case differs, nothing else was meant.
  const sameButCase = skus.filter((near) => near.toLowerCase() === sku.toLowerCase());
  return sameButCase.length > 0 ? sameButCase : skus;
}
