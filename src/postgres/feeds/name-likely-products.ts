import { UNKNOWN_SKUS_LOOKED_UP_MAX } from '../../domain/limits.ts';
import { oddityOf } from '../../domain/recognition/unknown-sku.ts';
import type { Connection } from '../database.ts';
import { findLikelySkus } from '../master-data/unknown-product.ts';

/**
 * Adds to refused rows of unknown products what may be meant, and what is odd about their ids: for the first
 * UNKNOWN_SKUS_LOOKED_UP_MAX ids of a feed. More of them mean that the feed speaks of products that are not here, and looking
 * them up would take minutes.
 */
export async function nameLikelyProducts(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ idType: string; idValue: string }>(
    `SELECT detail ->> 'idType' AS "idType", detail ->> 'idValue' AS "idValue" FROM refused_row
     WHERE code = 'PRODUCT_UNKNOWN' GROUP BY 1, 2 ORDER BY min(row_number) LIMIT $1`,
    [UNKNOWN_SKUS_LOOKED_UP_MAX],
  );
  for (const { idType, idValue } of rows) {
    const likely = idType === 'SKU' ? (await findLikelySkus(connection, idValue)).join(', ') : '';
    const oddity = oddityOf(idValue);
    const found = { ...(likely !== '' && { likely }), ...(oddity !== null && { oddity }) };
    if (Object.keys(found).length === 0) continue;
    await connection.query(
      `UPDATE refused_row SET detail = detail || $3
       WHERE code = 'PRODUCT_UNKNOWN' AND detail ->> 'idType' = $1 AND detail ->> 'idValue' = $2`,
      [idType, idValue, JSON.stringify(found)],
    );
  }
}
