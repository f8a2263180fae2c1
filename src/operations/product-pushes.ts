/** What was done about one product in a shop, and what Shopify shows of it. */
import { unitsForSale } from '../domain/difference.ts';
import { AtpError } from '../domain/errors.ts';
import { byDefault, count, id, label, optional, wholeNumber, yesOrNo } from '../domain/input-fields.ts';
import { PUSHES_SHOWN, PUSHES_SHOWN_MAX } from '../domain/limits.ts';
import { listPushes } from '../postgres/lane/product-pushes.ts';
import { listProducts } from '../postgres/master-data/products.ts';
import { findShop, listShops, type Shop } from '../postgres/master-data/shops.ts';
import { unknownProduct } from '../postgres/master-data/unknown-product.ts';
import type { Application } from './application.ts';
import { describeError } from './described-error.ts';
import { defineOperation } from './operation.ts';

/** What Shopify shows of a product. */
export interface ShownNow {
  /** Units for sale; null: they could not be read, which is not 0. */
  readonly units: number | null;
  readonly readAt: Date | null;
  /** Why not; null: they were read. */
  readonly unread: { readonly code: string; readonly message: string } | null;
}

export const listProductPushes = defineOperation({
  name: 'product.pushes',
  role: 'viewer',
  description: 'what files have done with a product in a shop, the newest first, and what Shopify shows',
  fields: {
    sku: label('the product’s SKU', 'sku'),
    shopId: optional(id('the shop (default: the only one)')),
    readNow: optional(yesOrNo('also ask Shopify what it shows now')),
    limit: byDefault(count('files at most', PUSHES_SHOWN_MAX), PUSHES_SHOWN),
    after: optional(wholeNumber('where to go on: `next` of the page before', 1, Number.MAX_SAFE_INTEGER)),
  },
  run: async ({ app, progress, nameOf }, { sku, shopId, readNow = false, limit, after = null }) => {
    const database = await app.database();
    const shop =
      shopId === undefined ? await onlyShop(app, nameOf('shopId')) : await findShop(database, shopId);
    const [product] = await listProducts(database, { shopId: shop.shopId, sku, limit: 1 });
    if (!product) throw await unknownProduct(database, sku);
    const { productId, inventoryItemId } = product;
    const page = await listPushes(database, { shopId: shop.shopId, productId }, { before: after, limit });
    if (readNow) progress(`Reading what ${shop.shopId} shows`);
    /** Null: it was not asked for. */
    const shownNow = readNow ? await readShown(app, shop, { sku, inventoryItemId }) : null;
    return { ...{ sku, productId, shopId: shop.shopId, inventoryItemId, shownNow }, ...page };
  },
});

/** @throws AtpError INPUT_INVALID */
async function onlyShop(app: Application, name: string): Promise<Shop> {
  const [only, ...more] = await listShops(await app.database());
  if (only && more.length === 0) return only;
  throw new AtpError('INPUT_INVALID', { reason: `${name} is missing: there are several shops, or none` });
}

async function readShown(
  app: Application,
  shop: Shop,
  { sku, inventoryItemId }: { readonly sku: string; readonly inventoryItemId: string | null },
): Promise<ShownNow> {
  try {
    if (inventoryItemId === null) throw new AtpError('PRODUCT_NOT_MAPPED', { shopId: shop.shopId, sku });
    const api = await app.adminApi(shop);
    const [item = null] = await api.readItems([inventoryItemId]);
    if (item === null) throw new AtpError('ITEM_NOT_FOUND', { inventoryItemId });
    if (!item.tracked) throw new AtpError('ITEM_NOT_TRACKED', { inventoryItemId });
    return { units: unitsForSale(item), readAt: new Date(), unread: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    const { code, message } = describeError(error);
    return { units: null, readAt: null, unread: { code, message } };
  }
}
