/** A shop whose catalogue is pages in memory, and what its mapping is. */
import { randomUUID } from 'node:crypto';
import type { CataloguePage, CatalogueVariant, ShopMapping } from '../../src/domain/catalogue.ts';
import type { Database } from '../../src/postgres/database.ts';
import { beginReading, keepPages } from '../../src/postgres/mapping/catalogue-reading.ts';
import { matchCatalogue } from '../../src/postgres/mapping/shop-products.ts';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { connection } from './admin-fixture.ts';
import { LOCATION } from './twin-fixture.ts';

export const SHOP_ID = 'blue-shirts';

export class MappedShop {
  readonly database: Database;

  private constructor(database: Database) {
    this.database = database;
  }

  static async open(): Promise<MappedShop> {
    const { database } = await freshDatabase();
    await addShop(database, { ...connection(null), facilityGroupId: 'FAC_GRP' });
    return new MappedShop(database);
  }

  /** Adds products of ours; the id of each is p-<SKU>. */
  async addProducts(...skus: string[]): Promise<void> {
    await this.database.query(`INSERT INTO product SELECT 'p-' || sku, sku FROM unnest($1::text[]) AS sku`, [
      skus,
    ]);
  }

  /** Reads these pages to their end, and matches them. */
  async replaceMapping(
    pages: AsyncIterable<CataloguePage>,
    options?: { readonly isApproved: boolean },
  ): Promise<ShopMapping> {
    const id = { shopId: SHOP_ID, reading: randomUUID() };
    await beginReading(this.database, id, LOCATION);
    await keepPages(this.database, id, () => pages);
    return matchCatalogue(this.database, id, options);
  }

  /** Inventory item by product id. */
  async readMapping(): Promise<Record<string, string>> {
    const rows = await this.database.query<{ productId: string; inventoryItemId: string }>(
      `SELECT product_id AS "productId", inventory_item_id AS "inventoryItemId" FROM shop_product
       WHERE shop_id = $1`,
      [SHOP_ID],
    );
    return Object.fromEntries(rows.map(({ productId, inventoryItemId }) => [productId, inventoryItemId]));
  }

  async readOwed(): Promise<string[]> {
    const rows = await this.database.query<{ line: string }>(
      `SELECT product_id || ' ' || cause AS line FROM owed_row WHERE shop_id = $1 ORDER BY 1`,
      [SHOP_ID],
    );
    return rows.map(({ line }) => line);
  }
}

export function variant(
  sku: string | null,
  item: string,
  change: Partial<CatalogueVariant> = {},
): CatalogueVariant {
  return {
    sku,
    inventoryItemId: item,
    variantId: `v-${item}`,
    inventoryPolicy: 'DENY',
    tracked: true,
    levelActive: true,
    ...change,
  };
}

export async function* pagesOf(...pages: (readonly CatalogueVariant[])[]): AsyncGenerator<CataloguePage> {
  for (const [at, variants] of pages.entries()) {
    await Promise.resolve();
    yield { variants, next: at === pages.length - 1 ? null : `after ${at}` };
  }
}
