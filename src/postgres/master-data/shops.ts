import { parseCredentialReference } from '../../domain/credential-reference.ts';
import { AtpError } from '../../domain/errors.ts';
import { isOfKind, wantedOf } from '../../domain/input-fields.ts';
import { SHOP_FIELDS } from '../../domain/shop-fields.ts';
import type { GuardLimits } from '../../domain/guard.ts';
import type { SkuMatch } from '../../domain/sku-match.ts';
import type { SalesPolicy } from '../../domain/unseen-sales.ts';
import { breaksForeignKey, breaksUnique } from '../sql-state.ts';
import type { Connection, Database } from '../database.ts';
import { updateRow, upsertRow } from '../row-changes.ts';

/** One Shopify store at one of its locations; it sells the stock of one facility group. */
export interface Shop extends GuardLimits {
  readonly shopId: string;
  /** `name.myshopify.com` */
  readonly domain: string;
  /** `gid://shopify/Location/<n>` */
  readonly locationId: string;
  readonly facilityGroupId: string;
  /** `env:NAME` or `file:PATH`, or of an app `client:<id>:env:NAME`; never the token or secret itself. */
  readonly accessTokenRef: string;
  /** The whole endpoint, on the loopback, of a stand-in for Shopify; null: Shopify itself. */
  readonly adminUrl: string | null;
  readonly apiVersion: string;
  /** A UUID of the shop, made when it is added: part of every idempotency key. */
  readonly keySpace: string;
  /** Rises with each restore of the database: part of every idempotency key. */
  readonly restoreGeneration: number;
  /** What is done with units that Shopify has sold and whose orders are not imported yet. */
  readonly salesPolicy: SalesPolicy;
  /** How long after its sale an order is imported at the latest. */
  readonly orderLagMs: number;
  /** How old a change on its way to Shopify may be before a person is told. */
  readonly ageLimitMs: number;
  /** Share of its mapped products that one mapping may unmap without approval. */
  readonly unmapLimitPercent: number;
  /** How SKUs are compared with those on Shopify. */
  readonly skuMatch: SkuMatch;
  /** Stated last: every sale up to then is imported. Null: it was never stated, and the order lag tells. */
  readonly orderWatermark: Date | null;
  /** Since when no file is made for it, because it is emptied to be removed; null: it sells. */
  readonly closingSince: Date | null;
}

/**
 * What a person may set of a shop; what is undefined stays as it is. Another location or group is more than a setting: see
 * producing/move-shop.ts.
 */
export interface ShopSettings {
  readonly domain?: string | undefined;
  readonly locationId?: string | undefined;
  readonly facilityGroupId?: string | undefined;
  readonly accessTokenRef?: string | undefined;
  readonly adminUrl?: string | null | undefined;
  readonly salesPolicy?: SalesPolicy | undefined;
  readonly orderLagMs?: number | undefined;
  readonly ageLimitMs?: number | undefined;
  /** Also an earlier one than what was stated before; null takes the statement back. Not in the future. */
  readonly orderWatermark?: Date | null | undefined;
  readonly collapseLimitPercent?: number | undefined;
  readonly surgeLimitPercent?: number | undefined;
  readonly sellOutLimitPercent?: number | undefined;
  readonly guardWindowHours?: number | undefined;
  readonly unmapLimitPercent?: number | undefined;
  readonly skuMatch?: SkuMatch | undefined;
  readonly apiVersion?: string | undefined;
}

/** What a person gives for a new shop. */
export type NewShop = Omit<
  Shop,
  | 'keySpace'
  | 'restoreGeneration'
  | 'salesPolicy'
  | 'orderLagMs'
  | 'ageLimitMs'
  | 'unmapLimitPercent'
  | 'skuMatch'
  | 'orderWatermark'
  | 'closingSince'
  | keyof GuardLimits
>;

/** In SQL, items of a SELECT list from shop: the limits of its guard by their names. */
export const GUARD_LIMITS = `collapse_limit_percent AS "collapseLimitPercent",
         surge_limit_percent AS "surgeLimitPercent", sell_out_limit_percent AS "sellOutLimitPercent",
         guard_window_hours AS "guardWindowHours"`;

const SELECT_SHOP = `
  SELECT shop_id AS "shopId", domain, location_id AS "locationId", facility_group_id AS "facilityGroupId",
         access_token_ref AS "accessTokenRef", admin_url AS "adminUrl", api_version AS "apiVersion",
         key_space AS "keySpace", restore_generation AS "restoreGeneration", sales_policy AS "salesPolicy",
         (extract(epoch FROM order_lag) * 1000)::float8 AS "orderLagMs",
         (extract(epoch FROM age_limit) * 1000)::float8 AS "ageLimitMs", orders.imported_until AS "orderWatermark",
         ${GUARD_LIMITS}, unmap_limit_percent AS "unmapLimitPercent",
         sku_match AS "skuMatch", closing_since AS "closingSince"
  FROM shop LEFT JOIN shop_orders AS orders USING (shop_id)`;

