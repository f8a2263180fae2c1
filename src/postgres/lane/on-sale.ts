import type { Database } from '../database.ts';

/** What a shop sells on Shopify, as far as our last pushes tell: sales since then are in it. */
export interface OnSale {
  readonly products: number;
  readonly units: number;
  /** Whether any file was ever made for it. */
  readonly hasFiles: boolean;
  /** Whether any of its items is known. */
  readonly isMapped: boolean;
}

export async function readOnSale(database: Database, shopId: string): Promise<OnSale> {
  const [found] = await database.query<OnSale>(
    `SELECT count(*) AS products, coalesce(sum(last_known), 0)::bigint AS units,
       EXISTS (SELECT FROM upload_file WHERE shop_id = $1) AS "hasFiles",
       EXISTS (SELECT FROM shop_product WHERE shop_id = $1) AS "isMapped"
     FROM applied_row WHERE shop_id = $1 AND last_known > 0`,
    [shopId],
  );
  return found ?? { products: 0, units: 0, hasFiles: false, isMapped: false };
}
