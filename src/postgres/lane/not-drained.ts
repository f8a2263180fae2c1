import { NOT_DRAINED_NAMED_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';

/** What drains could not send to zero, and Shopify sells on: 0 products when it is done. */
export interface NotDrained {
  readonly products: number;
  readonly units: number;
  /** At most NOT_DRAINED_NAMED_MAX. */
  readonly skus: readonly string[];
}

/**
 * Rows that a drain of the shop's location has quarantined, as long as no later file has settled the product. An item that Shopify does not
 * know, or does not stock at the location, is not sold from there. Nor is one that is not tracked ours to end, unless we
 * have put units of it on sale. By applied_row_set_apart.
 */
export async function readNotDrained(database: Database, shopId: string): Promise<NotDrained> {
  const [found] = await database.query<NotDrained>(
    `SELECT count(*)::int AS products, coalesce(sum(greatest(last_known, observed)), 0)::int AS units,
       coalesce((array_agg(sku ORDER BY sku))[1:$2], '{}') AS skus
     FROM applied_row AS applied JOIN product USING (product_id)
     JOIN shop USING (shop_id)
     JOIN upload_file AS file USING (shop_id, sequence, location_id)
     WHERE applied.shop_id = $1 AND file.kind = 'drain' AND applied.outcome = 'QUARANTINED'
       AND error_code NOT IN ('ITEM_NOT_FOUND', 'LEVEL_INACTIVE')
       AND (last_known > 0 OR (observed > 0 AND error_code <> 'ITEM_NOT_TRACKED'))`,
    [shopId, NOT_DRAINED_NAMED_MAX],
  );
  return found ?? { products: 0, units: 0, skus: [] };
}