export async function listShops(database: Database): Promise<Shop[]> {
  return database.query<Shop>(`${SELECT_SHOP} ORDER BY shop_id`);
}

/** @throws AtpError SHOP_UNKNOWN */
export async function findShop(database: Database, shopId: string): Promise<Shop> {
  const [shop] = await database.query<Shop>(`${SELECT_SHOP} WHERE shop_id = $1`, [shopId]);
  if (!shop) throw new AtpError('SHOP_UNKNOWN', { shopId });
  return shop;
}

/** @throws AtpError SHOP_EXISTS (its id, or its domain and location), FACILITY_GROUP_UNKNOWN, INPUT_INVALID */
export async function addShop(database: Database, shop: NewShop): Promise<Shop> {
  refuseUnusable(shop);
  const { shopId, domain, locationId, facilityGroupId, accessTokenRef, adminUrl, apiVersion } = shop;
  await withShopErrors(shop, () =>
    database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [shopId, domain, locationId, facilityGroupId, accessTokenRef, adminUrl, apiVersion],
    ),
  );
  return findShop(database, shopId);
}

/**
 * Changes what is given, leaves the rest. Under `overwrite` no units are kept back for unseen sales: the next delta puts
 * those on sale that were.
 *
 * @throws AtpError SHOP_EXISTS (another one has the domain and location), FACILITY_GROUP_UNKNOWN, INPUT_INVALID (an order
 *   watermark in the future)
 */
export async function changeShop(
  connection: Connection,
  shopId: string,
  settings: ShopSettings,
): Promise<void> {
  const { orderLagMs, ageLimitMs, orderWatermark } = settings;
  if (orderWatermark) await refuseInFuture(connection, orderWatermark);
  const change = {
    domain: settings.domain,
    location_id: settings.locationId,
    facility_group_id: settings.facilityGroupId,
    access_token_ref: settings.accessTokenRef,
    admin_url: settings.adminUrl,
    api_version: settings.apiVersion,
    sales_policy: settings.salesPolicy,
    order_lag: toInterval(orderLagMs),
    age_limit: toInterval(ageLimitMs),
    collapse_limit_percent: settings.collapseLimitPercent,
    surge_limit_percent: settings.surgeLimitPercent,
    sell_out_limit_percent: settings.sellOutLimitPercent,
    guard_window_hours: settings.guardWindowHours,
    unmap_limit_percent: settings.unmapLimitPercent,
    sku_match: settings.skuMatch,
  };
  await withShopErrors({ shopId, ...settings }, () =>
    updateRow(connection, 'shop', { shop_id: shopId }, change),
  );
  await upsertRow(connection, 'shop_orders', { shop_id: shopId }, { imported_until: orderWatermark });
}

function toInterval(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1000} seconds`;
}

/** The same, and reads it. Throws SHOP_UNKNOWN, too. */
export async function setShop(database: Database, shopId: string, settings: ShopSettings): Promise<Shop> {
  await findShop(database, shopId);
  await database.transaction((connection) => changeShop(connection, shopId, settings));
  return findShop(database, shopId);
}

async function refuseInFuture(connection: Connection, orderWatermark: Date): Promise<void> {
  const { rowCount } = await connection.query('SELECT WHERE $1::timestamptz <= clock_timestamp()', [
    orderWatermark,
  ]);
  if (rowCount !== 0) return;
  const reason = `orderWatermark must have passed, and ${orderWatermark.toISOString()} is still to come`;
  throw new AtpError('INPUT_INVALID', { reason });
}

/** Runs a statement that writes a shop; a constraint that it breaks becomes a coded error. */
async function withShopErrors<Result>(
  { shopId, facilityGroupId }: { readonly shopId: string; readonly facilityGroupId?: string | undefined },
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('SHOP_EXISTS', { shopId }, { cause: error });
    if (breaksForeignKey(error, 'facility_group_id')) {
      throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId }, { cause: error });
    }
    throw error;
  }
}

const CHECKED_FIELDS = {
  shopId: SHOP_FIELDS.shopId,
  domain: SHOP_FIELDS.domain,
  locationId: SHOP_FIELDS.locationId,
  apiVersion: SHOP_FIELDS.apiVersion,
};

/** Names each wrong field, and no value: somebody may have typed a token in the wrong place. */
function refuseUnusable(shop: NewShop): void {
  const faults = Object.entries(CHECKED_FIELDS)
    .filter(([name, field]) => !isOfKind(field, shop[name as keyof typeof CHECKED_FIELDS]))
    .map(([name, field]) => `${name} must be ${wantedOf(field)}`);
  if (parseCredentialReference(shop.accessTokenRef) === null) {
    faults.push(`token and clientSecret must be ${wantedOf(SHOP_FIELDS.token)}`);
  }
  if (shop.adminUrl !== null && !isOfKind(SHOP_FIELDS.adminUrl, shop.adminUrl)) {
    faults.push(`adminUrl must be ${wantedOf(SHOP_FIELDS.adminUrl)}`);
  }
  if (faults.length > 0) throw new AtpError('INPUT_INVALID', { reason: faults.join('; ') });
}
