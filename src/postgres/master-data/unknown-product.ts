import { AtpError } from '../../domain/errors.ts';
import { NEAR_MISSES_NAMED } from '../../domain/limits.ts';
import { nearMisses } from '../../domain/near-miss.ts';
import type { Database } from '../database.ts';

/** PRODUCT_UNKNOWN for a SKU that a person has typed, with the SKUs that they may have meant. */
export async function unknownProduct(database: Database, sku: string): Promise<AtpError> {
  // OFFSET keeps Postgres from joining the other way round: each text is one look into the index of product.sku, so the
  // number of products does not matter.
  const found = await database.query<{ sku: string }>(
    `SELECT product.sku
     FROM unnest($1::text[]) WITH ORDINALITY AS near (text, place)
     CROSS JOIN LATERAL (SELECT sku FROM product WHERE sku = near.text OFFSET 0) AS product
     ORDER BY near.place LIMIT $2`,
    [nearMisses(sku), NEAR_MISSES_NAMED],
  );
  const skus = found.map((product) => product.sku);
  // Where only the case differs, nothing else was meant.
  const sameButCase = skus.filter((near) => near.toLowerCase() === sku.toLowerCase());
  const meant = (sameButCase.length > 0 ? sameButCase : skus).join(', ');
  return new AtpError('PRODUCT_UNKNOWN', { idValue: sku, ...(meant !== '' && { meant }) });
}
