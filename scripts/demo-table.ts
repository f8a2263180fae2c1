/** The demo's last table: each SKU with the terms of its Online ATP, and what Shopify shows. */
import Table from 'cli-table3';
import { ATP_TERMS, formulaInWords } from '../src/domain/online-atp.ts';
import type { Database } from '../src/postgres/database.ts';
import { explain } from '../src/postgres/online-atp/explain.ts';
import { listProducts } from '../src/postgres/master-data/products.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';

/** More products than the demo has. */
const PRODUCTS_MAX = 100;

export interface Comparison {
  readonly text: string;
  readonly allEqual: boolean;
}

/** Reads from the database and from Shopify now. */
export async function compareEverySku(
  database: Database,
  api: AdminApi,
  shop: { readonly shopId: string; readonly facilityGroupId: string },
): Promise<Comparison> {
  const { shopId, facilityGroupId } = shop;
  const products = await listProducts(database, { shopId, limit: PRODUCTS_MAX });
  const items = await api.readItems(products.map((product) => product.inventoryItemId ?? ''));
  const table = new Table({
    head: ['SKU', ...ATP_TERMS.map(({ label }) => label), 'Online ATP', 'on Shopify', ''],
    colAligns: ['left', ...ATP_TERMS.map(() => 'right' as const), 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  let allEqual = true;
  for (const [index, { sku }] of products.entries()) {
    const { terms, onlineAtp } = await explain(database, { sku, facilityGroupId });
    const shown = items[index]?.available ?? null;
    allEqual &&= shown === onlineAtp;
    table.push([
      sku,
      ...ATP_TERMS.map(({ term }) => terms[term]),
      onlineAtp,
      shown ?? 'unavailable',
      shown === onlineAtp ? 'ok' : 'DIFFERENT',
    ]);
  }
  return { text: `${table.toString()}\n\n${formulaInWords()}`, allEqual };
}
