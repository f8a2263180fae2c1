/** Changing a shop: its settings, how it is reached, and where and whose stock it sells. */
import { AtpError } from '../domain/errors.ts';
import { clearable, optional, yesOrNo } from '../domain/input-fields.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import { counted } from '../domain/words.ts';
import { readOnSale } from '../postgres/lane/on-sale.ts';
import { retryAfterMend } from '../postgres/lane/retry-after-mend.ts';
import { checkMemberships, sharedWith } from '../postgres/master-data/membership-check.ts';
import {
  findShop,
  setShop as storeSettings,
  type Shop,
  type ShopSettings,
} from '../postgres/master-data/shops.ts';
import { moveShop } from '../postgres/producing/move-shop.ts';
import { ifTemporalIsThere, type TemporalOutcome } from './best-effort-temporal.ts';
import { checkShopOrigin } from './check-origin.ts';
import { confirm, YES } from './confirmation.ts';
import { defineOperation, type Context } from './operation.ts';
import { checkConnection, isSoldFrom, proveSameStore } from './shop-connection.ts';
import { referenceOf, requireOneWay } from './shop-credential.ts';
import { shopState } from './shop-state.ts';

const { shopId, salesPolicy, orderWatermark, adminUrl } = SHOP_FIELDS;
const { collapseLimitPercent, surgeLimitPercent, sellOutLimitPercent, guardWindowHours } = SHOP_FIELDS;

export const NO_CHECK = optional(yesOrNo('do not ask Shopify whether token, scopes and location are right'));

/** A change of location or group, while it is under way. */
export interface ShopMove {
  /** Whether it is the location that was changed. */
  readonly isElsewhere: boolean;
  /** The file that sends the old location to zero; null: none is needed. */
  readonly drain: { readonly sequence: number; readonly rows: number } | null;
  /** Whether a Hard Sync was started; when not, the next job that makes a file makes one. */
  readonly hardSync: TemporalOutcome;
}

export const setShop = defineOperation({
  name: 'shop.set',
  role: 'admin',
  description: 'change what is given, leave the rest',
  fields: {
    shopId: { ...shopId, about: 'the shop' },
    salesPolicy: optional(salesPolicy),
    orderLag: optional(SHOP_FIELDS.orderLag),
    ageLimit: optional(SHOP_FIELDS.ageLimit),
    orderWatermark: clearable(orderWatermark, 'none'),
    collapseLimitPercent: optional(collapseLimitPercent),
    surgeLimitPercent: optional(surgeLimitPercent),
    sellOutLimitPercent: optional(sellOutLimitPercent),
    guardWindowHours: optional(guardWindowHours),
    unmapLimitPercent: optional(SHOP_FIELDS.unmapLimitPercent),
    skuMatch: optional(SHOP_FIELDS.skuMatch),
    domain: optional(SHOP_FIELDS.domain),
    locationId: optional(SHOP_FIELDS.locationId),
    facilityGroupId: optional(SHOP_FIELDS.facilityGroupId),
    token: optional(SHOP_FIELDS.token),
    clientId: optional(SHOP_FIELDS.clientId),
    clientSecret: optional(SHOP_FIELDS.clientSecret),
    adminUrl: clearable(adminUrl, 'none'),
    apiVersion: optional(SHOP_FIELDS.apiVersion),
    noCheck: NO_CHECK,
    yes: YES,
  },
  needsOneOf: [
    'salesPolicy',
    'orderLag',
    'ageLimit',
    'orderWatermark',
    'collapseLimitPercent',
    'surgeLimitPercent',
    'sellOutLimitPercent',
    'guardWindowHours',
    'unmapLimitPercent',
    'skuMatch',
    'domain',
    'locationId',
    'facilityGroupId',
    'token',
    'clientId',
    'adminUrl',
    'apiVersion',
  ],
  check: (input, nameOf) => requireOneWay(input, nameOf, false),
  stateOf: shopState,
  run: async (
    context,
    { shopId: id, yes, noCheck, token, clientId, clientSecret, orderLag, ageLimit, ...given },
  ) => {
    const { app } = context;
    const database = await app.database();
    const before = await findShop(database, id);
    const settings = {
      ...given,
      orderLagMs: orderLag,
      ageLimitMs: ageLimit,
      accessTokenRef: referenceOf({ token, clientId, clientSecret }),
    };
    const wanted = withSettings(before, settings);
    const isChecked = noCheck !== true;
    // Also when it is the same reference again: what is behind it may have been renewed.
    const isReachedAnew = REACHED_BY.some((name) => settings[name] !== undefined);
    const isElsewhere = wanted.locationId !== before.locationId;
    const isMoved =
      isElsewhere ||
      wanted.facilityGroupId !== before.facilityGroupId ||
      (before.closingSince !== null && given.locationId !== undefined);

    if (wanted.domain !== before.domain) await proveStore(context, before, wanted, isChecked);
    const warnings = isChecked && (isReachedAnew || isElsewhere) ? await checkConnection(app, wanted) : [];
    const move = isMoved ? await moveTo(context, before, wanted, { settings, yes, isChecked }) : null;
    if (!isMoved) await storeSettings(database, id, settings);
    const retried = isChecked && isReachedAnew ? await retryAfterMend(database, id) : null;
    if (retried !== null) await wakeLane(context, id);
    const shop = await findShop(database, id);
    return { shop, move, retried, warnings, sharedWith: await sharedWith(database, id) };
  },
});

