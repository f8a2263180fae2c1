import { randomUUID } from 'node:crypto';
import type { ShopMapping } from '../domain/catalogue.ts';
import type { Database } from '../postgres/database.ts';
import { beginReading, keepPages } from '../postgres/mapping/catalogue-reading.ts';
import { matchCatalogue } from '../postgres/mapping/shop-products.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import type { AdminApi } from '../shopify/admin-api.ts';

export interface MapShopDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/**
 * Matches our products with a shop's inventory items by SKU, and replaces the mapping: what a run of mapShop does, here and
 * now. It may be repeated at any time; it takes over from a reading that is under way.
 *
 * @param options `isApproved`: a person lets those products be unmapped that the mapping before has held
 *
 * Throws SHOP_UNKNOWN, LOCATION_UNUSABLE (Shopify has no such location), SHOP_CATALOGUE_EMPTY, CATALOGUE_READING_OVER
 * (another one has begun meanwhile), and what the shop's API throws.
 */
export function createMapShop({
  database,
  adminApi,
}: MapShopDeps): (shopId: string, options?: { readonly isApproved?: boolean }) => Promise<ShopMapping> {
  return async (shopId, options) => {
    const shop = await findShop(database, shopId);
    const api = adminApi(shop);
    const { requireLocation } = await import('../shopify/shop-location.ts');
    // Without this check, a wrong location would look like products that are not stocked.
    await requireLocation(shop, api);
    const id = { shopId, reading: randomUUID() };
    await beginReading(database, id, shop.locationId);
    await keepPages(database, id, (reading) => api.catalogue(reading));
    return matchCatalogue(database, id, options);
  };
}
