/** The demo's last word: each SKU with the terms of its Online ATP, and what Shopify shows. */
import Table from 'cli-table3';
import type { AtpTerms } from '../src/domain/online-atp.ts';
import type { Database } from '../src/postgres/database.ts';
import { explain } from '../src/postgres/online-atp/explain.ts';
import { listProducts } from '../src/postgres/master-data/products.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';

/** More than the demo has. */
const PRODUCTS_MAX = 100;

const TERMS: readonly (readonly [title: string, term: keyof AtpTerms])[] = [
  ['on hand', 'quantityOnHand'],
  ['reserved', 'reserved'],
  ['safety', 'safetyStock'],
  ['threshold', 'threshold'],
  ['queue', 'brokeringQueue'],
  ['excluded', 'excludedFacilitiesAtp'],
  ['floor', 'floorAdjustment'],
];

export interface Comparison {
  readonly text: string;
  readonly allEqual: boolean;
}

/** Read from the database and from Shopify, now. */
export async function compareEverySku(
  database: Database,
  api: AdminApi,
  shop: { readonly shopId: string; readonly facilityGroupId: string },
): Promise<Comparison> {
  const { shopId, facilityGroupId } = shop;
  const products = await listProducts(database, { shopId, limit: PRODUCTS_MAX });
  const items = await api.readItems(products.map((product) => product.inventoryItemId ?? ''));
  const table = new Table({
    head: ['SKU', ...TERMS.map(([title]) => title), 'Online ATP', 'on Shopify', ''],
    colAligns: ['left', ...TERMS.map(() => 'right' as const), 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  let allEqual = true;
  for (const [index, { sku }] of products.entries()) {
    const { terms, onlineAtp } = await explain(database, { sku, facilityGroupId });
    const shown = items[index]?.available ?? null;
    allEqual &&= shown === onlineAtp;
    table.push([
      sku,
      ...TERMS.map(([, term]) => terms[term]),
      onlineAtp,
      shown ?? 'unavailable',
      shown === onlineAtp ? 'ok' : 'DIFFERENT',
    ]);
  }
  const formula =
    'Online ATP = on hand − (reserved + safety + threshold + queue + excluded) + floor, never below 0';
  return { text: `${table.toString()}\n\n${formula}`, allEqual };
}
