/** Products, what is kept back of them, and why their Online ATP is what it is. */
import { basename } from 'node:path';
import {
  clearable,
  count,
  id,
  invalid,
  isOfKind,
  label,
  optional,
  ownFile,
  time,
  units,
  yesOrNo,
  type Input,
} from '../domain/input-fields.ts';
import { PAGE_ROWS_MAX, PRODUCTS_LISTED_MAX } from '../domain/limits.ts';
import { oddityOf, withoutUnseen } from '../domain/recognition/odd-id.ts';
import { doubtsOfShopImport } from '../domain/shop-import.ts';
import type { Database } from '../postgres/database.ts';
import { readAtpOf, type ProductAtp } from '../postgres/lane/product-atp.ts';
import { findFacility } from '../postgres/master-data/facilities.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../postgres/master-data/facility-groups.ts';
import { countFound, searchProducts } from '../postgres/master-data/product-search.ts';
import {
  addProduct as storeProduct,
  countProducts,
  listSkusLike,
  listProducts as readProducts,
  removeProduct as deleteProduct,
  setProduct as storeSettings,
  setProducts as storeMany,
  type Product,
} from '../postgres/master-data/products.ts';
import type { SettingsOfProduct } from '../postgres/master-data/product-settings.ts';
import { findShop, listShops } from '../postgres/master-data/shops.ts';
import { explain } from '../postgres/online-atp/explain.ts';
import type { AdminApi } from '../shopify/admin-api.ts';
import { defineOperation, type Context, type NameOf } from './operation.ts';
import { readPage } from './page-of-rows.ts';
import { listProductPushes } from './product-pushes.ts';
import { tellNowAndThen } from './tell-now-and-then.ts';

const sku = label('the product’s SKU', 'sku');

export const listProducts = defineOperation({
  name: 'product.list',
  role: 'viewer',
  description: 'products by SKU',
  fields: {
    shopId: optional(id('whose inventory items to show (default: the only shop’s)')),
    sku: optional(label('only this product', 'sku')),
    search: optional(label('only products whose SKU begins with this, in any case', 'text')),
    withAtp: optional(yesOrNo('also Online ATP in the shop’s group, and how far it has come')),
    withoutTotal: optional(yesOrNo('leave out how many there are: they are counted for each page')),
    limit: optional(count('products at most', PRODUCTS_LISTED_MAX)),
    after: optional(label('where to go on: the last SKU of the page before', 'sku')),
  },
  check: ({ sku: only, search, withAtp, limit }, nameOf) => {
    if (only !== undefined && search !== undefined)
      throw invalid(`give ${nameOf('sku')} or ${nameOf('search')}`);
    if (withAtp && only === undefined && (limit ?? PRODUCTS_LISTED_MAX) > PAGE_ROWS_MAX)
      throw invalid(`${nameOf('withAtp')} needs ${nameOf('limit')}, ${PAGE_ROWS_MAX} at most`);
  },
  run: async (
    context,
    { shopId, sku: only, search, withAtp, withoutTotal = false, limit = PRODUCTS_LISTED_MAX, after },
  ) => {
    const database = await context.app.database();
    const filter = { shopId: await shopToShow(context, shopId), after };
    const { rows: products, next } = await readPage(
      limit,
      (rowsMax) =>
        search === undefined
          ? readProducts(database, { ...filter, limit: rowsMax, sku: only })
          : searchProducts(database, { ...filter, limit: rowsMax, search }),
      (last) => last.sku,
    );
    const isPart = only === undefined && (next !== null || after !== undefined);
    const countAll = () => (search === undefined ? countProducts(database) : countFound(database, search));
    const shown: readonly ProductWithAtp[] = withAtp
      ? await addAtp(database, filter.shopId, products)
      : products;
    return {
      products: shown,
      /** Null: it was left out. */
      total: withoutTotal ? null : isPart ? await countAll() : products.length,
      next,
    };
  },
});

/** A product with what it may sell in a shop's group, else in the default one, and how far that has come. */
export type ProductWithAtp = Product & Partial<Omit<ProductAtp, 'productId'>>;

