/** Products, and their first quantities, from a shop's catalogue: for a retailer who begins, without typing. */
import type { CataloguePage, FoundProducts } from '../../domain/catalogue.ts';
import { LEDGER_REASONS } from '../../domain/feed.ts';
import { oddityOf } from '../../domain/recognition/odd-id.ts';
import { CHECK_SKUS_NAMED, ROWS_PER_CALL } from '../../domain/limits.ts';
import type { ShopImport } from '../../domain/shop-import.ts';
import { AtpError } from '../../domain/errors.ts';
import type { Connection, Database } from '../database.ts';
import { takeTurnBesideOthers } from '../feeds/import-turns.ts';
import { looksSql } from '../master-data/looks-alike.ts';
import { looseKey } from './sku-matching.ts';

export interface ShopProductsRequest {
  readonly shopId: string;
  readonly pages: AsyncIterable<CataloguePage>;
  /** Whether a product of ours may have this SKU. */
  readonly isUsable: (sku: string) => boolean;
  /** Where what Shopify shows is counted; null: nothing is. */
  readonly first: {
    readonly facilityId: string;
    /** Units for sale of each item, in the order of the ids; null: it is not stocked. */
    readonly readUnits: (inventoryItemIds: readonly string[]) => Promise<readonly (number | null)[]>;
  } | null;
  /** Undoes everything at the end. */
  readonly dryRun: boolean;
}

/**
 * Makes a product of each SKU that no product has, with the SKU as its id. With `first`, whatever has no posting in the ledger
 * gets one: the units that Shopify shows. It may be repeated: what is there stays as it is.
 *
 * @throws AtpError FACILITY_UNKNOWN, FACILITY_VIRTUAL, and what `pages` and `readUnits` throw
 */
