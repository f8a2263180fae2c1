/** What verification compares with Shopify: the Online ATP of now and the product's way so far, a page at a time. */
import type { ProductOnItsWay } from '../../domain/difference.ts';
import { AtpError } from '../../domain/errors.ts';
import type { Database } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';
import { NOT_APPLIED_SINCE } from './quarantined-rows.ts';
import { onlineAtpSelect, placesCte } from '../online-atp/online-atp.ts';

export interface ProductToVerify extends ProductOnItsWay {
  readonly productId: string;
  readonly sku: string;
  readonly inventoryItemId: string;
  /** It is remembered that Shopify has too few units of it. */
  readonly isLacking: boolean;
}

interface PageRow {
  readonly productId: string;
  readonly sku: string;
  readonly inventoryItemId: string;
  readonly onlineAtp: number;
  readonly isWithheld: boolean;
  readonly publishedSequence: number | null;
  readonly publishedQuantity: number | null;
  readonly appliedSequence: number | null;
  readonly appliedOutcome: string | null;
  readonly debt: number | null;
  readonly isLacking: boolean;
  readonly lacksUnsold: boolean;
}

/** In SQL: up to when every sale of shop $1 is imported. Where orders never come in, the shop's order lag decides alone. */
const SALES_IMPORTED_UNTIL = `coalesce(${orderWatermarkSql('$1')}, (SELECT now() - order_lag FROM shop WHERE shop_id = $1))`;

/** Mapped products of the shop in the order of their ids, after `after`; with `only`, just those. By shop_product_pkey. */
export async function listProductsToVerify(
  database: Database,
  page: {
    readonly shopId: string;
    readonly after: string;
    readonly limit: number;
    readonly only: readonly string[] | null;
  },
): Promise<readonly ProductToVerify[]> {
  const scope = { group: '(SELECT facility_group_id FROM shop WHERE shop_id = $1)', at: 'now()' };
  const rows = await database.query<PageRow>(
    `WITH ${placesCte(scope)}, candidate AS MATERIALIZED (
       SELECT product_id, inventory_item_id FROM shop_product
       WHERE shop_id = $1 AND product_id > $2 AND ($4::text[] IS NULL OR product_id = ANY($4))
       ORDER BY product_id LIMIT $3
     )
     SELECT atp.product_id AS "productId", product.sku, atp.inventory_item_id AS "inventoryItemId",
       atp.online_atp AS "onlineAtp", EXISTS (
         SELECT FROM sync_plan_row JOIN sync_plan AS plan USING (shop_id, plan)
         WHERE shop_id = $1 AND product_id = atp.product_id AND plan.state = 'HELD'
       ) AS "isWithheld", published.sequence AS "publishedSequence",
       published.quantity AS "publishedQuantity", applied.sequence AS "appliedSequence",
       applied.outcome AS "appliedOutcome", applied.debt, applied.lacked_since IS NOT NULL AS "isLacking",
       coalesce(applied.lacked_since < ${SALES_IMPORTED_UNTIL}, false) AS "lacksUnsold"
     FROM (${onlineAtpSelect({ ...scope, candidates: 'candidate', carried: ['inventory_item_id'], access: 'few' })}) AS atp
     -- By their primary keys: the planner would rather read the whole of each table for each page.
     CROSS JOIN LATERAL (SELECT sku FROM product WHERE product_id = atp.product_id OFFSET 0) AS product
     LEFT JOIN LATERAL (
       SELECT sequence, quantity FROM published_row
       WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
     ) AS published ON true
     LEFT JOIN LATERAL (
       SELECT sequence, outcome, debt, lacked_since FROM applied_row
       WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
     ) AS applied ON true
     ORDER BY atp.product_id`,
    [page.shopId, page.after, page.limit, page.only],
  );
  return rows.map((row) => ({
    productId: row.productId,
    sku: row.sku,
    inventoryItemId: row.inventoryItemId,
    isLacking: row.isLacking,
    onlineAtp: row.onlineAtp,
    isWithheld: row.isWithheld,
    published:
      row.publishedSequence === null || row.publishedQuantity === null
        ? null
        : { sequence: row.publishedSequence, quantity: row.publishedQuantity },
    applied:
      row.appliedSequence === null || row.appliedOutcome === null
        ? null
        : { sequence: row.appliedSequence, outcome: row.appliedOutcome, debt: row.debt ?? 0 },
    lacksUnsold: row.lacksUnsold,
  }));
}

/**
 * Remembers of which products of a page Shopify has too few units, and since when; a push makes it forget. What a file has
 * settled since the page was read stays as it is.
 */
export async function recordLacking(
  database: Database,
  shopId: string,
  page: readonly ProductToVerify[],
  lacking: ReadonlySet<string>,
): Promise<void> {
  const turned = page.filter(({ productId, isLacking }) => lacking.has(productId) !== isLacking);
  if (turned.length === 0) return;
  await database.query(
    // In key order, as the lane settles its rows, so that the two cannot wait for each other in a circle; and each row by its key, then where
    // it was found: Postgres 15 would read the whole table for a page.
    `WITH named AS MATERIALIZED (
       SELECT * FROM unnest($2::text[], $3::bigint[], $4::boolean[]) AS seen (product_id, sequence, lacks) ORDER BY product_id
     ), seen AS (
       SELECT applied.row_id FROM named CROSS JOIN LATERAL (
         SELECT ctid AS row_id FROM applied_row AS applied
         WHERE applied.shop_id = $1 AND applied.product_id = named.product_id AND applied.sequence = named.sequence
           AND named.lacks <> (applied.lacked_since IS NOT NULL)
         OFFSET 0 FOR UPDATE
       ) AS applied
     )
     UPDATE applied_row SET lacked_since = CASE WHEN lacked_since IS NULL THEN now() END
     WHERE ctid = ANY(ARRAY(SELECT row_id FROM seen))`,
    [
      shopId,
      turned.map(({ productId }) => productId),
      turned.map(({ applied }) => applied?.sequence ?? null),
      turned.map(({ productId }) => lacking.has(productId)),
    ],
  );
}

/** How many products a whole comparison has. */
export async function countProductsToVerify(database: Database, shopId: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM shop_product WHERE shop_id = $1',
    [shopId],
  );
  return row?.count ?? 0;
}

/** `size` mapped products at random. Throws SHOP_NOT_MAPPED when there is none. */
export async function sampleProducts(
  database: Database,
  shopId: string,
  size: number,
): Promise<readonly string[]> {
  const rows = await database.query<{ productId: string }>(
    `SELECT product_id AS "productId" FROM shop_product WHERE shop_id = $1 ORDER BY random() LIMIT $2`,
    [shopId, size],
  );
  if (rows.length === 0) throw new AtpError('SHOP_NOT_MAPPED', { shopId });
  return rows.map((row) => row.productId);
}

/**
 * The next file has these products again (cause HEAL). Units that are gone from Shopify become a debt with it, since
 * they may be sales: what is known of the last push stays as it is.
 */
export async function healProducts(
  database: Database,
  shopId: string,
  productIds: readonly string[],
): Promise<void> {
  if (productIds.length === 0) return;
  await database.query(
    // In key order, as the lane settles its rows, so that the two cannot wait for each other in a circle.
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT $1, different.product_id, 'HEAL', least(now(), ${NOT_APPLIED_SINCE})
     FROM unnest($2::text[]) AS different (product_id)
     LEFT JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = different.product_id
     ORDER BY different.product_id
     ON CONFLICT DO NOTHING`,
    [shopId, productIds],
  );
}
