/** Whether a shop can be used with what a person has given: asked of Shopify at once, not by the first job that fails. */
import { missingScopes } from '../domain/access-scopes.ts';
import { AtpError } from '../domain/errors.ts';
import type { ShopConnection } from '../shopify/admin-api.ts';
import type { Application } from './application.ts';

/**
 * Checks that the token opens the shop, that the app has its scopes, and that the location is there and active.
 *
 * @returns what is no reason to refuse the shop, but must be mended before it sells
 * @throws AtpError SHOPIFY_CREDENTIAL_MISSING, SHOPIFY_ACCESS_DENIED, LOCATION_UNUSABLE, and what the shop's API throws
 */
export async function checkConnection(app: Application, shop: ShopConnection): Promise<readonly string[]> {
  const api = await app.adminApi(shop);
  const missing = missingScopes(await api.readAccessScopes());
  if (missing.length > 0) {
    const reason = `the app lacks ${missing.join(', ')}`;
    throw new AtpError('SHOPIFY_ACCESS_DENIED', { domain: shop.domain, reason });
  }
  const { locationUnusableError, requireLocation } = await import('../shopify/shop-location.ts');
  const { name, isActive, fulfillsOnlineOrders } = await requireLocation(shop, api);
  if (!isActive) throw locationUnusableError(shop, 'it is deactivated');
  if (fulfillsOnlineOrders) return [];
  return [`Location "${name}" does not fulfill online orders, so what is written there is not sold.`];
}

/** Whether Shopify sells what is available at the location: it is there and active. Throws what the shop's API throws. */
export async function isSoldFrom(app: Application, shop: ShopConnection): Promise<boolean> {
  return (await (await app.adminApi(shop)).readLocation())?.isActive ?? false;
}

/**
 * Proves that another domain is the same store. Ids of locations are Shopify's own, and no two stores share one: so the
 * shop's location must be found through the new domain.
 *
 * @throws AtpError SHOP_STORE_UNPROVEN, and what the shop's API throws
 */
export async function proveSameStore(app: Application, shop: ShopConnection): Promise<void> {
  if ((await (await app.adminApi(shop)).readLocation()) !== null) return;
  const { shopId, domain, locationId } = shop;
  throw new AtpError('SHOP_STORE_UNPROVEN', { shopId, domain, reason: `it has no location ${locationId}` });
}