export async function takeProductsOfShop(
  database: Database,
  request: ShopProductsRequest,
): Promise<ShopImport> {
  return database.session(async (session) => {
    if (request.first) await requireFacility(session, request.first.facilityId);
    const read = await keepOffers(session, request);
    await judgeOffers(session);
    if (request.first) await readFirstUnits(session, request.first.readUnits);
    await session.query('BEGIN');
    try {
      // A large count that is judged now has not said yet what it counts.
      if (request.first) await takeTurnBesideOthers(session, 'stock');
      const result = await takeOffers(session, request);
      await session.query(request.dryRun ? 'ROLLBACK' : 'COMMIT');
      return { ...read, ...result };
    } catch (error) {
      await session.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}

async function requireFacility(session: Connection, facilityId: string): Promise<void> {
  const { rows } = await session.query<{ isVirtual: boolean }>(
    `SELECT is_virtual AS "isVirtual" FROM facility JOIN facility_type USING (facility_type_id) WHERE facility_id = $1`,
    [facilityId],
  );
  const [facility] = rows;
  if (!facility) throw new AtpError('FACILITY_UNKNOWN', { facilityId });
  if (facility.isVirtual) throw new AtpError('FACILITY_VIRTUAL', { facilityId });
}

/** Makes `offer`: the variants with a SKU; a page is in memory at a time. */
async function keepOffers(
  session: Connection,
  { pages, isUsable }: ShopProductsRequest,
): Promise<Pick<ShopImport, 'variants' | 'withoutSku'>> {
  await session.query(
    'CREATE TEMPORARY TABLE offer (sku text, inventory_item_id text, is_stocked boolean, is_usable boolean, is_odd boolean)',
  );
  let variants = 0;
  let withoutSku = 0;
  for await (const page of pages) {
    const named = page.variants.filter(({ sku }) => sku !== null && sku.trim() !== '');
    variants += page.variants.length;
    withoutSku += page.variants.length - named.length;
    await session.query(
      'INSERT INTO offer SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::boolean[], $5::boolean[])',
      [
        named.map(({ sku }) => sku),
        named.map(({ inventoryItemId }) => inventoryItemId),
        named.map(({ tracked, levelActive }) => tracked && levelActive),
        named.map(({ sku }) => isUsable(sku ?? '')),
        named.map(({ sku }) => oddityOf(sku ?? '') !== null),
      ],
    );
  }
  return { variants, withoutSku };
}

/** Makes `judged`: each SKU once. `units` is what Shopify shows of it; null: it is not counted. */
async function judgeOffers(session: Connection): Promise<void> {
  await session.query('ANALYZE offer');
  await session.query(
    `CREATE TEMPORARY TABLE judged AS
     SELECT offer.sku, min(inventory_item_id) AS inventory_item_id, count(DISTINCT inventory_item_id) AS items,
       bool_and(is_stocked) AS is_stocked, bool_and(is_odd) AS is_odd, product.product_id, NULL::integer AS units,
       CASE WHEN product.product_id IS NOT NULL THEN 'KNOWN' WHEN NOT bool_and(is_usable) THEN 'UNUSABLE'
         WHEN near.key IS NOT NULL THEN 'NEAR' WHEN bool_or(other.product_id IS NOT NULL) THEN 'UNUSABLE' ELSE 'NEW' END AS kind
     FROM offer
     LEFT JOIN product ON product.sku = offer.sku
     LEFT JOIN product AS other ON other.product_id = offer.sku
     LEFT JOIN (SELECT DISTINCT ${looseKey('sku')} AS key FROM product) AS near ON near.key = ${looseKey('offer.sku')}
     GROUP BY offer.sku, product.product_id, near.key`,
  );
  await session.query('CREATE UNIQUE INDEX ON judged (sku)');
}

/** Of what is stocked, on one variant, and has no posting yet. */
async function readFirstUnits(
  session: Connection,
  readUnits: NonNullable<ShopProductsRequest['first']>['readUnits'],
): Promise<void> {
  for (let after = ''; ;) {
    const { rows: page } = await session.query<{ sku: string; inventoryItemId: string }>(
      `SELECT sku, inventory_item_id AS "inventoryItemId" FROM judged
       WHERE sku > $1 AND items = 1 AND is_stocked AND kind IN ('NEW', 'KNOWN')
         AND NOT EXISTS (SELECT FROM inventory_item_detail AS posted WHERE posted.product_id = judged.product_id)
       ORDER BY sku LIMIT $2`,
      [after, ROWS_PER_CALL],
    );
    const last = page.at(-1);
    if (!last) return;
    const units = await readUnits(page.map(({ inventoryItemId }) => inventoryItemId));
    await session.query(
      `UPDATE judged SET units = shown.units FROM unnest($1::text[], $2::integer[]) AS shown (sku, units)
       WHERE judged.sku = shown.sku`,
      [page.map(({ sku }) => sku), units],
    );
    after = last.sku;
  }
}

async function takeOffers(
  session: Connection,
  { shopId, first }: ShopProductsRequest,
): Promise<Omit<ShopImport, 'variants' | 'withoutSku'>> {
  const made = await session.query(
    `INSERT INTO product (product_id, sku) SELECT sku, sku FROM judged WHERE kind = 'NEW' ORDER BY sku
     ON CONFLICT DO NOTHING`,
  );
  const counts = first && (await postFirstUnits(session, shopId, first.facilityId));
  const { rows } = await session.query<{ known: number; withoutStock: number }>(
    `SELECT count(*) FILTER (WHERE kind = 'KNOWN') AS known,
       count(*) FILTER (WHERE kind IN ('NEW', 'KNOWN') AND NOT EXISTS (
         SELECT FROM inventory_item_detail JOIN product USING (product_id) WHERE product.sku = judged.sku)) AS "withoutStock"
     FROM judged`,
  );
  const { known = 0, withoutStock = 0 } = rows[0] ?? {};
  return {
    shopId,
    made: made.rowCount ?? 0,
    known,
    near: await findOffers(session, `kind = 'NEAR'`),
    unusable: await findOffers(session, `kind = 'UNUSABLE'`),
    duplicates: await findOffers(session, `kind IN ('NEW', 'KNOWN') AND items > 1`),
    sameButCase: await findOffers(
      session,
      `kind = 'NEW' AND lower(sku) IN (SELECT lower(sku) FROM judged WHERE kind = 'NEW' GROUP BY 1 HAVING count(*) > 1)`,
    ),
    odd: await findOffers(session, `kind = 'NEW' AND is_odd`),
    alike: await findOffers(session, `kind = 'NEW' AND sku IN (${ALIKE})`),
    counted: counts && first && { facilityId: first.facilityId, ...counts },
    withoutStock,
  };
}

/** SKUs that nobody who reads them can tell from another product's, now that the new ones are made. Reads all products once. */
const ALIKE = `
  SELECT offered.sku FROM judged AS offered JOIN product AS other
    ON lower(${looksSql('other.sku')}) = lower(${looksSql('offered.sku')}) AND lower(other.sku) <> lower(offered.sku)`;

/** In key order, as every import does. */
const LOCK_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility JOIN product USING (product_id)
    WHERE sku IN (SELECT sku FROM judged WHERE units > 0)
    ORDER BY product_id, facility_id FOR UPDATE OF product_facility
  ) AS locked`;

/**
 * A product that somebody posts to at the same moment is not counted twice: whoever posts holds its level, or its row in `product`
 * while a level is made. So once we have both, what they have posted can be seen; and so can what a count is still to post.
 */
async function postFirstUnits(
  session: Connection,
  shopId: string,
  facilityId: string,
): Promise<{ readonly products: number; readonly units: number }> {
  await session.query(
    `SELECT FROM product WHERE sku IN (SELECT sku FROM judged WHERE units > 0) ORDER BY product_id FOR UPDATE`,
  );
  await session.query(LOCK_LEVELS);
  await session.query(
    `CREATE TEMPORARY TABLE first_entry ON COMMIT DROP AS
     SELECT product.product_id, judged.units FROM judged JOIN product USING (sku)
     WHERE units > 0
       AND NOT EXISTS (SELECT FROM inventory_item_detail AS other WHERE other.product_id = product.product_id)
       AND NOT EXISTS (SELECT FROM (SELECT unnest(product_ids) AS product_id FROM pending_posting) AS pending
         WHERE pending.product_id = product.product_id)`,
  );
  await session.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, $2, units, 0, $3, 'shop ' || $1 FROM first_entry ORDER BY product_id`,
    [shopId, facilityId, LEDGER_REASONS.reset],
  );
  // A count of what was before is no news, and what we have posted is nothing that has happened since.
  await session.query(
    `INSERT INTO last_count (product_id, facility_id, counted_at, after_entry, import_id)
     SELECT product_id, $1, clock_timestamp(), 0, 0 FROM first_entry ORDER BY product_id
     ON CONFLICT (product_id, facility_id) DO UPDATE SET counted_at = excluded.counted_at,
       after_entry = excluded.after_entry, import_id = excluded.import_id, is_undone = false, hides_undo = false`,
    [facilityId],
  );
  const { rows } = await session.query<{ products: number; units: number }>(
    'SELECT count(*) AS products, coalesce(sum(units), 0)::bigint AS units FROM first_entry',
  );
  return rows[0] ?? { products: 0, units: 0 };
}

/** @param condition of a row of `judged` */
async function findOffers(session: Connection, condition: string): Promise<FoundProducts> {
  const { rows } = await session.query<FoundProducts>(
    `SELECT count(*) AS count, coalesce((array_agg(sku ORDER BY sku))[1:$1], '{}') AS skus FROM judged WHERE ${condition}`,
    [CHECK_SKUS_NAMED],
  );
  return rows[0] ?? { count: 0, skus: [] };
}
