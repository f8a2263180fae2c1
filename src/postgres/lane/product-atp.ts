/** Online ATP of some products beside what a shop was told of them. */
import type { Database } from '../database.ts';
import { onlineAtpSelect, placesCte } from '../online-atp/online-atp.ts';

/** What a shop is told of a product. */
export interface ProductAtp {
  readonly productId: string;
  readonly onlineAtp: number;
  /** What the last file said that had it, and what our last push has left on Shopify; null: none was. */
  readonly published: number | null;
  readonly lastKnown: number | null;
}

/** Online ATP of these products in a group, and how far it has come in a shop. */
export async function readAtpOf(
  database: Database,
  productIds: readonly string[],
  { facilityGroupId, shopId }: { readonly facilityGroupId: string; readonly shopId: string | null },
): Promise<readonly ProductAtp[]> {
  const scope = { group: '$2', at: 'now()' };
  return database.query<ProductAtp>(
    `WITH ${placesCte(scope)}, candidate AS MATERIALIZED (
       SELECT unnest AS product_id FROM unnest($1::text[])
     )
     SELECT atp.product_id AS "productId", atp.online_atp AS "onlineAtp", published.quantity AS published,
       applied.last_known AS "lastKnown"
     FROM (${onlineAtpSelect({ ...scope, candidates: 'candidate', access: 'few' })}) AS atp
     LEFT JOIN published_row AS published ON published.shop_id = $3 AND published.product_id = atp.product_id
     LEFT JOIN applied_row AS applied ON applied.shop_id = $3 AND applied.product_id = atp.product_id`,
    [productIds, facilityGroupId, shopId],
  );
}
