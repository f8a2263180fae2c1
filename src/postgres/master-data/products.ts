import { AtpError } from '../../domain/errors.ts';
import { CHECK_SKUS_NAMED } from '../../domain/limits.ts';
import { breaksUnique } from '../sql-state.ts';
import type { Database } from '../database.ts';
import { updateRow } from '../row-changes.ts';
import {
  setProductSettings,
  type OnRows,
  type ChosenProducts,
  type SettingsOfProduct,
  type SettingsPlace,
  type SettingsSet,
} from './product-settings.ts';
import { looksSql } from './looks-alike.ts';
import { unknownProduct } from './unknown-product.ts';

/** What is sold under one SKU, with its settings and, in a shop, its inventory item on Shopify. */
export interface Product {
  readonly productId: string;
  readonly sku: string;
  readonly upc: string | null;
  /** In the shop that was asked for; null when it is not mapped there. */
  readonly inventoryItemId: string | null;
  /** Where its safety stock is not 0 or its brokering is off. */
  readonly facilities: readonly FacilitySetting[];
  /** Its own thresholds, by facility group. */
  readonly thresholds: readonly { readonly facilityGroupId: string; readonly threshold: number }[];
}

export interface FacilitySetting {
  readonly facilityId: string;
  /** Units that this facility keeps back (`minimumStock`). */
  readonly safetyStock: number;
  /** N: its stock of this product is not sold online. */
  readonly allowBrokering: 'Y' | 'N';
}

/** In SQL, of the product `p`, in the shop $1. */
export const SELECT_PRODUCT = `
  SELECT p.product_id AS "productId", p.sku, p.upc, sp.inventory_item_id AS "inventoryItemId",
    coalesce((SELECT json_agg(json_build_object(
                'facilityId', pf.facility_id, 'safetyStock', pf.minimum_stock,
                'allowBrokering', CASE WHEN pf.allow_brokering THEN 'Y' ELSE 'N' END) ORDER BY pf.facility_id)
              FROM product_facility pf
              WHERE pf.product_id = p.product_id AND (pf.minimum_stock > 0 OR NOT pf.allow_brokering)),
             '[]') AS facilities,
    coalesce((SELECT json_agg(json_build_object(
                'facilityGroupId', pg.facility_group_id, 'threshold', pg.threshold) ORDER BY pg.facility_group_id)
              FROM product_facility_group pg WHERE pg.product_id = p.product_id),
             '[]') AS thresholds
  FROM product p LEFT JOIN shop_product sp ON sp.product_id = p.product_id AND sp.shop_id = $1`;

/**
 * Products by SKU, at most `limit` of them.
 *
 * @param filter.shopId whose inventory items to show
 */
export async function listProducts(
  database: Database,
  filter: {
    readonly shopId: string | null;
    readonly sku?: string | undefined;
    readonly limit: number;
    readonly after?: string | undefined;
  },
): Promise<Product[]> {
  const { shopId, sku = null, limit, after = null } = filter;
  return database.query<Product>(
    `${SELECT_PRODUCT} WHERE ($2::text IS NULL OR p.sku = $2) AND ($4::text IS NULL OR p.sku > $4)
     ORDER BY p.sku LIMIT $3`,
    [shopId, sku, limit, after],
  );
}

export async function countProducts(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(`SELECT count(*)::integer AS count FROM product`);
  return row?.count ?? 0;
}

/** @throws AtpError PRODUCT_EXISTS (its id, its SKU or its UPC) */
export async function addProduct(
  database: Database,
  product: { readonly productId: string; readonly sku: string; readonly upc?: string | undefined },
): Promise<Product> {
  const { productId, sku, upc = null } = product;
  await withProductErrors(productId, () =>
    database.query(`INSERT INTO product (product_id, sku, upc) VALUES ($1, $2, $3)`, [productId, sku, upc]),
  );
  return findProduct(database, sku);
}

/** SKUs that differ from this one only in case, or in what looks alike, the first CHECK_SKUS_NAMED of them. It reads all products. */
export async function listSkusLike(database: Database, sku: string): Promise<readonly string[]> {
  const rows = await database.query<{ sku: string }>(
    `SELECT sku FROM product WHERE lower(${looksSql('sku')}) = lower(${looksSql('$1::text')}) AND sku <> $1
     ORDER BY sku LIMIT $2`,
    [sku, CHECK_SKUS_NAMED],
  );
  return rows.map((row) => row.sku);
}

async function withProductErrors<Result>(productId: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('PRODUCT_EXISTS', { productId }, { cause: error });
    throw error;
  }
}

/** What a person may set of a product; what is undefined stays as it is. */
export interface ProductSettings {
  /** It is known by this SKU from now on. */
  readonly newSku?: string | undefined;
  /** Null: feeds can no longer name it by a UPC. */
  readonly upc?: string | null | undefined;
  readonly atFacility?: Pick<SettingsOfProduct, 'safetyStock' | 'allowBrokering'> & {
    readonly facilityId: string;
  };
  readonly inGroup?: { readonly facilityGroupId: string; readonly threshold: number | null };
}

/**
 * Sets what is given of a product, all of it or nothing. The next delta carries what Online ATP it changes; a new SKU meets its
 * variant with the next mapping.
 *
 * @throws AtpError PRODUCT_UNKNOWN, PRODUCT_EXISTS (the SKU or the UPC is another one's), FACILITY_UNKNOWN,
 *   FACILITY_GROUP_UNKNOWN
 */
export async function setProduct(
  database: Database,
  sku: string,
  { newSku, upc, atFacility, inGroup }: ProductSettings,
): Promise<void> {
  const { productId } = await findProduct(database, sku);
  await database.transaction(async (connection) => {
    const settings = { ...atFacility, ...inGroup };
    await setProductSettings(connection, [{ sku }], settings, settings);
    await withProductErrors(productId, () =>
      updateRow(connection, 'product', { product_id: productId }, { sku: newSku, upc }),
    );
  });
}

/**
 * The same settings for many products.
 *
 * @throws AtpError INPUT_INVALID (SKUs of no product), FACILITY_UNKNOWN, FACILITY_GROUP_UNKNOWN
 */
export function setProducts(
  database: Database,
  chosen: ChosenProducts,
  settings: SettingsOfProduct & SettingsPlace,
  onRows?: OnRows,
): Promise<SettingsSet> {
  return database.transaction(
    (connection) => setProductSettings(connection, chosen, settings, settings, onRows),
    'bulk',
  );
}

/** What a large feed says of it is judged already, and would be left out without a word. */
const REMOVE = `
  SELECT CASE WHEN EXISTS (SELECT FROM pending_posting WHERE $1 = ANY (product_ids))
    THEN 'a feed that is being applied names it' ELSE remove_product($1) END AS reason`;

/** Removes a product that nothing depends on, with its settings. @throws AtpError PRODUCT_UNKNOWN, PRODUCT_IN_USE */
export async function removeProduct(database: Database, sku: string): Promise<Product> {
  const product = await findProduct(database, sku);
  const [removed] = await database.query<{ reason: string | null }>(REMOVE, [product.productId]);
  if (removed?.reason != null) throw new AtpError('PRODUCT_IN_USE', { sku, reason: removed.reason });
  return product;
}

async function findProduct(database: Database, sku: string): Promise<Product> {
  const [product] = await listProducts(database, { shopId: null, sku, limit: 1 });
  if (!product) throw await unknownProduct(database, sku);
  return product;
}
