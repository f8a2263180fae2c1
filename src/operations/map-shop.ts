import type { ShopMapping } from '../domain/catalogue.ts';
import type { Database } from '../postgres/database.ts';
import { replaceShopProducts } from '../postgres/mapping/shop-products.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import type { AdminApi } from '../shopify/admin-api.ts';

export interface MapShopDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/**
 * Matches our products with a shop's inventory items by SKU, and replaces the mapping. It may be repeated at any time.
 *
 * Throws SHOP_UNKNOWN, LOCATION_UNUSABLE (Shopify has no such location), and what the shop's API throws.
 */
export function createMapShop({ database, adminApi }: MapShopDeps): (shopId: string) => Promise<ShopMapping> {
  return async (shopId) => {
    const shop = await findShop(database, shopId);
    const api = adminApi(shop);
    const { requireLocation } = await import('../shopify/shop-location.ts');
    // Without this check, a wrong location would look like products that are not stocked.
    await requireLocation(shop, api);
    return replaceShopProducts(database, shopId, api.catalogue());
  };
}
