import { AtpError } from '../../domain/errors.ts';
import type { SalesPolicy } from '../../domain/unseen-sales.ts';
import { breaksForeignKey, breaksUnique } from '../sql-state.ts';
import type { Database } from '../database.ts';
import { updateRow } from '../row-changes.ts';

/** One Shopify store at one of its locations; it sells the stock of one facility group. */
export interface Shop {
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
  /** Share of the mapped products that a file may send to zero without a person's approval. */
  readonly toZeroLimitPercent: number;
}

/** What a person may set of a shop; what is undefined stays as it is. */
export interface ShopSettings {
  readonly salesPolicy?: SalesPolicy | undefined;
  /** A whole number from 0 to 100. */
  readonly toZeroLimitPercent?: number | undefined;
}

/** What a person gives for a new shop. */
export type NewShop = Omit<Shop, 'keySpace' | 'restoreGeneration' | keyof ShopSettings>;

const SELECT_SHOP = `
  SELECT shop_id AS "shopId", domain, location_id AS "locationId", facility_group_id AS "facilityGroupId",
         access_token_ref AS "accessTokenRef", admin_url AS "adminUrl", api_version AS "apiVersion",
         key_space AS "keySpace", restore_generation AS "restoreGeneration", sales_policy AS "salesPolicy",
         to_zero_limit_percent AS "toZeroLimitPercent"
  FROM shop`;

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
  try {
    await database.query(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [shopId, domain, locationId, facilityGroupId, accessTokenRef, adminUrl, apiVersion],
    );
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('SHOP_EXISTS', { shopId }, { cause: error });
    if (breaksForeignKey(error, 'facility_group_id')) {
      throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId }, { cause: error });
    }
    throw error;
  }
  return findShop(database, shopId);
}

/**
 * Changes what is given, leaves the rest. Under `overwrite` no units are kept back for unseen sales: the next delta puts
 * those on sale that were.
 *
 * @throws AtpError SHOP_UNKNOWN
 */
export async function setShop(database: Database, shopId: string, settings: ShopSettings): Promise<Shop> {
  const { salesPolicy, toZeroLimitPercent } = settings;
  await updateRow(
    database,
    'shop',
    { shop_id: shopId },
    { sales_policy: salesPolicy, to_zero_limit_percent: toZeroLimitPercent },
  );
  return findShop(database, shopId);
}

/** By field: the pattern of a value, and how to tell a person about it without repeating the value. */
const RULES: Readonly<Record<Exclude<keyof NewShop, 'facilityGroupId' | 'adminUrl'>, [RegExp, string]>> = {
  shopId: [/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'shopId must be letters, digits, - and _, at most 63'],
  // This also protects the token, which is sent to this host.
  domain: [/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'domain must be <name>.myshopify.com'],
  locationId: [/^gid:\/\/shopify\/Location\/\d+$/, 'location must be gid://shopify/Location/<number>'],
  accessTokenRef: [
    /^(client:[A-Za-z0-9-]+:)?(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
    'token and client-secret must be env:NAME or file:PATH; the value itself is never stored',
  ],
  apiVersion: [/^20\d\d-(01|04|07|10)$/, 'api-version must be a version such as 2026-10'],
};

function refuseUnusable(shop: NewShop): void {
  const faults = Object.entries(RULES)
    .filter(([field, [pattern]]) => !pattern.test(shop[field as keyof typeof RULES]))
    .map(([, [, reason]]) => reason);
  if (shop.adminUrl !== null && !isOnLoopback(shop.adminUrl)) {
    faults.push('admin-url must be http://127.0.0.1:<port>/…: a token is sent there without encryption');
  }
  if (faults.length > 0) throw new AtpError('INPUT_INVALID', { reason: faults.join('; ') });
}

function isOnLoopback(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
