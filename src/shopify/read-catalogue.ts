import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { CataloguePage, CatalogueStart, CatalogueVariant } from '../domain/catalogue.ts';
import { AtpError, isCoded } from '../domain/errors.ts';
import { CATALOGUE_PAGE_TRIES_MAX, CATALOGUE_PAGES_MAX } from '../domain/limits.ts';
import type { AdminClient, ShopConnection } from './admin-client.ts';

const VARIANT = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  inventoryPolicy: z.enum(['DENY', 'CONTINUE']),
  inventoryItem: z.object({
    id: z.string(),
    tracked: z.boolean(),
    inventoryLevel: z.object({ isActive: z.boolean() }).nullable(),
  }),
});
const ANSWER = z.object({
  productVariants: z.object({
    nodes: z.array(VARIANT),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
type Page = z.output<typeof ANSWER>['productVariants'];

/**
 * Every variant of the shop, in pages; one page is in memory at a time. With `from`, the pages after those that were read
 * already: so many, up to that cursor.
 *
 * When Shopify throttles a page, only this page is tried again after a pause: a reading of hundreds of pages must not
 * begin anew. Any other failure ends the reading.
 */
export async function* readCatalogue(
  client: AdminClient,
  shop: ShopConnection,
  from: CatalogueStart = { pages: 0, cursor: null },
): AsyncGenerator<CataloguePage> {
  let { cursor } = from;
  for (let page = from.pages; page < CATALOGUE_PAGES_MAX; page += 1) {
    const { nodes, pageInfo }: Page = await readPageAfter(cursor, client, shop);
    const next: string | null = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    if (pageInfo.hasNextPage && (next === null || next === cursor)) break;
    yield { variants: nodes.map(toCatalogueVariant), next };
    if (next === null) return;
    cursor = next;
  }
  throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
    reason: `ReadCatalogue: the pages of ${shop.domain} do not end`,
  });
}

async function readPageAfter(
  cursor: string | null,
  client: AdminClient,
  { locationId }: ShopConnection,
): Promise<Page> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await client.request('ReadCatalogue', { cursor, locationId }, ANSWER);
      return answer.productVariants;
    } catch (error) {
      if (!isCoded(error, 'SHOPIFY_THROTTLED') || tries >= CATALOGUE_PAGE_TRIES_MAX) throw error;
      await pause(Number(error.detail['waitMs']));
    }
  }
}

function toCatalogueVariant({
  id,
  sku,
  inventoryPolicy,
  inventoryItem,
}: z.output<typeof VARIANT>): CatalogueVariant {
  return {
    variantId: id,
    sku,
    inventoryPolicy,
    inventoryItemId: inventoryItem.id,
    tracked: inventoryItem.tracked,
    levelActive: inventoryItem.inventoryLevel?.isActive ?? false,
  };
}
