/** Shops: which stores are synced, and how. */
import { AtpError } from '../domain/errors.ts';
import { clearable, optional } from '../domain/input-fields.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import {
  addShop as storeShop,
  findShop,
  listShops as readShops,
  setShop as storeSettings,
  type Shop,
} from '../postgres/master-data/shops.ts';
import { removeShop as forgetShop } from '../postgres/remove-shop.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import type { Application } from './application.ts';
import { createMapShop } from './map-shop.ts';
import { defineOperation, type Context } from './operation.ts';

const { shopId, facilityGroupId, domain, locationId, apiVersion } = SHOP_FIELDS;
const { salesPolicy, orderLag, orderWatermark } = SHOP_FIELDS;
const { collapseLimitPercent, surgeLimitPercent, sellOutLimitPercent, guardWindowHours } = SHOP_FIELDS;
const theShop = { ...shopId, about: 'the shop' };

/** Whether a shop's schedules could be made or removed; when not, the reason. */
export interface ScheduleOutcome {
  readonly done: boolean;
  readonly reason: string | null;
}

export const listShops = defineOperation({
  name: 'shop.list',
  role: 'viewer',
  description: 'all shops',
  fields: {},
  run: async ({ app }) => readShops(await app.database()),
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
  },
  check({ token, clientId, clientSecret }, nameOf) {
    const isToken = token !== undefined && clientId === undefined && clientSecret === undefined;
    const isApp = token === undefined && clientId !== undefined && clientSecret !== undefined;
    if (isToken || isApp) return;
    throw new AtpError('INPUT_INVALID', {
      reason: `give either ${nameOf('token')}, or both ${nameOf('clientId')} and ${nameOf('clientSecret')}`,
    });
  },
  stateOf: shopState,
  run: async ({ app }, input) => {
    const { token, clientId, clientSecret, adminUrl, ...shop } = input;
    const added = await storeShop(await app.database(), {
      ...shop,
      accessTokenRef: token ?? `client:${clientId}:${clientSecret}`,
      adminUrl: adminUrl ?? null,
      apiVersion: input.apiVersion ?? (await app.shopifyApiVersion()),
    });
    const schedules = await ifTemporalIsThere(app, async (temporal) => {
      const { ensureSchedules } = await import('../temporal/schedules.ts');
      await ensureSchedules(temporal, input.shopId);
    });
    return { shop: added, schedules };
  },
});

export const setShop = defineOperation({
  name: 'shop.set',
  role: 'admin',
  description: 'change what is given, leave the rest',
  fields: {
    shopId: theShop,
    salesPolicy: optional(salesPolicy),
    orderLag: optional(orderLag),
    orderWatermark: clearable(orderWatermark, 'none'),
    collapseLimitPercent: optional(collapseLimitPercent),
    surgeLimitPercent: optional(surgeLimitPercent),
    sellOutLimitPercent: optional(sellOutLimitPercent),
    guardWindowHours: optional(guardWindowHours),
    apiVersion: optional(apiVersion),
  },
  needsOneOf: [
    'salesPolicy',
    'orderLag',
    'orderWatermark',
    'collapseLimitPercent',
    'surgeLimitPercent',
    'sellOutLimitPercent',
    'guardWindowHours',
    'apiVersion',
  ],
  stateOf: shopState,
  run: async ({ app }, { shopId: id, orderLag: orderLagMs, ...settings }) =>
    storeSettings(await app.database(), id, { ...settings, orderLagMs }),
});

export const removeShop = defineOperation({
  name: 'shop.remove',
  role: 'admin',
  description: 'forget a shop and all about its syncing; its orders and the quantities on Shopify stay',
  fields: { shopId: theShop },
  stateOf: shopState,
  run: async ({ app }, { shopId: id }) => {
    const removed = await forgetShop(await app.database(), id);
    const schedules = await ifTemporalIsThere(app, async (temporal) => {
      const { removeSchedules } = await import('../temporal/schedules.ts');
      await removeSchedules(temporal, id);
    });
    return { removed, schedules };
  },
});

export const mapShop = defineOperation({
  name: 'shop.map',
  role: 'operator',
  description: 'read the shop’s catalogue and match it by SKU',
  fields: { shopId: theShop },
  run: async ({ app, progress }, { shopId: id }) => {
    const database = await app.database();
    const shop = await findShop(database, id);
    progress(`Reading the catalogue of ${id}`);
    const api = await app.adminApi(shop);
    return createMapShop({ database, adminApi: () => api })(id);
  },
});

export const SHOP_OPERATIONS = [listShops, addShop, setShop, removeShop, mapShop] as const;

async function shopState({ app }: Context, input: { readonly shopId: string }): Promise<Shop | null> {
  const shops = await readShops(await app.database());
  return shops.find((shop) => shop.shopId === input.shopId) ?? null;
}

/** Best effort: without Temporal the shop is added or removed all the same, and the caller learns the reason. */
async function ifTemporalIsThere(
  app: Application,
  work: (temporal: TemporalClient) => Promise<void>,
): Promise<ScheduleOutcome> {
  if (!(await app.isTemporalConfigured())) return { done: false, reason: 'TEMPORAL_ADDRESS is not set.' };
  try {
    await work(await app.temporal());
    return { done: true, reason: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return { done: false, reason: error.message };
  }
}
