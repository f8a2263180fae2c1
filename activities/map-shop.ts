/** Mapping a shop: its catalogue is read page by page, and then matched with our products by SKU. */
import { Context } from '@temporalio/activity';
import type { MapResult } from '../src/domain/jobs/map-shop.ts';
import type { Diary } from '../src/domain/diary.ts';
import { CATALOGUE_PAGES_PER_STEP } from '../src/domain/limits.ts';
import type { CataloguePage } from '../src/domain/catalogue.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  beginReading,
  keepPages,
  type CatalogueReading,
  type ReadingId,
} from '../src/postgres/mapping/catalogue-reading.ts';
import { matchCatalogue } from '../src/postgres/mapping/shop-products.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { requireLocation } from '../src/shopify/shop-location.ts';
import { keepAlive } from './keep-alive.ts';

export interface MapDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
  readonly diary: Diary;
}

export function createMapActivities({ database, adminApi, diary }: MapDeps) {
  return {
    /**
     * Begins a reading of the shop's catalogue, in the place of the last one.
     *
     * Throws SHOP_UNKNOWN, LOCATION_UNUSABLE, and what the shop's API throws.
     */
    beginReading(id: ReadingId): Promise<void> {
      return keepAlive(async () => {
        const shop = await findShop(database, id.shopId);
        // Without this check, a wrong location would look like products that are not stocked.
        await requireLocation(shop, adminApi(shop));
        await beginReading(database, id, shop.locationId);
      });
    },

    /**
     * Reads on where the reading was left, CATALOGUE_PAGES_PER_STEP pages at most.
     *
     * Throws SHOP_UNKNOWN, CATALOGUE_READING_OVER, and what the shop's API throws.
     */
    readCatalogue(id: ReadingId): Promise<CatalogueReading> {
      const { cancellationSignal } = Context.current();
      return keepAlive(async () => {
        const api = adminApi(await findShop(database, id.shopId));
        const pages = (reading: CatalogueReading) => untilAborted(api.catalogue(reading), cancellationSignal);
        return keepPages(database, id, pages, CATALOGUE_PAGES_PER_STEP);
      });
    },

    /**
     * Matches the reading with our products. It may be repeated.
     *
     * Throws SHOP_UNKNOWN, SHOP_CATALOGUE_EMPTY, CATALOGUE_READING_OVER.
     */
    matchCatalogue(id: ReadingId): Promise<MapResult> {
      return keepAlive(async () => {
        const { shopId } = id;
        const mapping = await matchCatalogue(database, id);
        const { mapped, added, moved, removed } = mapping;
        if (added + moved + removed > 0) {
          diary({ event: 'MAPPING_CHANGED', shopId, mapped, added, moved, removed });
        }
        return { shopId, ...mapping };
      });
    },
  };
}

async function* untilAborted(
  pages: AsyncIterable<CataloguePage>,
  signal: AbortSignal,
): AsyncGenerator<CataloguePage> {
  for await (const page of pages) {
    signal.throwIfAborted();
    yield page;
  }
}
