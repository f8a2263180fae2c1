/** Which inventory item of a shop is which product: matched by exact SKU, the whole shop at once. */
import type { ShopMapping } from '../../domain/catalogue.ts';
import { AtpError } from '../../domain/errors.ts';
import { CHECK_SKUS_NAMED } from '../../domain/limits.ts';
import { ITEM_FAULTS } from '../../domain/row-decision.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { joinWholeTables } from '../whole-pass.ts';
import type { ReadingId } from './catalogue-reading.ts';
import { matchBySku } from './sku-matching.ts';
import { replaceUnmanaged } from './unmanaged-variants.ts';
import { holdUnmapping } from './unmapping.ts';
import { IS_NOT_ON_ITS_WAY, NOT_APPLIED_SINCE } from '../lane/quarantined-rows.ts';

/**
 * Replaces a shop's mapping by what a complete reading of its catalogue says. Products that are no longer in it are unmapped.
 * A product keeps an item that still carries its SKU, also when a second one comes to carry it. A product with another item
 * than before is owed (cause REMAPPED), so that the next file has it whatever its quantity. A quarantined product is owed
 * (cause MENDED) when its item is tracked and stocked now.
 *
 * When too many would be unmapped, they keep their items, and are held until a person approves.
 *
 * All of it or nothing, once: asked again, it returns what it has found then. The reading is copied into a temporary table
 * first; only then one short transaction compares and writes.
 *
 * @param isApproved a person lets those be unmapped that the mapping before has held
 * @throws AtpError SHOP_UNKNOWN, SHOP_CATALOGUE_EMPTY, CATALOGUE_READING_OVER
 */
export async function matchCatalogue(
  database: Database,
  id: ReadingId,
  { isApproved = false }: { readonly isApproved?: boolean } = {},
): Promise<ShopMapping> {
  const { shopId } = id;
  return database.session(async (session) => {
    await session.query(
      `CREATE TEMPORARY TABLE catalogue AS
       SELECT sku, inventory_item_id, variant_id, tracked, level_active, sells_below_zero
       FROM catalogue_variant WHERE shop_id = $1`,
      [shopId],
    );
    await session.query('ANALYZE catalogue');
    return runInTransaction(session, 'BEGIN', async () => {
      await joinWholeTables(session);
      await lockShop(session, shopId);
      const found = await lockReading(session, id);
      if (found !== null) return found;
      await refuseAnEmptyCatalogue(session, shopId);
      await matchBySku(session, shopId);
      await holdUnmapping(session, shopId, isApproved);
      const mapping = await countMapping(session, shopId);
      await oweRemapped(session, shopId);
      await oweMended(session, shopId);
      await replaceMapping(session, shopId);
      await replaceFindings(session, shopId);
      await replaceUnmanaged(session, shopId);
      await session.query('UPDATE catalogue_reading SET result = $2 WHERE shop_id = $1', [shopId, mapping]);
      await session.query('DELETE FROM catalogue_variant WHERE shop_id = $1', [shopId]);
      return mapping;
    });
  });
}

/** What the reading was matched to; null: it was not yet. A complete reading of the shop's location of now counts. */
async function lockReading(session: Connection, { shopId, reading }: ReadingId): Promise<ShopMapping | null> {
  const { rows } = await session.query<{ result: ShopMapping | null }>(
    `SELECT result FROM catalogue_reading JOIN shop USING (shop_id, location_id)
     WHERE shop_id = $1 AND reading = $2 AND is_complete FOR UPDATE OF catalogue_reading`,
    [shopId, reading],
  );
  if (!rows[0]) throw new AtpError('CATALOGUE_READING_OVER', { shopId });
  return rows[0].result;
}

/**
 * A shop with mapped products does not become empty overnight: more likely the answer is wrong, and would unmap all of
 * them.
 */
async function refuseAnEmptyCatalogue(session: Connection, shopId: string): Promise<void> {
  const { rowCount } = await session.query(
    `SELECT FROM shop_product WHERE shop_id = $1 AND NOT EXISTS (SELECT FROM catalogue WHERE sku IS NOT NULL) LIMIT 1`,
    [shopId],
  );
  if (rowCount !== 0) throw new AtpError('SHOP_CATALOGUE_EMPTY', { shopId });
}

/** Of two mappings of a shop at once, the later one waits. Rows that only refer to the shop do not wait. */
async function lockShop(session: Connection, shopId: string): Promise<void> {
  const { rowCount } = await session.query('SELECT FROM shop WHERE shop_id = $1 FOR NO KEY UPDATE', [shopId]);
  if (rowCount === 0) throw new AtpError('SHOP_UNKNOWN', { shopId });
}

/**
 * Owes the products whose item differs from the mapping, and those that come back after they were unmapped: what was
 * published for them meanwhile never arrived.
 */
