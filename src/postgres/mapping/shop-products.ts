/** Which inventory item of a shop is which product: matched by exact SKU, the whole shop at once. */
import type { CatalogueVariant, ShopMapping } from '../../domain/catalogue.ts';
import { AtpError } from '../../domain/errors.ts';
import { ITEM_FAULTS } from '../../domain/row-decision.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { IS_NOT_ON_ITS_WAY, NOT_APPLIED_SINCE } from '../lane/quarantined-rows.ts';

/**
 * Replaces a shop's mapping by what its catalogue says now. Products that are no longer in it are unmapped. A product keeps
 * an item that still carries its SKU, also when a second one comes to carry it. A product
 * with another item than before is owed (cause REMAPPED), so that the next file has it whatever its quantity. A
 * quarantined product is owed (cause MENDED) when its item is tracked and stocked now.
 *
 * The catalogue streams into a temporary table first, in statements of their own; only then one short transaction
 * compares and writes. When `pages` fails, the mapping stays as it was.
 *
 * @throws AtpError SHOP_UNKNOWN, SHOP_CATALOGUE_EMPTY
 */
export async function replaceShopProducts(
  database: Database,
  shopId: string,
  pages: AsyncIterable<readonly CatalogueVariant[]>,
): Promise<ShopMapping> {
  return database.session(async (session) => {
    await session.query(`
      CREATE TEMPORARY TABLE catalogue (
        sku text NOT NULL, inventory_item_id text NOT NULL, variant_id text NOT NULL,
        tracked boolean NOT NULL, level_active boolean NOT NULL, sells_below_zero boolean NOT NULL
      )`);
    for await (const page of pages) await keepPage(session, page);
    await session.query('ANALYZE catalogue');
    return runInTransaction(session, 'BEGIN', async () => {
      await lockShop(session, shopId);
      await refuseAnEmptyCatalogue(session, shopId);
      await matchBySku(session, shopId);
      await oweRemapped(session, shopId);
      await oweMended(session, shopId);
      await replaceMapping(session, shopId);
      await replaceFindings(session, shopId);
      return countMapping(session);
    });
  });
}

async function keepPage(session: Connection, page: readonly CatalogueVariant[]): Promise<void> {
  const named = page.filter(({ sku }) => sku !== null);
  await session.query(
    `INSERT INTO catalogue
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::boolean[])`,
    [
      named.map(({ sku }) => sku),
      named.map(({ inventoryItemId }) => inventoryItemId),
      named.map(({ variantId }) => variantId),
      named.map(({ tracked }) => tracked),
      named.map(({ levelActive }) => levelActive),
      named.map(({ inventoryPolicy }) => inventoryPolicy === 'CONTINUE'),
    ],
  );
}

/**
 * A shop with mapped products does not become empty overnight: more likely the answer is wrong, and would unmap all of
 * them.
 */
async function refuseAnEmptyCatalogue(session: Connection, shopId: string): Promise<void> {
  const { rowCount } = await session.query(
    `SELECT FROM shop_product WHERE shop_id = $1 AND NOT EXISTS (SELECT FROM catalogue) LIMIT 1`,
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
 * Makes `matched`: one row for each product whose SKU is in the catalogue. `items` is how many items have the SKU. A product
 * keeps the item that it has while that carries its SKU, whoever else does. Any other product is mapped when one item has
 * its SKU, and no other product is on that item. Variants that share an item are one item.
 */
async function matchBySku(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `CREATE TEMPORARY TABLE matched (
       product_id text, items integer, inventory_item_id text, variant_id text, tracked boolean,
       level_active boolean, sells_below_zero boolean, is_unique boolean
     ) ON COMMIT DROP`,
  );
  await session.query(
    `INSERT INTO matched
     WITH carrier AS (
       SELECT product.product_id, inventory_item_id, min(catalogue.variant_id) AS variant_id,
         bool_and(tracked) AS tracked, bool_and(level_active) AS level_active,
         bool_or(sells_below_zero) AS sells_below_zero
       FROM product JOIN catalogue USING (sku)
       GROUP BY product.product_id, inventory_item_id
     ), candidate AS (
       SELECT DISTINCT ON (product_id) carrier.*, mapped IS NOT NULL AS is_kept,
         count(*) OVER (PARTITION BY product_id) AS items
       FROM carrier
       LEFT JOIN (SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = $1) AS mapped
         USING (product_id, inventory_item_id)
       ORDER BY product_id, is_kept DESC, inventory_item_id
     )
     SELECT product_id, items, inventory_item_id, variant_id, tracked, level_active, sells_below_zero,
       is_kept OR items = 1 AND count(*) FILTER (WHERE is_kept OR items = 1)
         OVER (PARTITION BY inventory_item_id) = 1
     FROM candidate`,
    [shopId],
  );
  await session.query('ANALYZE matched');
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

/** For `atp doctor`, which names the products. */
async function replaceFindings(session: Connection, shopId: string): Promise<void> {
  await session.query('DELETE FROM mapping_finding WHERE shop_id = $1', [shopId]);
  await session.query(
    `INSERT INTO mapping_finding (shop_id, product_id, finding)
     SELECT $1, product_id, finding
     FROM matched CROSS JOIN LATERAL (VALUES
       ('AMBIGUOUS', NOT is_unique), ('NAMESAKE', is_unique AND items > 1), ('UNTRACKED', is_unique AND NOT tracked),
       ('INACTIVE', is_unique AND NOT level_active), ('SELLS_BELOW_ZERO', is_unique AND sells_below_zero)
     ) AS found (finding, is_so)
     WHERE is_so`,
    [shopId],
  );
  await session.query('UPDATE shop SET mapped_at = now() WHERE shop_id = $1', [shopId]);
}

async function countMapping(session: Connection): Promise<ShopMapping> {
  const { rows } = await session.query<ShopMapping>(`
    SELECT count(*) FILTER (WHERE is_unique) AS mapped,
      count(*) FILTER (WHERE is_unique IS NOT TRUE) AS unmapped,
      count(*) FILTER (WHERE NOT is_unique) AS duplicates,
      count(*) FILTER (WHERE is_unique AND items > 1) AS namesakes,
      count(*) FILTER (WHERE is_unique AND NOT level_active) AS inactive,
      count(*) FILTER (WHERE is_unique AND NOT tracked) AS untracked
    FROM product LEFT JOIN matched USING (product_id)`);
  const [mapping] = rows;
  if (!mapping) throw new Error('The database returned no counts.');
  return mapping;
}
