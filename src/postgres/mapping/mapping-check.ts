/** How the products matched a shop's catalogue when it was read last. */
import type { FoundProducts } from '../../domain/catalogue.ts';
import { CHECK_SKUS_NAMED } from '../../domain/limits.ts';
import type { Database } from '../database.ts';

export type MappingFinding =
  /** Several items have its SKU: not mapped. */
  | 'AMBIGUOUS'
  /** Another item has come to carry its SKU; it keeps the one that it had first. */
  | 'NAMESAKE'
  /** Its item has lost the SKU, and it keeps the item until a person approves: too many have. */
  | 'LEAVING'
  /** Not mapped; one item has its SKU but for case, blanks or leading zeros. */
  | 'NEARLY'
  | 'UNTRACKED'
  | 'INACTIVE'
  | 'SELLS_BELOW_ZERO'
  /** No variant has its SKU. */
  | 'UNMAPPED'
  /** The same, of a product that was published to the shop before. */
  | 'LOST';

export interface MappingCheck {
  /** Null: the catalogue was never read. */
  readonly mappedAt: Date | null;
  readonly mapped: number;
  readonly findings: Readonly<Partial<Record<MappingFinding, FoundProducts>>>;
}

/** Of the rows that the shop has, not of all products. UNMAPPED is as of the last mapping. */
export async function checkMapping(database: Database, shopId: string): Promise<MappingCheck> {
  const [shop] = await database.query<{
    mappedAt: Date | null;
    mapped: number;
    notOnShopify: FoundProducts | null;
  }>(
    `SELECT mapped_at AS "mappedAt", (SELECT count(*) FROM shop_product WHERE shop_id = $1) AS mapped,
       not_on_shopify AS "notOnShopify"
     FROM shop WHERE shop_id = $1`,
    [shopId],
  );
  const { mappedAt = null, mapped = 0, notOnShopify = null } = shop ?? {};
  const rows = await database.query<FoundProducts & { finding: MappingFinding }>(
    // The planner is not told which shop (decision 0094).
    `WITH found AS (
       SELECT finding, product_id FROM mapping_finding WHERE shop_id = (SELECT $1)
       UNION ALL
       SELECT 'LOST', product_id FROM published_row AS published
       WHERE shop_id = (SELECT $1)
         AND NOT EXISTS (SELECT FROM shop_product AS mapped
           WHERE mapped.shop_id = (SELECT $1) AND mapped.product_id = published.product_id)
         AND NOT EXISTS (SELECT FROM mapping_finding AS other
           WHERE other.shop_id = (SELECT $1) AND other.product_id = published.product_id
             AND finding IN ('AMBIGUOUS', 'NEARLY'))
     )
     SELECT finding, count(*) AS count, (array_agg(sku ORDER BY sku))[1:$2] AS skus
     FROM found JOIN product USING (product_id) GROUP BY finding`,
    [shopId, CHECK_SKUS_NAMED],
  );
  const findings = Object.fromEntries(rows.map(({ finding, count, skus }) => [finding, { count, skus }]));
  const isSome = notOnShopify !== null && notOnShopify.count > 0;
  return { mappedAt, mapped, findings: { ...findings, ...(isSome && { UNMAPPED: notOnShopify }) } };
}

/** When the shop's catalogue was matched last, null: never; and the products that are held. By the key of mapping_finding. */
export async function findMappingState(
  database: Database,
  shopId: string,
): Promise<{ readonly mappedAt: Date | null; readonly held: FoundProducts }> {
  const [state] = await database.query<{
    mappedAt: Date | null;
    count: number;
    skus: readonly string[] | null;
  }>(
    `SELECT mapped_at AS "mappedAt", held.* FROM shop
     CROSS JOIN LATERAL (
       SELECT count(*) AS count, (array_agg(sku ORDER BY sku))[1:$2] AS skus
       FROM mapping_finding JOIN product USING (product_id)
       WHERE shop_id = $1 AND finding = 'LEAVING'
     ) AS held
     WHERE shop_id = $1`,
    [shopId, CHECK_SKUS_NAMED],
  );
  return {
    mappedAt: state?.mappedAt ?? null,
    held: { count: state?.count ?? 0, skus: state?.skus ?? [] },
  };
}
