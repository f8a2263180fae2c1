import { UNKNOWN_SKUS_LOOKED_UP_MAX } from '../../domain/limits.ts';
import { oddityOf } from '../../domain/recognition/unknown-sku.ts';
import type { Connection } from '../database.ts';
import { findLikelySkus } from '../master-data/unknown-product.ts';

/**
 * Adds to refused rows of unknown SKUs what may be meant: for the first UNKNOWN_SKUS_LOOKED_UP_MAX SKUs of a feed. More of
 * them mean that the feed speaks of products that are not here, and looking them up would take minutes.
 */
export async function nameLikelyProducts(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ sku: string }>(
    `SELECT detail ->> 'idValue' AS sku FROM refused_row
     WHERE code = 'PRODUCT_UNKNOWN' AND detail ->> 'idType' = 'SKU'
     GROUP BY 1 ORDER BY min(row_number) LIMIT $1`,
    [UNKNOWN_SKUS_LOOKED_UP_MAX],
  );
  for (const { sku } of rows) {
    const likely = (await findLikelySkus(connection, sku)).join(', ');
    const oddity = oddityOf(sku);
    const found = { ...(likely !== '' && { likely }), ...(oddity !== null && { oddity }) };
    if (Object.keys(found).length === 0) continue;
    await connection.query(
      `UPDATE refused_row SET detail = detail || $2
       WHERE code = 'PRODUCT_UNKNOWN' AND detail ->> 'idType' = 'SKU' AND detail ->> 'idValue' = $1`,
      [sku, JSON.stringify(found)],
    );
  }
}
