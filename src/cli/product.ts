import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import {
  addProduct,
  countProducts,
  listProducts,
  setProduct,
  type Product,
} from '../postgres/master-data/products.ts';
import { findShop, listShops } from '../postgres/master-data/shops.ts';
import { count, label, units, yesNo } from './arguments.ts';
import type { Cli } from './program.ts';
import { table } from './report.ts';

/** Lines that a person may still read; a script gets all. */
const SHOWN_BY_DEFAULT = 200;
const LISTED_MAX = 10_000_000;

interface SetOptions {
  readonly facility?: string;
  readonly group?: string;
  readonly safetyStock?: number;
  readonly allowBrokering?: boolean;
  readonly threshold?: number;
}

export function registerProduct(program: Command, { app, reports }: Cli): void {
  const product = program.command('product').description('products and what is held back of them');

  const list = product
    .command('list')
    .description('products by SKU')
    .option('--shop <shopId>', 'whose inventory items to show (default: the only shop’s)')
    .option('--sku <sku>', 'only this one')
    .option('--limit <n>', `at most so many (default: ${SHOWN_BY_DEFAULT}, with --json all)`, count);
  reports(
    list,
    async (options: {
      readonly shop?: string;
      readonly sku?: string;
      readonly limit?: number;
      readonly json?: boolean;
    }) => {
      const { sku, json } = options;
      const limit = options.limit ?? (json ? LISTED_MAX : SHOWN_BY_DEFAULT);
      const shopId = await shopToShow(options.shop);
      const products = await listProducts(app.database(), { shopId, sku, limit });
      const cut = !json && sku === undefined && products.length === limit;
      const more = cut ? `\n${products.length} of ${await countProducts(app.database())} products.` : '';
      return { json: products, text: productTable(products) + more };
    },
  );

  async function shopToShow(shopId: string | undefined): Promise<string | null> {
    if (shopId !== undefined) return (await findShop(app.database(), shopId)).shopId;
    const [only, ...more] = await listShops(app.database());
    return only && more.length === 0 ? only.shopId : null;
  }

  const add = product
    .command('add')
    .description('a new product')
    .argument('<productId>', 'its id', label)
    .requiredOption('--sku <sku>', 'its SKU, as in Shopify', label)
    .option('--upc <upc>', 'its UPC', label);
  reports(add, async (productId: string, { sku, upc }: { readonly sku: string; readonly upc?: string }) => {
    const added = await addProduct(app.database(), { productId, sku, upc });
    return { json: added, text: productTable([added]) };
  });

  const set = product
    .command('set')
    .description('safety stock and brokering at a facility, or a threshold in a group')
    .argument('<sku>', 'the product’s SKU')
    .option('--facility <facilityId>', 'the facility that --safety-stock and --allow-brokering are for')
    .option('--safety-stock <n>', 'units that the facility keeps back', units)
    .option('--allow-brokering <Y|N>', 'whether its stock of the product is sold online', yesNo)
    .option('--group <facilityGroupId>', 'the facility group that --threshold is for')
    .option('--threshold <n>', 'units held back in the group', units);
  reports(set, async (sku: string, options: SetOptions) => {
    refuseHalves(options);
    const { facility: facilityId, group: facilityGroupId, safetyStock, allowBrokering, threshold } = options;
    await setProduct(app.database(), sku, {
      ...(facilityId !== undefined && { atFacility: { facilityId, safetyStock, allowBrokering } }),
      ...(facilityGroupId !== undefined &&
        threshold !== undefined && { inGroup: { facilityGroupId, threshold } }),
    });
    const shopId = await shopToShow(undefined);
    const [changed] = await listProducts(app.database(), { shopId, sku, limit: 1 });
    return { json: changed, text: productTable(changed ? [changed] : []) };
  });
}

/** A value without its place, or a place without a value, is a mistake and not a wish. */
function refuseHalves(options: SetOptions): void {
  const { facility, group, safetyStock, allowBrokering, threshold } = options;
  const atFacility = safetyStock !== undefined || allowBrokering !== undefined;
  const fault =
    (atFacility && facility === undefined && '--safety-stock and --allow-brokering need --facility') ||
    (facility !== undefined && !atFacility && '--facility needs --safety-stock or --allow-brokering') ||
    (threshold !== undefined && group === undefined && '--threshold needs --group') ||
    (group !== undefined && threshold === undefined && '--group needs --threshold') ||
    (!atFacility &&
      threshold === undefined &&
      'give --facility with --safety-stock or --allow-brokering, or --group with --threshold');
  if (fault) throw new AtpError('INPUT_INVALID', { reason: fault });
}

function productTable(products: readonly Product[]): string {
  return table(
    ['Product', 'SKU', 'UPC', 'Inventory item', 'Safety stock', 'Not brokered at', 'Threshold'],
    products.map((product) => [
      product.productId,
      product.sku,
      product.upc,
      product.inventoryItemId?.replace(/^.*\//, '') ?? null,
      named(
        product.facilities.filter(({ safetyStock }) => safetyStock > 0),
        'facilityId',
        'safetyStock',
      ),
      product.facilities
        .filter(({ allowBrokering }) => allowBrokering === 'N')
        .map(({ facilityId }) => facilityId)
        .join(', ') || null,
      named(product.thresholds, 'facilityGroupId', 'threshold'),
    ]),
    'There are no such products; `atp product add` makes one.',
  );
}

/** `STORE_1 5, STORE_2 3` */
function named<Item>(items: readonly Item[], name: keyof Item, value: keyof Item): string | null {
  return items.map((item) => `${String(item[name])} ${String(item[value])}`).join(', ') || null;
}
