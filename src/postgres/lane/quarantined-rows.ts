/** Products whose last file could not be applied to them, and their way back: the next file has them again. */
import { AtpError } from '../../domain/errors.ts';
import { ITEM_FAULTS } from '../../domain/row-decision.ts';
import type { Connection, Database } from '../database.ts';

/** In SQL, of a row `applied` of applied_row: its file was not applied to the product. As in applied_row_set_apart. */
export const WAS_NOT_APPLIED = `applied.outcome IN ('QUARANTINED', 'OWED')`;

/**
 * In SQL, of a row `applied` of applied_row: since when its oldest change waits that Shopify does not show; null: it was
 * applied, or it is not there. A release before this one did not record it.
 */
export const NOT_APPLIED_SINCE = `(CASE WHEN ${WAS_NOT_APPLIED}
  THEN coalesce(applied.changed_at, applied.settled_at) END)`;

/**
 * Carries out a person's release: the next file has the product again, or every one whose last file was not applied to
 * it when `sku` is null. Returns how many. By the index applied_row_set_apart.
 *
 * @throws AtpError PRODUCT_NOT_SET_APART
 */
export async function release(connection: Connection, shopId: string, sku: string | null): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    `WITH released AS (
       SELECT applied.product_id, ${NOT_APPLIED_SINCE} AS changed_at
       FROM applied_row AS applied JOIN product USING (product_id)
       -- A product that is not mapped any more comes with no file.
       JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = applied.product_id
       WHERE applied.shop_id = $1 AND ${WAS_NOT_APPLIED} AND ($2::text IS NULL OR sku = $2)
     ), owed AS (
       INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
       SELECT $1, product_id, 'RELEASED', changed_at FROM released ORDER BY product_id
       ON CONFLICT DO NOTHING
     )
     SELECT count(*) AS count FROM released`,
    [shopId, sku],
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) throw new AtpError('PRODUCT_NOT_SET_APART', { shopId, sku });
  return count;
}

/** A product whose last file was not applied to it. */
export interface SetApartProduct {
  readonly sku: string;
  readonly sequence: number;
  readonly outcome: 'QUARANTINED' | 'OWED';
  readonly code: string;
  readonly message: string;
  /** What was to be written, and what Shopify showed then; null: it showed no quantity. */
  readonly target: number;
  readonly observed: number | null;
  /** Units on Shopify after our last push; null: it was never pushed. */
  readonly lastKnown: number | null;
  readonly settledAt: Date;
  /** Since when its oldest change waits. */
  readonly since: Date;
  /** The next file has the product again already. */
  readonly owed: boolean;
}

/** Such products by SKU, after the SKU `after`. By the index applied_row_set_apart. */
export async function listSetApart(
  database: Database,
  shopId: string,
  page: { readonly code: string | null; readonly after: string | null; readonly limit: number },
): Promise<readonly SetApartProduct[]> {
  return database.query<SetApartProduct>(
    `SELECT product.sku, applied.sequence, applied.outcome, applied.error_code AS code,
       applied.error_message AS message, applied.target, applied.observed, applied.last_known AS "lastKnown",
       applied.settled_at AS "settledAt", ${NOT_APPLIED_SINCE} AS since,
       EXISTS (SELECT FROM owed_row AS owed
         WHERE owed.shop_id = applied.shop_id AND owed.product_id = applied.product_id) AS owed
     FROM applied_row AS applied JOIN product USING (product_id)
     JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE applied.shop_id = $1 AND ${WAS_NOT_APPLIED} AND ($2::text IS NULL OR applied.error_code = $2)
       AND ($3::text IS NULL OR product.sku > $3)
     ORDER BY product.sku LIMIT $4`,
    [shopId, page.code, page.after, page.limit],
  );
}

/** A quarantined product and the item that it had then. */
export interface QuarantinedProduct {
  readonly productId: string;
  readonly inventoryItemId: string;
  /** The file by which it was quarantined. */
  readonly sequence: number;
}

/**
 * Quarantined products whose fault is one of the item: a look at it tells whether the fault is gone. Those that were
 * looked at longest ago come first. Not those that a later file has anyway, or the next one will have. By the index
 * applied_row_set_apart.
 */
export async function listQuarantinedToRecheck(
  database: Database,
  shopId: string,
  limit: number,
): Promise<readonly QuarantinedProduct[]> {
  return database.query<QuarantinedProduct>(
    `SELECT applied.product_id AS "productId", mapped.inventory_item_id AS "inventoryItemId", applied.sequence
     FROM applied_row AS applied
     JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE applied.shop_id = $1 AND applied.outcome = 'QUARANTINED' AND applied.error_code = ANY($2)
       AND ${IS_NOT_ON_ITS_WAY}
     ORDER BY applied.looked_at NULLS FIRST, applied.product_id LIMIT $3`,
    [shopId, ITEM_FAULTS, limit],
  );
}

/** In SQL, of a row `applied` of applied_row: no later file has the product, and the next one would not have it. */
export const IS_NOT_ON_ITS_WAY = `
  NOT EXISTS (SELECT FROM owed_row AS owed
    WHERE owed.shop_id = applied.shop_id AND owed.product_id = applied.product_id)
  AND NOT EXISTS (SELECT FROM published_row AS published
    WHERE published.shop_id = applied.shop_id AND published.product_id = applied.product_id
      AND published.sequence > applied.sequence)`;

/**
 * Records that these quarantined items were looked at, and owes the products whose fault is gone (cause MENDED), unless
 * a later file has settled them meanwhile. Returns how many.
 */
export async function oweMended(
  database: Database,
  shopId: string,
  lookedAt: readonly QuarantinedProduct[],
  mended: readonly QuarantinedProduct[],
): Promise<number> {
  return database.transaction(async (connection) => {
    const { rowCount } = await connection.query(
      `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
       SELECT applied.shop_id, applied.product_id, 'MENDED', ${NOT_APPLIED_SINCE}
       FROM unnest($2::text[], $3::bigint[]) AS mended (product_id, sequence)
       JOIN applied_row AS applied
         ON applied.shop_id = $1 AND applied.product_id = mended.product_id
           AND applied.sequence = mended.sequence AND applied.outcome = 'QUARANTINED'
       ORDER BY applied.product_id
       ON CONFLICT DO NOTHING`,
      [shopId, mended.map(({ productId }) => productId), mended.map(({ sequence }) => sequence)],
    );
    // In key order, as the lane settles its rows, so that the two cannot wait for each other in a circle.
    await connection.query(
      `WITH looked AS (
         SELECT product_id FROM applied_row
         WHERE shop_id = $1 AND product_id = ANY($2) AND outcome = 'QUARANTINED'
         ORDER BY product_id FOR UPDATE
       )
       UPDATE applied_row AS applied SET looked_at = now()
       FROM looked WHERE applied.shop_id = $1 AND applied.product_id = looked.product_id`,
      [shopId, lookedAt.map(({ productId }) => productId)],
    );
    return rowCount ?? 0;
  });
}
