/**
 * A reading of a shop's catalogue, kept page by page: whoever goes on after a worker that died begins with the page after
 * the last one that is kept. A shop has one reading, the one that has begun last.
 */
import type { CataloguePage } from '../../domain/catalogue.ts';
import { AtpError } from '../../domain/errors.ts';
import type { Connection, Database } from '../database.ts';

export interface ReadingId {
  readonly shopId: string;
  /** Made by whoever begins it, and unique. */
  readonly reading: string;
}

/** How far a reading has come. */
export interface CatalogueReading {
  /** Where Shopify goes on; null: at its start, or it is complete. */
  readonly cursor: string | null;
  readonly pages: number;
  readonly variants: number;
  readonly isComplete: boolean;
}

const PROGRESS = 'cursor, pages, variants, is_complete AS "isComplete"';

/** Begins a reading in the place of the shop's last one. One that has begun already stays as it is. */
export async function beginReading(
  database: Database,
  { shopId, reading }: ReadingId,
  locationId: string,
): Promise<void> {
  await database.transaction(async (connection) => {
    const { rowCount } = await connection.query(
      `INSERT INTO catalogue_reading AS other (shop_id, reading, location_id) VALUES ($1, $2, $3)
       ON CONFLICT (shop_id) DO UPDATE SET reading = excluded.reading, location_id = excluded.location_id,
         cursor = NULL, pages = 0, variants = 0, is_complete = false, result = NULL
         WHERE other.reading <> excluded.reading`,
      [shopId, reading, locationId],
    );
    if (rowCount !== 0) await connection.query('DELETE FROM catalogue_variant WHERE shop_id = $1', [shopId]);
  });
}

/**
 * Keeps the pages that are still to be read, at most `pagesMax` of them, each in a transaction of its own.
 *
 * @param pagesAfter the pages of the catalogue from where a reading goes on
 * @throws AtpError CATALOGUE_READING_OVER, and what `pagesAfter` throws
 */
export async function keepPages(
  database: Database,
  id: ReadingId,
  pagesAfter: (reading: CatalogueReading) => AsyncIterable<CataloguePage>,
  pagesMax = Infinity,
): Promise<CatalogueReading> {
  let reading = await findReading(database, id);
  if (reading.isComplete) return reading;
  let left = pagesMax;
  for await (const page of pagesAfter(reading)) {
    reading = await keepPage(database, id, reading, page);
    left -= 1;
    if (left <= 0) break;
  }
  return reading;
}

async function findReading(database: Database, { shopId, reading }: ReadingId): Promise<CatalogueReading> {
  const [found] = await database.query<CatalogueReading>(
    `SELECT ${PROGRESS} FROM catalogue_reading WHERE shop_id = $1 AND reading = $2`,
    [shopId, reading],
  );
  if (!found) throw new AtpError('CATALOGUE_READING_OVER', { shopId });
  return found;
}

/** Only as the page after those that are kept: an attempt that still runs beside a later one keeps nothing twice. */
async function keepPage(
  database: Database,
  { shopId, reading }: ReadingId,
  { pages }: CatalogueReading,
  { variants, next }: CataloguePage,
): Promise<CatalogueReading> {
  return database.transaction(async (connection) => {
    const { rows } = await connection.query<CatalogueReading>(
      `UPDATE catalogue_reading SET cursor = $4, pages = pages + 1, variants = variants + $5,
         is_complete = $4::text IS NULL
       WHERE shop_id = $1 AND reading = $2 AND pages = $3 RETURNING ${PROGRESS}`,
      [shopId, reading, pages, next, variants.length],
    );
    if (!rows[0]) throw new AtpError('CATALOGUE_READING_OVER', { shopId });
    await keepVariants(connection, shopId, variants);
    return rows[0];
  });
}

/** Those without a SKU, too: they match no product, and may have units. */
async function keepVariants(
  connection: Connection,
  shopId: string,
  variants: CataloguePage['variants'],
): Promise<void> {
  await connection.query(
    `INSERT INTO catalogue_variant
       (shop_id, sku, inventory_item_id, variant_id, tracked, level_active, sells_below_zero)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::boolean[])`,
    [
      shopId,
      variants.map(({ sku }) => sku),
      variants.map(({ inventoryItemId }) => inventoryItemId),
      variants.map(({ variantId }) => variantId),
      variants.map(({ tracked }) => tracked),
      variants.map(({ levelActive }) => levelActive),
      variants.map(({ inventoryPolicy }) => inventoryPolicy === 'CONTINUE'),
    ],
  );
}