async function addAtp(
  database: Database,
  shopId: string | null,
  products: readonly Product[],
): Promise<readonly ProductWithAtp[]> {
  const facilityGroupId =
    shopId === null ? DEFAULT_FACILITY_GROUP_ID : (await findShop(database, shopId)).facilityGroupId;
  const ids = products.map(({ productId }) => productId);
  const found = await readAtpOf(database, ids, { facilityGroupId, shopId });
  const byId = new Map(found.map(({ productId, ...atp }) => [productId, atp]));
  return products.map((product) => ({ ...product, ...byId.get(product.productId) }));
}

export const addProduct = defineOperation({
  name: 'product.add',
  role: 'operator',
  description: 'a new product',
  fields: {
    productId: label('its id', 'productId'),
    sku: label('its SKU, as in Shopify', 'sku'),
    upc: optional(label('its UPC', 'upc')),
  },
  run: async ({ app, warn }, input) => {
    const database = await app.database();
    const product = await storeProduct(database, input);
    await warnOfSku(database, input.sku, warn);
    return product;
  },
});

async function warnOfSku(database: Database, newSku: string, warn: Context['warn']): Promise<void> {
  const oddity = oddityOf(newSku);
  if (oddity !== null) warn(`${newSku} is odd: ${oddity}.`);
  const others = await listSkusLike(database, newSku);
  const sameButCase = others.filter((other) => other.toLowerCase() === newSku.toLowerCase());
  const looksLike = others.filter((other) => !sameButCase.includes(other));
  const TWO = 'two products, which a spreadsheet or a person takes for one';
  if (sameButCase.length > 0) warn(`${newSku} differs only in case from ${sameButCase.join(', ')}: ${TWO}.`);
  if (looksLike.length > 0)
    warn(`${newSku} looks like ${looksLike.join(', ')} and has other letters, blanks or dashes: ${TWO}.`);
}

export const importProducts = defineOperation({
  name: 'product.import',
  role: 'operator',
  description: 'make the products of a shop’s catalogue, and count what it shows of them if asked',
  fields: {
    fromShop: id('the shop', 'shopId'),
    facilityId: optional(
      label('where the units that Shopify shows are counted, of products without any posting', 'facilityId'),
    ),
    dryRun: optional(yesOrNo('say what would happen, and do nothing')),
  },
  isRecorded: ({ dryRun }) => dryRun !== true,
  run: async ({ app, progress, warn }, { fromShop, facilityId, dryRun = false }) => {
    const database = await app.database();
    const shop = await findShop(database, fromShop);
    const api = await app.adminApi(shop);
    const { requireLocation } = await import('../shopify/shop-location.ts');
    await requireLocation(shop, api);
    progress(`Reading the catalogue of ${fromShop}`);
    const { takeProductsOfShop } = await import('../postgres/mapping/products-of-shop.ts');
    const result = await takeProductsOfShop(database, {
      shopId: fromShop,
      pages: api.catalogue(),
      isUsable: (text) => isOfKind(sku, text) && withoutUnseen(text).trim() !== '',
      first: facilityId === undefined ? null : { facilityId, readUnits: (items) => readUnits(api, items) },
      dryRun,
    });
    for (const doubt of doubtsOfShopImport(result)) warn(doubt);
    if (facilityId !== undefined) {
      const { facilityGroupIds } = await findFacility(database, facilityId);
      if (!facilityGroupIds.includes(shop.facilityGroupId)) {
        warn(
          `${facilityId} does not sell in ${shop.facilityGroupId}, the facility group of ${fromShop}: what is counted there is not sent to the shop until it does (\`atp group add\`).`,
        );
      }
    }
    return result;
  },
});

/** What is for sale; where Shopify shows less than none, there is nothing to count. */
async function readUnits(api: AdminApi, inventoryItemIds: readonly string[]): Promise<(number | null)[]> {
  const items = await api.readItems(inventoryItemIds);
  return items.map((item) => (item && item.tracked && item.levelActive ? item.available : null));
}

