/** Which variant of a catalogue has the SKU of which product. */
import type { SkuMatch } from '../../domain/sku-match.ts';
import type { Connection } from '../database.ts';

/** In SQL: what is compared where SKUs are compared loosely (src/domain/sku-match.ts). */
export function looseKey(sku: string): string {
  return `regexp_replace(lower(btrim(${sku}, E' \\t\\u00a0')), '^0+(?=[0-9]+$)', '')`;
}

/** In SQL: pairs of a product and a row of the catalogue with exactly its SKU. */
const EXACTLY = 'SELECT product.product_id, catalogue.* FROM product JOIN catalogue USING (sku)';

/** The same of products whose SKU no variant has as it is, and variants that have the SKU of no product as it is. */
const LOOSELY = `
  SELECT unmatched.product_id, free.*
  FROM (
    SELECT product_id, ${looseKey('sku')} AS key FROM product
    WHERE NOT EXISTS (SELECT FROM matched WHERE matched.product_id = product.product_id)
  ) AS unmatched
  JOIN (
    SELECT catalogue.*, ${looseKey('sku')} AS key FROM catalogue
    WHERE NOT EXISTS (SELECT FROM product WHERE product.sku = catalogue.sku)
  ) AS free USING (key)`;

/**
 * Makes `matched`: one row for each product whose SKU is in the catalogue. `items` is how many items have the SKU. A product
 * keeps the item that it has while that carries its SKU, whoever else does. Any other product is mapped (`is_unique`) when one
 * item has its SKU, and no other product is on that item. Variants that share an item are one item. In a shop that compares
 * exactly, `is_nearly` tells of a product that would be mapped if it compared loosely.
 */
export async function matchBySku(session: Connection, shopId: string): Promise<void> {
  const { rows } = await session.query<{ skuMatch: SkuMatch }>(
    'SELECT sku_match AS "skuMatch" FROM shop WHERE shop_id = $1',
    [shopId],
  );
  const isLoose = rows[0]?.skuMatch === 'loose';
  await session.query(
    `CREATE TEMPORARY TABLE matched (
       product_id text, items integer, inventory_item_id text, variant_id text, tracked boolean,
       level_active boolean, sells_below_zero boolean, is_unique boolean, is_nearly boolean NOT NULL DEFAULT false,
       is_held boolean NOT NULL DEFAULT false
     ) ON COMMIT DROP`,
  );
  await addMatches(session, shopId, { pairs: EXACTLY, counts: true });
  await session.query('ANALYZE matched');
  await addMatches(session, shopId, { pairs: LOOSELY, counts: isLoose });
}

/** @param counts whether what is found is mapped; otherwise it is only told */
async function addMatches(
  session: Connection,
  shopId: string,
  { pairs, counts }: { readonly pairs: string; readonly counts: boolean },
): Promise<void> {
  await session.query(
    `INSERT INTO matched
     WITH carrier AS (
       SELECT product_id, inventory_item_id, min(variant_id) AS variant_id,
         bool_and(tracked) AS tracked, bool_and(level_active) AS level_active,
         bool_or(sells_below_zero) AS sells_below_zero
       FROM (${pairs}) AS pair
       GROUP BY product_id, inventory_item_id
     ), candidate AS (
       SELECT DISTINCT ON (product_id) carrier.*, mapped IS NOT NULL AS is_kept,
         count(*) OVER (PARTITION BY product_id) AS items
       FROM carrier
       LEFT JOIN (SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = $1) AS mapped
         USING (product_id, inventory_item_id)
       ORDER BY product_id, is_kept DESC, inventory_item_id
     ), judged AS (
       SELECT candidate.*, is_kept OR items = 1 AND count(*) FILTER (WHERE is_kept OR items = 1)
           OVER (PARTITION BY inventory_item_id) = 1 AS is_unique
       FROM candidate
     )
     SELECT product_id, items, inventory_item_id, variant_id, tracked, level_active, sells_below_zero,
       CASE WHEN $2 THEN is_unique END, NOT $2 AND is_unique
     FROM judged`,
    [shopId, counts],
  );
}
