/** The products of a plan, for the person who decides about it. */
import { LEDGER_REASONS } from '../../domain/feed.ts';
import type { PlanCause } from '../../domain/sync-plan.ts';
import type { Database } from '../database.ts';
import { placesCte } from '../online-atp/online-atp.ts';

/** A product that is withheld. */
export interface WithheldRow {
  readonly productId: string;
  readonly sku: string;
  /** Null: it is not mapped any more. */
  readonly inventoryItemId: string | null;
  readonly cause: PlanCause;
  /** What is published while it waits; null: nothing was published yet. */
  readonly published: number | null;
  readonly quantity: number;
  /** What we have left on Shopify at the last push; null: it was never pushed. */
  readonly lastKnown: number | null;
  /** Units that are kept back of the product, whatever a file says (src/domain/unseen-sales.ts). */
  readonly debt: number;
  /** Of the plan, when the product joined. */
  readonly revision: number;
  readonly since: Date;
  /** The newest posting that explains it: a feed and its row. Null: a setting, a mapping or a membership does. */
  readonly source: string | null;
}

/** Where a page begins: behind this product, which has moved by so many units. */
export interface PlanPosition {
  readonly units: number;
  readonly productId: string;
}

/** In SQL, of a row of `shop` and one of `applied` that may be missing. */
const DEBT = `CASE WHEN shop.sales_policy = 'overwrite' THEN 0 ELSE coalesce(applied.debt, 0) END`;

/** Units by which a row moves: what the list is ordered by, the largest first. */
const UNITS = 'abs(row.quantity::bigint - coalesce(row.withheld_quantity, 0))';

/** A posting of the ledger that explains the row: in its direction, and no order. A fall by sales is a sell-out. */
const EXPLAINS = `
  posting.quantity_on_hand_diff * CASE row.cause WHEN 'SURGE' THEN 1 ELSE -1 END > 0
  AND (row.cause <> 'COLLAPSE' OR posting.reason_enum_id = '${LEDGER_REASONS.reset}')
  AND posting.reason_enum_id <> '${LEDGER_REASONS.orderShipped}'`;

/** What a plan withholds, and how much of it would go to zero. None of a plan that is closed: its rows are removed. */
export async function countWithheld(
  database: Database,
  shopId: string,
  plan: number,
): Promise<{ readonly rows: number; readonly toZero: number }> {
  const [counts] = await database.query<{ rows: number; toZero: number }>(
    `SELECT count(*)::int AS rows, count(*) FILTER (WHERE quantity = 0)::int AS "toZero"
     FROM sync_plan_row WHERE shop_id = $1 AND plan = $2`,
    [shopId, plan],
  );
  return counts ?? { rows: 0, toZero: 0 };
}

/** What a plan would do, as a whole: products, and units before and after. */
export interface PlanTotals {
  readonly products: number;
  /** Products that nothing was published of yet: they count in no sum of before. */
  readonly unpublished: number;
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  readonly falling: number;
  readonly rising: number;
  /** Of those with units published: they would be at zero. */
  readonly toZero: number;
  /** Units of those after that would be kept back for sales that are not imported, and of how many products. */
  readonly unitsKeptBack: number;
  readonly keptBack: number;
  /** Products of these of which nothing would be left to show. */
  readonly keptBackWhole: number;
}

