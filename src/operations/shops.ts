/** Shops: which stores are synced, and how. */
import { optional, yesOrNo } from '../domain/input-fields.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import { listOldestChanges } from '../postgres/age/oldest-changes.ts';
import { sharedWith } from '../postgres/master-data/membership-check.ts';
import { addShop as storeShop, findShop, listShops as readShops } from '../postgres/master-data/shops.ts';
import { ifTemporalIsThere } from './best-effort-temporal.ts';
import { createMapShop } from './map-shop.ts';
import { defineOperation } from './operation.ts';
import { drainShop } from './drain-shop.ts';
import { healShop } from './heal-shop.ts';
import { removeShop } from './remove-shop.ts';
import { listShopDifferences } from './shop-differences.ts';
import { showShopHistory } from './shop-history.ts';
import { NO_CHECK, setShop } from './set-shop.ts';
import { checkConnection } from './shop-connection.ts';
import { referenceOf, requireOneWay } from './shop-credential.ts';
import { shopState } from './shop-state.ts';

const { shopId, facilityGroupId, domain, locationId, apiVersion } = SHOP_FIELDS;

export const listShops = defineOperation({
  name: 'shop.list',
  role: 'viewer',
  description: 'all shops, each with the oldest change that is not on Shopify',
  fields: {},
  run: async ({ app }) => {
    const database = await app.database();
    const figures = new Map((await listOldestChanges(database)).map((figure) => [figure.shopId, figure]));
    const shops = await readShops(database);
    // A shop that was added between the two reads has none yet.
    return shops.map((shop) => ({ ...shop, oldestChange: figures.get(shop.shopId) ?? null }));
  },
});

export const addShop = defineOperation({
  name: 'shop.add',
  role: 'admin',
  description: 'a new shop, with the schedules of its jobs',
  fields: {
    shopId,
    domain,
    locationId,
    facilityGroupId,
    token: optional(SHOP_FIELDS.token),
    clientId: optional(SHOP_FIELDS.clientId),
    clientSecret: optional(SHOP_FIELDS.clientSecret),
    adminUrl: optional(SHOP_FIELDS.adminUrl),
    apiVersion: optional({ ...apiVersion, about: `${apiVersion.about} (default: SHOPIFY_API_VERSION)` }),
    noCheck: NO_CHECK,
  },
  check: (input, nameOf) => requireOneWay(input, nameOf, true),
  stateOf: shopState,
  run: async ({ app }, input) => {
    const { token, clientId, clientSecret, adminUrl, noCheck, ...shop } = input;
    const database = await app.database();
    const wanted = {
      ...shop,
      accessTokenRef: referenceOf({ token, clientId, clientSecret }) ?? '',
      adminUrl: adminUrl ?? null,
      apiVersion: input.apiVersion ?? (await app.shopifyApiVersion()),
    };
    const warnings = noCheck === true ? [] : await checkConnection(app, wanted);
    const added = await storeShop(database, wanted);
    const schedules = await ifTemporalIsThere(app, async (temporal) => {
      const { ensureSchedules } = await import('../temporal/schedules.ts');
      await ensureSchedules(temporal, input.shopId);
    });
    return { shop: added, schedules, warnings, sharedWith: await sharedWith(database, input.shopId) };
  },
});

export const mapShop = defineOperation({
  name: 'shop.map',
  role: 'operator',
  description: 'read the shop’s catalogue and match it by SKU',
  fields: {
    shopId: { ...shopId, about: 'the shop' },
    approve: optional(
      yesOrNo('unmap the products that are held, because too many have lost their SKU on Shopify'),
    ),
  },
  run: async ({ app, progress }, { shopId: id, approve = false }) => {
    const database = await app.database();
    const shop = await findShop(database, id);
    progress(`Reading the catalogue of ${id}`);
    const api = await app.adminApi(shop);
    const mapping = await createMapShop({ database, adminApi: () => api })(id, { isApproved: approve });
    return { shopId: id, ...mapping };
  },
});

export const SHOP_OPERATIONS = [
  ...[listShops, addShop, setShop, removeShop, drainShop, mapShop],
  ...[showShopHistory, listShopDifferences, healShop],
] as const;
