import { UNKNOWN_SKUS_LOOKED_UP_MAX } from '../../domain/limits.ts';
import { oddityOf } from '../../domain/recognition/odd-id.ts';
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
  const named: { readonly idType: string; readonly idValue: string; readonly found: string }[] = [];
  for (const { idType, idValue } of rows) {
    const likely = idType === 'SKU' ? (await findLikelySkus(connection, idValue)).join(', ') : '';
    const oddity = oddityOf(idValue);
    const found = { ...(likely !== '' && { likely }), ...(oddity !== null && { oddity }) };
    if (Object.keys(found).length > 0) named.push({ idType, idValue, found: JSON.stringify(found) });
  }
  if (named.length === 0) return;
  // In one statement: it reads all refused rows.
  await connection.query(
    `UPDATE refused_row SET detail = detail || named.found
     FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS named (id_type, id_value, found)
     WHERE code = 'PRODUCT_UNKNOWN' AND detail ->> 'idType' = named.id_type AND detail ->> 'idValue' = named.id_value`,
    [named.map(({ idType }) => idType), named.map(({ idValue }) => idValue), named.map(({ found }) => found)],
  );
}
