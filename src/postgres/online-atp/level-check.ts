import { AUDIT_FINDINGS_LISTED_MAX, LEDGER_CHECK_PRODUCTS } from '../../domain/limits.ts';
import { compareNames } from '../../domain/name-order.ts';
import type { Connection } from '../database.ts';

/** A level that is not the sum of its ledger, in units. A product without a level, or without a posting, counts as 0. */
export interface WrongLevel {
  readonly sku: string;
  readonly facilityId: string;
  readonly quantityOnHand: number;
  readonly reserved: number;
  readonly postedOnHand: number;
  readonly postedReserved: number;
}

export interface LevelCheck {
  readonly wrongLevelCount: number;
  /** At most AUDIT_FINDINGS_LISTED_MAX of them. */
  readonly wrongLevels: readonly WrongLevel[];
}

/** By product_pkey. */
const NEXT_PRODUCTS = `
  SELECT max(product_id) AS "upTo" FROM (
    SELECT product_id FROM product WHERE product_id > $1 ORDER BY product_id LIMIT $2) AS page`;

/** By inventory_item_detail_by_product and product_facility_pkey. */
const COMPARE = `
  WITH posted AS (
    SELECT product_id, facility_id, sum(quantity_on_hand_diff) AS on_hand, sum(reserved_diff) AS reserved
    FROM inventory_item_detail WHERE product_id > $1 AND product_id <= $2 GROUP BY product_id, facility_id
  ), level AS (
    SELECT product_id, facility_id, quantity_on_hand, reserved FROM product_facility
    WHERE product_id > $1 AND product_id <= $2
  )
  SELECT product.sku, facility_id AS "facilityId",
    coalesce(level.quantity_on_hand, 0) AS "quantityOnHand", coalesce(level.reserved, 0) AS reserved,
    coalesce(posted.on_hand, 0) AS "postedOnHand", coalesce(posted.reserved, 0) AS "postedReserved",
    count(*) OVER () AS count
  FROM level FULL JOIN posted USING (product_id, facility_id)
  JOIN (SELECT product_id, sku FROM product WHERE product_id > $1 AND product_id <= $2) AS product USING (product_id)
  WHERE (coalesce(level.quantity_on_hand, 0), coalesce(level.reserved, 0))
    <> (coalesce(posted.on_hand, 0), coalesce(posted.reserved, 0))
  ORDER BY product.sku COLLATE "C", facility_id COLLATE "C" LIMIT $3`;

/**
 * Adds up the whole ledger and compares it with every level. The tables' own rules keep the two equal; this finds what
 * was done past them: by a user who can switch them off, or by a damaged disk.
 *
 * Some products at a time: sums of all levels at once do not fit into work_mem, and went to more than a gigabyte of temporary files.
 * A level and its postings change in one transaction, so each part is compared as of one moment.
 *
 * @param productsAtATime absent: LEDGER_CHECK_PRODUCTS
 */
export async function checkLevels(
  connection: Connection,
  productsAtATime = LEDGER_CHECK_PRODUCTS,
): Promise<LevelCheck> {
  let wrongLevelCount = 0;
  let wrongLevels: readonly WrongLevel[] = [];
  for (let after = ''; ;) {
    const { rows: page } = await connection.query<{ upTo: string | null }>(NEXT_PRODUCTS, [
      after,
      productsAtATime,
    ]);
    const upTo = page[0]?.upTo ?? null;
    if (upTo === null) return { wrongLevelCount, wrongLevels };
    const values = [after, upTo, AUDIT_FINDINGS_LISTED_MAX];
    const { rows } = await connection.query<WrongLevel & { readonly count: number }>(COMPARE, values);
    wrongLevelCount += rows[0]?.count ?? 0;
    const found = rows.map(({ count: _, ...level }) => level);
    wrongLevels = [...wrongLevels, ...found].sort(bySkuAndPlace).slice(0, AUDIT_FINDINGS_LISTED_MAX);
    after = upTo;
  }
}

function bySkuAndPlace(one: WrongLevel, other: WrongLevel): number {
  return compareNames(one.sku, other.sku) || compareNames(one.facilityId, other.facilityId);
}
