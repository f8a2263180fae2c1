/** The one shop of a benchmark, on the embedded stack's stand-in for Shopify. */
import type { Database } from '../../src/postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';

export const SHOP_ID = 'blue-shirts';

type Twin = StackAddresses['shopify'];

export async function addBenchShop(database: Database, twin: Twin): Promise<void> {
  await addShop(database, {
    shopId: SHOP_ID,
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
