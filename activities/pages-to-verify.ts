/** The products of a verification, page by page, and what Shopify shows of each. */
import { pMapIterable } from 'p-map';
import { PAGES_LOOKED_UP_AT_ONCE, ROWS_PER_CALL } from '../src/domain/limits.ts';
import { pagesInFlight } from '../src/domain/throttle.ts';
import type { Database } from '../src/postgres/database.ts';
import { listProductsToVerify, type ProductToVerify } from '../src/postgres/lane/verified-rows.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';

/**
 * Pages of mapped products after `after`, as they are when they are asked for. Several are looked up by one statement: to plan it takes
 * as long as to look a page up.
 */
export async function* pagesToVerify(
  database: Database,
  {
    after,
    ...which
  }: { readonly shopId: string; readonly after: string; readonly only: readonly string[] | null },
): AsyncGenerator<readonly ProductToVerify[], void> {
  const limit = PAGES_LOOKED_UP_AT_ONCE * ROWS_PER_CALL;
  for (let last: string | undefined = after; last !== undefined;) {
    const products = await listProductsToVerify(database, { ...which, after: last, limit });
    for (let first = 0; first < products.length; first += ROWS_PER_CALL) {
      yield products.slice(first, first + ROWS_PER_CALL);
    }
    last = products.length < limit ? undefined : products.at(-1)?.productId;
  }
}

/**
 * What Shopify shows of each page, in their order, as many at a time as the shop's plan pays for: one after the other would take the
 * time of a call for each. After a failure the pages before it still come.
 */
export function readFromShopify(api: AdminApi, pages: AsyncIterable<readonly ProductToVerify[]>) {
  return pMapIterable(
    pages,
    async (page) => ({
      page,
      items: await api.readItems(page.map(({ inventoryItemId }) => inventoryItemId)),
    }),
    { concurrency: pagesInFlight(api.restoreRate()) },
  );
}