async function oweRemapped(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT $1, matched.product_id, 'REMAPPED', least(now(), ${NOT_APPLIED_SINCE})
     FROM matched
     LEFT JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = matched.product_id
     LEFT JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = matched.product_id
     LEFT JOIN published_row AS published
       ON published.shop_id = $1 AND published.product_id = matched.product_id
     WHERE matched.is_unique AND CASE WHEN mapped.product_id IS NULL THEN published.product_id IS NOT NULL
       ELSE mapped.inventory_item_id <> matched.inventory_item_id END
     ON CONFLICT DO NOTHING`,
    [shopId],
  );
}

/**
 * Owes the quarantined products whose cause is gone, by what the catalogue says of their items now; not those that a
 * waiting file will try again. By the index applied_row_set_apart.
 */
async function oweMended(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT applied.shop_id, applied.product_id, 'MENDED', ${NOT_APPLIED_SINCE}
     FROM applied_row AS applied JOIN matched USING (product_id)
     WHERE applied.shop_id = $1 AND applied.outcome = 'QUARANTINED' AND applied.error_code = ANY($2)
       AND matched.is_unique AND matched.tracked AND matched.level_active AND ${IS_NOT_ON_ITS_WAY}
     ORDER BY applied.product_id
     ON CONFLICT DO NOTHING`,
    [shopId, ITEM_FAULTS],
  );
}

/** Deleted before inserted: two products may have exchanged their items, and an item belongs to one. */
async function replaceMapping(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `DELETE FROM shop_product AS mapped
     WHERE shop_id = $1 AND NOT EXISTS (
       SELECT FROM matched
       WHERE is_unique AND matched.product_id = mapped.product_id
         AND matched.inventory_item_id = mapped.inventory_item_id)`,
    [shopId],
  );
  await session.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
     SELECT $1, product_id, inventory_item_id, variant_id FROM matched WHERE is_unique
     ON CONFLICT (shop_id, product_id) DO UPDATE SET variant_id = excluded.variant_id
       WHERE shop_product.variant_id <> excluded.variant_id`,
    [shopId],
  );
}

/**
 * In SQL: products that no variant carries the SKU of, and of which nothing was ever published to shop $1. Several that carry it but for case are
 * none that does, and no finding names them.
 */
const NOT_ON_SHOPIFY = `
  FROM product
  WHERE NOT EXISTS (SELECT FROM matched
      WHERE matched.product_id = product.product_id AND (is_unique IS NOT NULL OR is_nearly))
    AND NOT EXISTS (SELECT FROM published_row AS published
      WHERE published.shop_id = $1 AND published.product_id = product.product_id)`;

/** For `atp doctor`, which names the products. */
async function replaceFindings(session: Connection, shopId: string): Promise<void> {
  await session.query('DELETE FROM mapping_finding WHERE shop_id = $1', [shopId]);
  await session.query(
    `INSERT INTO mapping_finding (shop_id, product_id, finding)
     SELECT $1, product_id, finding
     FROM matched CROSS JOIN LATERAL (VALUES
       ('AMBIGUOUS', NOT is_unique), ('NAMESAKE', is_unique AND items > 1),
       ('NEARLY', is_nearly), ('LEAVING', is_held), ('UNTRACKED', is_unique AND NOT tracked),
       ('INACTIVE', is_unique AND NOT level_active), ('SELLS_BELOW_ZERO', is_unique AND sells_below_zero)
     ) AS found (finding, is_so)
     WHERE is_so`,
    [shopId],
  );
  await session.query(
    `UPDATE shop SET mapped_at = now(), not_on_shopify = jsonb_build_object(
       'count', (SELECT count(*) ${NOT_ON_SHOPIFY}), 'skus', ARRAY(SELECT sku ${NOT_ON_SHOPIFY} ORDER BY sku LIMIT $2))
     WHERE shop_id = $1`,
    [shopId, CHECK_SKUS_NAMED],
  );
}

/** Before the mapping is replaced: what changes is counted, too. */
async function countMapping(session: Connection, shopId: string): Promise<ShopMapping> {
  const { rows } = await session.query<ShopMapping>(
    `SELECT count(*) FILTER (WHERE is_unique) AS mapped,
      count(*) FILTER (WHERE is_unique IS NOT TRUE) AS unmapped,
      count(*) FILTER (WHERE NOT is_unique) AS duplicates,
      count(*) FILTER (WHERE is_unique AND items > 1) AS namesakes,
      count(*) FILTER (WHERE is_unique AND NOT level_active) AS inactive,
      count(*) FILTER (WHERE is_unique AND NOT tracked) AS untracked,
      count(*) FILTER (WHERE is_nearly) AS nearly,
      count(*) FILTER (WHERE is_held) AS held,
      count(*) FILTER (WHERE is_unique AND before IS NULL) AS added,
      count(*) FILTER (WHERE is_unique AND before <> matched.inventory_item_id) AS moved,
      count(*) FILTER (WHERE is_unique IS NOT TRUE AND before IS NOT NULL) AS removed
    FROM product
    LEFT JOIN matched USING (product_id)
    LEFT JOIN (SELECT product_id, inventory_item_id AS before FROM shop_product WHERE shop_id = $1) AS mapped
      USING (product_id)`,
    [shopId],
  );
  const [mapping] = rows;
  if (!mapping) throw new Error('The database returned no counts.');
  return mapping;
}