export const setProduct = defineOperation({
  name: 'product.set',
  role: 'operator',
  description:
    'safety stock and brokering at a facility, or a threshold in a group, of one product or of many',
  fields: {
    sku: optional(sku),
    newSku: optional(label('its SKU from now on, as in Shopify', 'sku')),
    all: optional(yesOrNo('all products')),
    fromFile: optional(
      ownFile(
        'the products of a CSV file: sku, and safetyStock, allowBrokering or threshold where each has its own',
      ),
    ),
    facilityId: optional(label('the facility of its safety stock and brokering', 'facilityId')),
    safetyStock: optional(units('units that the facility keeps back')),
    allowBrokering: optional(yesOrNo('whether its stock of the product is sold online', ['Y', 'N'])),
    facilityGroupId: optional(id('the facility group of its threshold')),
    threshold: clearable(units('units kept back in the group, in place of the group’s own threshold'), 'off'),
  },
  check(input, nameOf) {
    const { sku: one, all, fromFile, newSku } = input;
    const chosen = [one, all === true || undefined, fromFile].filter((given) => given !== undefined);
    if (chosen.length !== 1) {
      throw invalid(`name one product, or give ${nameOf('all')} or ${nameOf('fromFile')}`);
    }
    if (newSku !== undefined && one === undefined) throw invalid(`${nameOf('newSku')} is for one product`);
    checkPlaces(input, nameOf);
  },
  stateOf: async (context, { sku: one, newSku }) =>
    one === undefined ? null : namedState(context, one, newSku),
  run: async (context, { sku: one, newSku, all, fromFile, ...settings }) => {
    const database = await context.app.database();
    if (one !== undefined) {
      const { facilityId, safetyStock, allowBrokering, facilityGroupId, threshold } = settings;
      await storeSettings(database, one, {
        newSku,
        ...(facilityId !== undefined && { atFacility: { facilityId, safetyStock, allowBrokering } }),
        ...(facilityGroupId !== undefined &&
          threshold !== undefined && { inGroup: { facilityGroupId, threshold } }),
      });
      if (newSku !== undefined) await warnOfSku(database, newSku, context.warn);
      return { product: await namedState(context, one, newSku), products: 1 };
    }
    if (all === true) {
      const { tellDone } = tellNowAndThen(context, 'Setting all products');
      return { product: null, ...(await storeMany(database, 'all', settings, tellDone)) };
    }
    const { readProductSettings } = await import('../csv/product-settings-csv.ts');
    const { requireFile } = await import('./import-feed-file.ts');
    const localPath = context.pathOf(fromFile ?? '');
    await requireFile(localPath);
    const rows = await readProductSettings(localPath, basename(localPath));
    checkPlacesOfFile(rows, settings, context.nameOf);
    const { tellDone } = tellNowAndThen(context, `Setting the products of ${basename(localPath)}`);
    return { product: null, ...(await storeMany(database, rows, settings, tellDone)) };
  },
});

type Settings = Pick<
  Input<typeof setProduct.fields>,
  'newSku' | 'fromFile' | 'facilityId' | 'safetyStock' | 'allowBrokering' | 'facilityGroupId' | 'threshold'
>;

/** A setting needs its place, and a place its setting; a file may have the settings. */
function checkPlaces(input: Settings, nameOf: NameOf): void {
  const { facilityId, safetyStock, allowBrokering, facilityGroupId, threshold, fromFile, newSku } = input;
  const settings = `${nameOf('safetyStock')} or ${nameOf('allowBrokering')}`;
  const isAtFacility = safetyStock !== undefined || allowBrokering !== undefined;
  const [facility, group, own] = ['facilityId', 'facilityGroupId', 'threshold'].map(nameOf);
  if (isAtFacility && facilityId === undefined) throw invalid(`${settings} needs ${facility}`);
  if (threshold !== undefined && facilityGroupId === undefined) throw invalid(`${own} needs ${group}`);
  if (fromFile === undefined) {
    if (!isAtFacility && facilityId !== undefined) throw invalid(`${facility} needs ${settings}`);
    if (threshold === undefined && facilityGroupId !== undefined) throw invalid(`${group} needs ${own}`);
  }
  if (facilityId !== undefined || facilityGroupId !== undefined || newSku !== undefined) return;
  throw invalid(`give ${facility} with ${settings}, or ${group} with ${own}`);
}

