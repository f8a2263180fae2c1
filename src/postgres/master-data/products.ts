import { AtpError } from '../../domain/errors.ts';
import { breaksForeignKey, breaksUnique } from '../constraint.ts';
import type { Connection, Database } from '../database.ts';

/** A sellable variant, with its settings and, in a shop, its Shopify inventory item. */
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

const SELECT_PRODUCT = `
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
  filter: { readonly shopId: string | null; readonly sku?: string | undefined; readonly limit: number },
): Promise<Product[]> {
  const { shopId, sku = null, limit } = filter;
  return database.query<Product>(
    `${SELECT_PRODUCT} WHERE ($2::text IS NULL OR p.sku = $2) ORDER BY p.sku LIMIT $3`,
    [shopId, sku, limit],
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
  try {
    await database.query(`INSERT INTO product (product_id, sku, upc) VALUES ($1, $2, $3)`, [
      productId,
      sku,
      upc,
    ]);
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('PRODUCT_EXISTS', { productId }, { cause: error });
    throw error;
  }
  return findProduct(database, sku);
}

/** What is held back of a product; what is absent stays as it is. */
export interface ProductSettings {
  readonly atFacility?: {
    readonly facilityId: string;
    readonly safetyStock?: number | undefined;
    readonly allowBrokering?: boolean | undefined;
  };
  readonly inGroup?: { readonly facilityGroupId: string; readonly threshold: number };
}

/**
 * Sets what is given of a product, all of it or nothing.
 *
 * @throws AtpError PRODUCT_UNKNOWN, FACILITY_UNKNOWN, FACILITY_GROUP_UNKNOWN
 */
export async function setProduct(
  database: Database,
  sku: string,
  { atFacility, inGroup }: ProductSettings,
): Promise<void> {
  const { productId } = await findProduct(database, sku);
  await database.transaction(async (connection) => {
    if (atFacility) await setAtFacility(connection, productId, atFacility);
    if (inGroup) await setThreshold(connection, productId, inGroup);
  });
}

async function setAtFacility(
  connection: Connection,
  productId: string,
  setting: NonNullable<ProductSettings['atFacility']>,
): Promise<void> {
  const { facilityId, safetyStock = null, allowBrokering = null } = setting;
  // The update reads the row again under its lock: a feed that posts to it meanwhile loses nothing.
  await connection
    .query(
      `INSERT INTO product_facility AS setting (product_id, facility_id, minimum_stock, allow_brokering)
       VALUES ($1, $2, coalesce($3::integer, 0), coalesce($4::boolean, true))
       ON CONFLICT (product_id, facility_id) DO UPDATE SET
         minimum_stock   = coalesce($3::integer, setting.minimum_stock),
         allow_brokering = coalesce($4::boolean, setting.allow_brokering)`,
      [productId, facilityId, safetyStock, allowBrokering],
    )
    .catch((error: unknown) => {
      if (!breaksForeignKey(error, 'facility_id')) throw error;
      throw new AtpError('FACILITY_UNKNOWN', { facilityId }, { cause: error });
    });
}

async function setThreshold(
  connection: Connection,
  productId: string,
  { facilityGroupId, threshold }: NonNullable<ProductSettings['inGroup']>,
): Promise<void> {
  await connection
    .query(
      `INSERT INTO product_facility_group (product_id, facility_group_id, threshold) VALUES ($1, $2, $3)
       ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold`,
      [productId, facilityGroupId, threshold],
    )
    .catch((error: unknown) => {
      if (!breaksForeignKey(error, 'facility_group_id')) throw error;
      throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId }, { cause: error });
    });
}

async function findProduct(database: Database, sku: string): Promise<Product> {
  const [product] = await listProducts(database, { shopId: null, sku, limit: 1 });
  if (!product) throw new AtpError('PRODUCT_UNKNOWN', { idValue: sku });
  return product;
}
