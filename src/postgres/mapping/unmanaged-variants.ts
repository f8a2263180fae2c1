/** Variants of a shop that no product is mapped to: which there are, and what a verification has seen of them. */
import { CHECK_SKUS_NAMED, DIFFERENCES_LISTED_MAX, SHOWN_TEXT_LENGTH_MAX } from '../../domain/limits.ts';
import { showText } from '../../domain/shown-text.ts';
import {
  CAUSES_FOR_A_PERSON,
  type FoundVariants,
  type UnmanagedStock,
} from '../../domain/unmanaged-stock.ts';
import type { Connection, Database } from '../database.ts';
import { dismissLeftItems, IS_LEFT, listUndecidedItems, type LeftItemKey } from '../lane/left-items.ts';
import { looseKey } from './sku-matching.ts';

/**
 * In the transaction that has replaced the mapping, of `catalogue`. What stays unmanaged keeps what is known of it, and a row
 * that stays as it is is neither written nor locked: left to ON CONFLICT, each would be, and logged.
 */
export async function replaceUnmanaged(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `CREATE TEMPORARY TABLE unmanaged ON COMMIT DROP AS
     SELECT inventory_item_id, min(sku) AS sku FROM catalogue
     WHERE tracked AND level_active AND NOT EXISTS (SELECT FROM shop_product AS mapped
       WHERE mapped.shop_id = $1 AND mapped.inventory_item_id = catalogue.inventory_item_id)
     GROUP BY inventory_item_id`,
    [shopId],
  );
  await session.query('ANALYZE unmanaged');
  await session.query(
    `DELETE FROM unmanaged_variant AS known WHERE shop_id = $1 AND NOT EXISTS (
       SELECT FROM unmanaged WHERE unmanaged.inventory_item_id = known.inventory_item_id)`,
    [shopId],
  );
  await session.query(
    `INSERT INTO unmanaged_variant AS known (shop_id, inventory_item_id, sku)
     SELECT $1, inventory_item_id, sku FROM unmanaged
     WHERE NOT EXISTS (SELECT FROM unmanaged_variant AS same
       WHERE same.shop_id = $1 AND same.inventory_item_id = unmanaged.inventory_item_id
         AND same.sku IS NOT DISTINCT FROM unmanaged.sku)
     ORDER BY inventory_item_id
     ON CONFLICT (shop_id, inventory_item_id) DO UPDATE SET sku = excluded.sku
       WHERE known.sku IS DISTINCT FROM excluded.sku`,
    [shopId],
  );
}

/**
 * In SQL, of a row `found` of unmanaged_variant, of shop $1: no product is mapped to it, also since the last mapping. The planner is not told
 * which shop, so that it expects many products of it, and reads none of them twice (decision 0094).
 */
const IS_UNMANAGED = `NOT EXISTS (SELECT FROM shop_product AS mapped
  WHERE mapped.shop_id = (SELECT $1) AND mapped.inventory_item_id = found.inventory_item_id)`;

/**
 * The items that this run reads next, those first that were read longest ago. By the index unmanaged_variant_next.
 *
 * @param run the run that reads; what it has read already is left out
 */