/** What a file says of its products is set somewhere. */
function checkPlacesOfFile(
  rows: readonly SettingsOfProduct[],
  { facilityId, facilityGroupId }: Pick<Settings, 'facilityId' | 'facilityGroupId'>,
  nameOf: NameOf,
): void {
  for (const [setting, place, placeName] of [
    ['safetyStock', facilityId, 'facilityId'],
    ['allowBrokering', facilityId, 'facilityId'],
    ['threshold', facilityGroupId, 'facilityGroupId'],
  ] as const) {
    if (place === undefined && rows.some((row) => row[setting] !== undefined))
      throw invalid(`the column ${setting} of the file needs ${nameOf(placeName)}; nothing was set`);
  }
}

export const removeProduct = defineOperation({
  name: 'product.remove',
  role: 'operator',
  description: 'remove a product that was made by mistake: one without stock, orders and files',
  fields: { sku },
  stateOf: productState,
  run: async ({ app }, { sku: of }) => deleteProduct(await app.database(), of),
});

export const explainProduct = defineOperation({
  name: 'product.explain',
  role: 'viewer',
  description: 'why a product’s Online ATP is what it is',
  fields: {
    sku,
    facilityGroupId: optional(
      id(`the facility group (default: the shop’s, else ${DEFAULT_FACILITY_GROUP_ID})`),
    ),
    shopId: optional(id('whose last push to show (default: the only shop of the group)')),
    at: optional(time('memberships and closings as of this instant (default: now)')),
  },
  run: async (context, { sku: of, at, ...place }) => {
    const { facilityGroupId, shopId } = await completePlace(context, place);
    const explanation = await explain(await context.app.database(), { sku: of, facilityGroupId, shopId, at });
    return { explanation, shopId };
  },
});

export const PRODUCT_OPERATIONS = [
  listProducts,
  addProduct,
  importProducts,
  setProduct,
  removeProduct,
  explainProduct,
  listProductPushes,
] as const;

async function productState(context: Context, input: { readonly sku: string }): Promise<Product | null> {
  const shopId = await shopToShow(context, undefined);
  const [found] = await readProducts(await context.app.database(), { shopId, sku: input.sku, limit: 1 });
  return found ?? null;
}

/** The product under its SKU, or under the one that it gets. */
async function namedState(
  context: Context,
  one: string,
  newSku: string | undefined,
): Promise<Product | null> {
  const found = await productState(context, { sku: one });
  return found ?? (newSku === undefined ? null : productState(context, { sku: newSku }));
}

async function shopToShow({ app }: Context, shopId: string | undefined): Promise<string | null> {
  const database = await app.database();
  if (shopId !== undefined) return (await findShop(database, shopId)).shopId;
  const [only, ...more] = await listShops(database);
  return only && more.length === 0 ? only.shopId : null;
}

/** Completes the group from the shop, or the shop from the group when the group has only one. */
async function completePlace(
  { app }: Context,
  place: { readonly facilityGroupId?: string | undefined; readonly shopId?: string | undefined },
): Promise<{ readonly facilityGroupId: string; readonly shopId: string | undefined }> {
  const database = await app.database();
  const { shopId } = place;
  if (shopId !== undefined) {
    const shop = await findShop(database, shopId);
    return { facilityGroupId: place.facilityGroupId ?? shop.facilityGroupId, shopId };
  }
  const facilityGroupId = place.facilityGroupId ?? DEFAULT_FACILITY_GROUP_ID;
  const [only, ...more] = (await listShops(database)).filter(
    (shop) => shop.facilityGroupId === facilityGroupId,
  );
  return { facilityGroupId, shopId: more.length === 0 ? only?.shopId : undefined };
}
