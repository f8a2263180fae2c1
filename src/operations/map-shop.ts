import type { ShopMapping } from '../domain/catalogue.ts';
import { AtpError } from '../domain/errors.ts';
import type { Database } from '../postgres/database.ts';
import { replaceShopProducts } from '../postgres/mapping/shop-products.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import type { AdminApi } from '../shopify/admin-api.ts';

export interface MapShopDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/**
 * Matches our products with a shop's inventory items by SKU, and renews the mapping. It may be repeated at any time.
 *
 * Throws SHOP_UNKNOWN, LOCATION_UNUSABLE (Shopify has no such location), and what the shop's API throws.
 */
export function createMapShop({ database, adminApi }: MapShopDeps): (shopId: string) => Promise<ShopMapping> {
  return async (shopId) => {
    const shop = await findShop(database, shopId);
    const api = adminApi(shop);
    // Without its location every level would be missing, and the counts would tell of products instead.
    if ((await api.readLocation()) === null) {
      const { locationId, domain } = shop;
      throw new AtpError('LOCATION_UNUSABLE', { locationId, domain, reason: 'there is no such location' });
    }
    return replaceShopProducts(database, shopId, api.catalogue());
  };
}