export async function listUnmanagedToRead(
  database: Database,
  { shopId, run, limit }: { readonly shopId: string; readonly run: string; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await database.query<{ inventoryItemId: string }>(
    `SELECT inventory_item_id AS "inventoryItemId" FROM unmanaged_variant AS found
     WHERE shop_id = $1 AND read_by IS DISTINCT FROM $2 AND ${IS_UNMANAGED}
     ORDER BY read_at NULLS FIRST, inventory_item_id LIMIT $3`,
    [shopId, run, limit],
  );
  return rows.map(({ inventoryItemId }) => inventoryItemId);
}

/** Records the units for sale of each item. An item that a mapping has met meanwhile is left out. */
export async function recordUnmanagedUnits(
  database: Database,
  { shopId, run }: { readonly shopId: string; readonly run: string },
  items: readonly { readonly inventoryItemId: string; readonly units: number }[],
): Promise<void> {
  await database.query(
    // In key order, as a mapping writes them, so that the two cannot wait for each other in a circle.
    `WITH seen AS (
       SELECT found.inventory_item_id, seen.units FROM unmanaged_variant AS found
       JOIN unnest($3::text[], $4::integer[]) AS seen (inventory_item_id, units) USING (inventory_item_id)
       WHERE found.shop_id = $1 ORDER BY found.inventory_item_id FOR UPDATE OF found
     )
     UPDATE unmanaged_variant AS found SET units = seen.units, read_at = clock_timestamp(), read_by = $2,
       units_since = CASE WHEN seen.units > 0 THEN coalesce(units_since, clock_timestamp()) END
     FROM seen WHERE found.shop_id = $1 AND found.inventory_item_id = seen.inventory_item_id`,
    [shopId, run, items.map(({ inventoryItemId }) => inventoryItemId), items.map(({ units }) => units)],
  );
}

/** In SQL: items of the shop $1 that products have left at the location that it has now. */
const LEFT_HERE = `left_here AS (
  SELECT item.inventory_item_id, item.state FROM left_item AS item JOIN shop USING (shop_id, location_id)
  WHERE shop_id = $1 AND ${IS_LEFT}
)`;

/** In SQL: SKUs of products that come close to one of the catalogue, as they are compared. */
const NEAR = `near AS MATERIALIZED (
  SELECT DISTINCT ${looseKey('sku')} AS key FROM mapping_finding JOIN product USING (product_id)
  WHERE shop_id = $1 AND finding = 'NEARLY'
)`;

/** In SQL, of a row `found` of unmanaged_variant, after NEAR. Mostly there are none, and then no key is made. */
const IS_NEAR = `EXISTS (SELECT FROM near) AND ${looseKey('found.sku')} IN (SELECT key FROM near)`;

/** In SQL: the variants of the shop $1 that had units when they were read last, each with its cause. */
const STOCK = `
  WITH ${LEFT_HERE}, ${NEAR}
  SELECT found.inventory_item_id, found.sku, found.units, found.units_since, CASE
      WHEN item.state IN ('WAITING', 'DRAINING') THEN 'LEAVING'
      WHEN item.state IS NOT NULL THEN 'LEFT_ON_SALE'
      WHEN found.dismissed_at IS NOT NULL THEN 'DISMISSED'
      WHEN found.sku IS NULL THEN 'NO_SKU'
      WHEN finding.finding = 'LEAVING' THEN 'MAPPING_HELD'
      WHEN finding.finding IS NOT NULL THEN finding.finding
      WHEN product.product_id IS NOT NULL THEN 'NOT_MAPPED_YET'
      WHEN ${IS_NEAR} THEN 'NEARLY'
      ELSE 'NO_PRODUCT' END AS cause
  FROM unmanaged_variant AS found
  LEFT JOIN left_here AS item USING (inventory_item_id)
  LEFT JOIN product ON product.sku = found.sku
  LEFT JOIN (
    SELECT product_id, min(finding) AS finding FROM mapping_finding
    WHERE shop_id = $1 AND finding IN ('NAMESAKE', 'AMBIGUOUS', 'LEAVING') GROUP BY product_id
  ) AS finding USING (product_id)
  WHERE found.shop_id = $1 AND found.units > 0 AND ${IS_UNMANAGED}`;

/** What this run has read, and of all variants those that had units when they were read last. */
export async function summarizeUnmanaged(
  database: Database,
  { shopId, run }: { readonly shopId: string; readonly run: string },
): Promise<UnmanagedStock> {
  const [counts] = await database.query<{ read: number; notRead: number }>(
    `SELECT count(*) FILTER (WHERE read_by = $2) AS read, count(*) FILTER (WHERE read_by IS DISTINCT FROM $2) AS "notRead"
     FROM unmanaged_variant AS found WHERE shop_id = $1 AND ${IS_UNMANAGED}`,
    [shopId, run],
  );
  const [stock] = await database.query<Pick<UnmanagedStock, 'causes' | 'listed'>>(
    `WITH stock AS MATERIALIZED (${STOCK}), listed AS (
       SELECT sku, inventory_item_id, units, cause FROM stock
       ORDER BY cause = ANY ($2) DESC, units DESC, sku, inventory_item_id LIMIT $3
     )
     SELECT (SELECT coalesce(json_object_agg(cause, variants ORDER BY cause), '{}')
         FROM (SELECT cause, count(*) AS variants FROM stock GROUP BY cause) AS of_cause) AS causes,
       (SELECT coalesce(json_agg(json_build_object(
           'sku', sku, 'inventoryItemId', inventory_item_id, 'units', units, 'cause', cause)
         ORDER BY cause = ANY ($2) DESC, units DESC, sku, inventory_item_id), '[]') FROM listed) AS listed`,
    [shopId, CAUSES_FOR_A_PERSON, DIFFERENCES_LISTED_MAX],
  );
  const { read = 0, notRead = 0 } = counts ?? {};
  return { read, notRead, causes: stock?.causes ?? {}, listed: stock?.listed ?? [] };
}

/**
 * In SQL, after LEFT_HERE and NEAR: `told`, of the shop $1, with the causes UNMANAGED_TOLD. Said as conditions, because most are
 * asked of whole tables at once then, and no cause is made for a variant that is not told. By the index unmanaged_variant_told.
 */
const TOLD = `told AS MATERIALIZED (
  SELECT found.inventory_item_id, found.sku, found.units, found.units_since
  FROM unmanaged_variant AS found
  WHERE found.shop_id = $1 AND found.units > 0 AND found.dismissed_at IS NULL AND ${IS_UNMANAGED}
    AND NOT EXISTS (SELECT FROM left_here WHERE left_here.inventory_item_id = found.inventory_item_id)
    AND NOT EXISTS (SELECT FROM product WHERE product.sku = found.sku)
    AND (${IS_NEAR}) IS NOT TRUE
)`;

/**
 * What a person is told of: nobody looks after these variants, as far as we know. Null: there are none. 90,000 of them took 1.3 s
 * beside 100,000 products, with a load of 18.
 */
export async function findUnmanagedStock(
  database: Database,
  shopId: string,
): Promise<(FoundVariants & { readonly since: Date }) | null> {
  const [found] = await database.query<FoundVariants & { readonly since: Date | null }>(
    `WITH ${LEFT_HERE}, ${NEAR}, ${TOLD}
     SELECT count(*) AS variants, coalesce(sum(units), 0)::bigint AS units, min(units_since) AS since,
       ARRAY(SELECT coalesce(sku, inventory_item_id) FROM told
         ORDER BY units DESC, inventory_item_id COLLATE "C" LIMIT $2) AS names
     FROM told`,
    [shopId, CHECK_SKUS_NAMED],
  );
  if (!found || found.since === null) return null;
  const names = found.names.map((name) => showText(name, SHOWN_TEXT_LENGTH_MAX));
  return { ...found, since: found.since, names };
}

/** What a person can leave to somebody else. */
export interface Dismissible {
  /** Items that products have left, and that wait for a person. */
  readonly left: readonly LeftItemKey[];
  /** Items of variants of which a person is told. */
  readonly variants: readonly string[];
}

export async function listDismissible(database: Database, shopId: string): Promise<Dismissible> {
  const left = await listUndecidedItems(database, shopId);
  const told = await database.query<{ inventoryItemId: string }>(
    `WITH ${LEFT_HERE}, ${NEAR}, ${TOLD} SELECT inventory_item_id AS "inventoryItemId" FROM told`,
    [shopId],
  );
  return { left, variants: told.map(({ inventoryItemId }) => inventoryItemId) };
}

/**
 * A person has looked at these, and nothing of ours is to be done about them. What was found since they were listed is not
 * dismissed. Returns how many items that are.
 */
export async function dismissUnmanaged(
  database: Database,
  shopId: string,
  { left: seen, variants }: Dismissible,
): Promise<number> {
  return database.transaction(async (connection) => {
    const left = await dismissLeftItems(connection, shopId, seen);
    // What was left here is a variant like the others from now on; the next mapping has its SKU.
    const here = left.filter(({ isHere }) => isHere).map(({ inventoryItemId }) => inventoryItemId);
    await connection.query(
      `INSERT INTO unmanaged_variant (shop_id, inventory_item_id, dismissed_at)
       SELECT $1, item, clock_timestamp() FROM unnest($2::text[]) AS item ORDER BY item
       ON CONFLICT (shop_id, inventory_item_id) DO UPDATE SET dismissed_at = excluded.dismissed_at`,
      [shopId, [...new Set([...variants, ...here])]],
    );
    return variants.length + left.length;
  });
}