/** Zeros for a plan that is closed: its rows are removed. By sync_plan_row_pkey and applied_row_pkey. */
export async function sumWithheld(database: Database, shopId: string, plan: number): Promise<PlanTotals> {
  const [totals] = await database.query<PlanTotals>(
    `SELECT count(*)::int AS products, count(*) FILTER (WHERE withheld_quantity IS NULL)::int AS unpublished,
       coalesce(sum(withheld_quantity), 0)::bigint AS "unitsBefore", coalesce(sum(quantity), 0)::bigint AS "unitsAfter",
       count(*) FILTER (WHERE quantity < withheld_quantity)::int AS falling,
       count(*) FILTER (WHERE quantity > coalesce(withheld_quantity, 0))::int AS rising,
       count(*) FILTER (WHERE quantity = 0 AND withheld_quantity > 0)::int AS "toZero",
       coalesce(sum(least(quantity, ${DEBT})), 0)::bigint AS "unitsKeptBack",
       count(*) FILTER (WHERE least(quantity, ${DEBT}) > 0)::int AS "keptBack",
       count(*) FILTER (WHERE quantity > 0 AND quantity <= ${DEBT})::int AS "keptBackWhole"
     FROM sync_plan_row AS row JOIN shop USING (shop_id)
     LEFT JOIN applied_row AS applied USING (shop_id, product_id)
     WHERE shop_id = $1 AND plan = $2`,
    [shopId, plan],
  );
  if (!totals) throw new Error('A sum without groups has one row.');
  return totals;
}

/**
 * A page of a plan's rows, the largest move first. Empty for a plan that is closed: its rows are removed. The ledger is
 * read by inventory_item_detail_by_product, for the rows of the page.
 *
 * @param page `search`: only SKUs that have this text in them, in capitals or not
 */
export async function listWithheldRows(
  database: Database,
  { shopId, plan }: { readonly shopId: string; readonly plan: number },
  page: { readonly after: PlanPosition | null; readonly limit: number; readonly search: string | null },
): Promise<readonly WithheldRow[]> {
  const scope = { group: '(SELECT facility_group_id FROM shop WHERE shop_id = $1)', at: 'now()' };
  return database.query<WithheldRow>(
    `WITH ${placesCte(scope)}, page AS MATERIALIZED (
       SELECT row.*, ${UNITS} AS units FROM sync_plan_row AS row
       WHERE shop_id = $1 AND plan = $2 AND ($3::bigint IS NULL OR (-${UNITS}, product_id) > (-$3, $4))
         AND ($6::text IS NULL OR EXISTS (SELECT FROM product AS named
           WHERE named.product_id = row.product_id AND strpos(lower(named.sku), lower($6)) > 0))
       ORDER BY ${UNITS} DESC, product_id LIMIT $5
     ), hard_sync AS MATERIALIZED (
       SELECT created_at FROM upload_file WHERE shop_id = $1 AND kind = 'hard-sync'
     )
     SELECT row.product_id AS "productId", product.sku, mapped.inventory_item_id AS "inventoryItemId", row.cause,
       row.withheld_quantity AS published, row.quantity, applied.last_known AS "lastKnown", ${DEBT} AS debt, row.revision, row.since,
       explaining.source
     FROM page AS row
     JOIN product USING (product_id)
     JOIN shop ON shop.shop_id = $1
     LEFT JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = row.product_id
     LEFT JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = row.product_id
     LEFT JOIN upload_file AS file ON file.shop_id = $1 AND file.sequence = row.sequence_before
     LEFT JOIN LATERAL (
       -- Not by the ledger's primary key, backwards: the planner would read the whole of it for a product without one.
       SELECT source FROM (
         SELECT posting.inventory_item_detail_id AS id, posting.source
         FROM inventory_item_detail AS posting JOIN place USING (facility_id)
         WHERE posting.product_id = row.product_id AND place.sells AND posting.created_at >= file.created_at
           -- A Hard Sync that said the same has left the product with the number of the file before (decision 0074).
           AND posting.created_at >= coalesce(
             (SELECT max(created_at) FROM hard_sync WHERE created_at < coalesce(row.changed_at, row.since)), '-infinity')
           AND ${EXPLAINS} OFFSET 0
       ) AS found ORDER BY id DESC LIMIT 1
     ) AS explaining ON true
     ORDER BY row.units DESC, row.product_id`,
    [shopId, plan, page.after?.units ?? null, page.after?.productId ?? null, page.limit, page.search],
  );
}
