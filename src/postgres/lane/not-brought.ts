/** Products that their last file did not bring to Shopify, by cause. */
import { CHECK_SKUS_NAMED } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { NOT_APPLIED_SINCE, WAS_NOT_APPLIED } from './quarantined-rows.ts';

export interface NotBrought {
  /** A code of errors.ts, or why it is owed. */
  readonly cause: string;
  readonly products: number;
  /** The first CHECK_SKUS_NAMED of them. */
  readonly skus: readonly string[];
  /** When the oldest change was made that Shopify does not show. */
  readonly since: Date;
}

/** `owed`: the next file has them. `quarantined`: no file will, before their cause is gone or a person releases them. */
export interface AllNotBrought {
  readonly quarantined: readonly NotBrought[];
  readonly owed: readonly NotBrought[];
}

/** By cause, of rows `{cause, sku, since}`. The server keeps $2 SKUs of a cause in mind, however many there are. */
function byCause(rows: string): string {
  return `WITH apart AS MATERIALIZED (${rows})
    SELECT cause, count(*) AS products, min(since) AS since,
      ARRAY(SELECT sku FROM apart AS named WHERE named.cause = apart.cause ORDER BY sku LIMIT $2) AS skus
    FROM apart GROUP BY cause ORDER BY min(since), cause`;
}

/** Mapped products only. By applied_row_set_apart and owed_row_pkey. */
export async function listNotBrought(database: Database, shopId: string): Promise<AllNotBrought> {
  const quarantined = await database.query<NotBrought>(
    byCause(
      `SELECT coalesce(applied.error_code, 'ROW_REFUSED') AS cause, product.sku, ${NOT_APPLIED_SINCE} AS since
       FROM applied_row AS applied
       JOIN shop_product AS mapped USING (shop_id, product_id)
       JOIN product USING (product_id)
       WHERE applied.shop_id = $1 AND ${WAS_NOT_APPLIED} AND applied.outcome = 'QUARANTINED' AND NOT EXISTS (
         SELECT FROM owed_row AS owed
         WHERE owed.shop_id = applied.shop_id AND owed.product_id = applied.product_id)`,
    ),
    [shopId, CHECK_SKUS_NAMED],
  );
  const owed = await database.query<NotBrought>(
    byCause(
      `SELECT owed.cause, product.sku, owed.changed_at AS since
       FROM owed_row AS owed
       JOIN shop_product AS mapped USING (shop_id, product_id)
       JOIN product USING (product_id)
       WHERE owed.shop_id = $1`,
    ),
    [shopId, CHECK_SKUS_NAMED],
  );
  return { quarantined, owed };
}
