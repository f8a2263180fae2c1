/** The one shop of a benchmark, on the embedded stack's stand-in for Shopify. */
import type { Database } from '../../src/postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';

export const SHOP_ID = 'blue-shirts';

type Twin = StackAddresses['shopify'];

/** Where there are several. */
export interface BenchShop {
  readonly shopId: string;
  /** Its SKUs begin with it. */
  readonly prefix: string;
  readonly twin: Twin;
}

export async function addBenchShop(database: Database, twin: Twin, shopId = SHOP_ID): Promise<void> {
  await addShop(database, {
    shopId,
    domain: twin.domain,
    locationId: twin.locationId,
    facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
    accessTokenRef: twin.accessTokenRef,
    adminUrl: twin.adminUrl,
    apiVersion: '2026-10',
  });
}

/** Asks the stand-in for what no shop offers: another plan, more products, what it was asked. */
export async function controlTwin<Result = unknown>(
  { controlUrl }: Twin,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result> {
  const response = await fetch(`${controlUrl}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw new Error(`The twin answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Result;
}

/** Points a second of Shopify's plans: Standard, Advanced, Plus, Commerce Components. */
export const PLAN_RATES = [100, 200, 1_000, 2_000];

/** From now on the shop has another plan, and an empty bucket unless points of it are `available`. */
export async function setPlan(
  twin: Twin,
  plan: { readonly rate: number; readonly latencyMs: number; readonly available?: number },
): Promise<void> {
  const { rate, latencyMs, available = 0 } = plan;
  await controlTwin(twin, 'PATCH', `/shops/${twin.domain}/economy`, {
    ...{ latencyMs, restoreRate: rate, currentlyAvailable: available },
    // Shopify's smallest has 1,000 points.
    maximumAvailable: Math.max(1_000, 20 * rate),
  });
}

/** One request that the stand-in has logged. */
export interface AskedOfTwin {
  readonly operation: string | null;
  readonly cost: { readonly actual: number | null } | null;
  readonly errors: readonly string[];
}

/** Products that one request to the twin adds. */
const SEEDED_AT_ONCE = 20_000;

/** Products of the shop that are mapped already: `SKU-0` and so on, which are their ids, too. */
export async function addMappedProducts(
  database: Database,
  twin: Twin,
  products: number,
  availableOf: (index: number) => number,
  { shopId, prefix }: Pick<BenchShop, 'shopId' | 'prefix'> = { shopId: SHOP_ID, prefix: 'SKU' },
): Promise<void> {
  for (let from = 0; from < products; from += SEEDED_AT_ONCE) {
    const seeds = Array.from({ length: Math.min(SEEDED_AT_ONCE, products - from) }, (_, index) => {
      const sku = `${prefix}-${from + index}`;
      return { sku, title: sku, available: availableOf(from + index) };
    });
    const made = await controlTwin<readonly Record<'sku' | 'inventoryItemId' | 'variantId', string>[]>(
      twin,
      'POST',
      `/shops/${twin.domain}/products`,
      seeds,
    );
    const columns = (['sku', 'inventoryItemId', 'variantId'] as const).map((name) =>
      made.map((product) => product[name]),
    );
    await database.query(
      `WITH made AS (
         SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS made (sku, item, variant)
       ), known AS (INSERT INTO product (product_id, sku) SELECT sku, sku FROM made)
       INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT $1, sku, item, variant FROM made`,
      [shopId, ...columns],
    );
  }
}
