import {
  addProduct,
  importProducts,
  listProducts,
  removeProduct,
  setProduct,
  type ProductWithAtp,
} from '../operations/products.ts';
import { listProductPushes } from '../operations/product-pushes.ts';
import { shopImportInWords } from '../domain/shop-import.ts';
import { counted } from '../domain/words.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

type Product = ResultOf<typeof addProduct>;

/** As many as a person may still read; a script gets all. */
const SHOWN_BY_DEFAULT = 200;

export const PRODUCT_COMMANDS = [
  command({
    path: 'product list',
    operation: listProducts,
    description: `products by SKU, ${SHOWN_BY_DEFAULT} of them unless told otherwise, with --json all`,
    given: ({ asJson }) => (asJson ? {} : { limit: SHOWN_BY_DEFAULT }),
    show: ({ products, total }) => {
      const more =
        total !== null && total > products.length ? `\n${products.length} of ${total} products.` : '';
      return { json: products, text: productTable(products) + more };
    },
  }),
  command({
    path: 'product add',
    operation: addProduct,
    arguments: ['productId'],
    show: (product) => productTable([product]),
  }),
  command({
    path: 'product import',
    operation: importProducts,
    show: (result, { dryRun }) => shopImportInWords(result, dryRun === true),
  }),
  command({
    path: 'product set',
    operation: setProduct,
    arguments: ['sku'],
    show: ({ product, ...many }) => {
      if (product) return { json: product, text: productTable([product]) };
      const { products, changed } = { changed: 0, ...many };
      return {
        json: { products, changed },
        text: `${counted(products, 'product')}: the settings of ${changed} are others now.`,
      };
    },
  }),
  command({
    path: 'product pushes',
    operation: listProductPushes,
    arguments: ['sku'],
    show: (result) => ({ json: result, text: pushesText(result) }),
  }),
  command({
    path: 'product remove',
    operation: removeProduct,
    arguments: ['sku'],
    show: (product) => ({ json: product, text: `Product ${product.productId} (${product.sku}) is removed.` }),
  }),
];

function pushesText({ pushes, shownNow, next }: ResultOf<typeof listProductPushes>): string {
  const head = ['File', 'Kind', 'At', 'Published', 'Before', 'Shown before', 'Sent', 'Outcome', 'Code'];
  const rows = pushes.map((push) => [
    ...[push.sequence, push.kind, shortTime((push.at ?? push.madeAt).toISOString()), push.quantity],
    ...[push.quantityBefore, push.shopifyBefore, push.sent, push.outcome, push.code],
  ]);
  const shown = shownNow?.unread
    ? [`What Shopify shows could not be read: ${shownNow.unread.code}: ${shownNow.unread.message}`]
    : shownNow
      ? [`Shopify shows ${shownNow.units} now.`]
      : [];
  const more = next === null ? [] : [`More: --after ${next}`];
  return [table(head, rows, 'No file that is kept has it.'), ...shown, ...more].join('\n');
}

function productTable(products: readonly (Product & Partial<ProductWithAtp>)[]): string {
  const withAtp = products.some(({ onlineAtp }) => onlineAtp !== undefined);
  const head = ['Product', 'SKU', 'UPC', 'Inventory item', 'Safety stock', 'Not brokered at', 'Threshold'];
  return table(
    [...head, ...(withAtp ? ['Online ATP', 'Published', 'Left on Shopify'] : [])],
    products.map((product) => [
      product.productId,
      product.sku,
      product.upc,
      product.inventoryItemId?.replace(/^.*\//, '') ?? null,
      pairsInWords(
        product.facilities.filter(({ safetyStock }) => safetyStock > 0),
        'facilityId',
        'safetyStock',
      ),
      product.facilities
        .filter(({ allowBrokering }) => allowBrokering === 'N')
        .map(({ facilityId }) => facilityId)
        .join(', ') || null,
      pairsInWords(product.thresholds, 'facilityGroupId', 'threshold'),
      ...(withAtp ? [product.onlineAtp, product.published, product.lastKnown] : []),
    ]),
    'There are no such products; `atp product add` makes one.',
  );
}

/** `STORE_1 5, STORE_2 3` */
function pairsInWords<Item>(items: readonly Item[], name: keyof Item, value: keyof Item): string | null {
  return items.map((item) => `${String(item[name])} ${String(item[value])}`).join(', ') || null;
}