/** What decides how a shop is reached. */
const REACHED_BY = ['domain', 'accessTokenRef', 'adminUrl', 'apiVersion'] as const;

function withSettings(shop: Shop, settings: ShopSettings): Shop {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...shop, ...Object.fromEntries(given) };
}

/** Another store has another catalogue and other items: mapping, files and debts would be of something else. */
async function proveStore({ app }: Context, before: Shop, wanted: Shop, isChecked: boolean): Promise<void> {
  const { hasFiles, isMapped } = await readOnSale(await app.database(), before.shopId);
  if (!hasFiles && !isMapped) return;
  if (isChecked) return proveSameStore(app, { ...wanted, locationId: before.locationId });
  const { shopId: id, domain } = wanted;
  throw new AtpError('SHOP_STORE_UNPROVEN', { shopId: id, domain, reason: 'Shopify was not to be asked' });
}

/** Null: the shop has no files, so nothing had to be moved. */
async function moveTo(
  context: Context,
  before: Shop,
  wanted: Shop,
  how: { readonly settings: ShopSettings; readonly yes: boolean | undefined; readonly isChecked: boolean },
): Promise<ShopMove | null> {
  const { app } = context;
  const { shopId: id } = before;
  const database = await app.database();
  const { hasFiles, ...onSale } = await readOnSale(database, id);
  const isElsewhere = wanted.locationId !== before.locationId;
  const old = { ...wanted, locationId: before.locationId };
  const drains = hasFiles && isElsewhere && (!how.isChecked || (await isSoldFrom(app, old)));
  if (hasFiles) {
    const consequence = await consequenceOf(context, before, wanted, { ...onSale, drains });
    await confirm(context, how.yes, consequence);
  }
  if (drains) await checkShopOrigin(app, id);
  const drain = await moveShop(database, id, how.settings, { drains });
  return hasFiles ? { isElsewhere, drain, hardSync: await startHardSync(context, id) } : null;
}

async function consequenceOf(
  { app }: Context,
  before: Shop,
  wanted: Shop,
  {
    products,
    units,
    drains,
  }: { readonly products: number; readonly units: number; readonly drains: boolean },
): Promise<string> {
  const { shopId: id, facilityGroupId } = wanted;
  const { facilityIds } = await checkMemberships(await app.database(), facilityGroupId);
  const onSale = `${counted(products, 'product')} with ${counted(units, 'unit')}`;
  return [
    ...(drains ? [`${onSale} go to 0 at ${before.locationId} first.`] : []),
    ...(before.locationId !== wanted.locationId && !drains
      ? [`Nothing is sent to ${before.locationId}, because Shopify sells nothing there.`]
      : []),
    facilityIds.length === 0
      ? `No facility sells in ${facilityGroupId} now, so then every product of ${id} shows 0.`
      : `Then every product of ${id} is published at ${wanted.locationId} with the stock of ${facilityGroupId}, and no plan is held.`,
  ].join(' ');
}

async function startHardSync({ app }: Context, id: string): Promise<TemporalOutcome> {
  return ifTemporalIsThere(app, async (temporal) => {
    const { runJob, wakeLane: wake } = await import('../temporal/run-job.ts');
    // The drain is to be written and applied now; the Hard Sync wakes the lane again when it is ready.
    await wake(temporal, id);
    await runJob(temporal, { job: 'hard-sync', shopId: id }, { wait: false });
  });
}

/** Best effort: the sweep by schedule finds the file as well. */
async function wakeLane({ app }: Context, id: string): Promise<void> {
  await ifTemporalIsThere(app, async (temporal) => {
    const { wakeLane: wake } = await import('../temporal/run-job.ts');
    await wake(temporal, id);
  });
}
