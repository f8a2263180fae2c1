/** The candidates of a file: of a delta products that may differ from the last file, of a Hard Sync all; mapped to the shop. */
import type { Connection } from '../database.ts';
import { chooseAccess, PRODUCTS_KNOWN, type Access } from '../online-atp/online-atp.ts';
import { passOver } from '../whole-pass.ts';
import { touchedCte } from './change-log.ts';

/** Name of the temporary table of the candidates. */
export const CANDIDATE = 'candidate_row';

/** The temporary table of what was touched, mapped or not. */
const TOUCHED = 'touched_row';

/** Of so many products, one that was touched is looked up in the mapping by itself: a few of them cost next to nothing. */
const TOUCHED_FEW_OF_ALL = 100;

/** The parameters of the statements: the shop, its facility group, and the new effective time. */
const SCOPE = { shop: '$1', group: '$2', at: '$3::timestamptz' };

/**
 * By the primary key, for one touched product each. The planner has never counted the rows of TOUCHED, takes them for a thousand, and
 * would read the mapping of a shop with 100,000 products for the sake of one.
 */
const MAPPED_OF_FEW = `
  CROSS JOIN LATERAL (
    SELECT inventory_item_id FROM shop_product
    WHERE shop_id = $1 AND product_id = touched.product_id OFFSET 0
  ) AS mapped`;

/** Most of many may be products of other shops: the shop's mapping is read once, and not looked up for each of them. */
const MAPPED_OF_MANY = `
  JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = touched.product_id`;

/**
 * Makes and fills the table CANDIDATE, and returns how it is read. A log may have many products of other shops, so they go before any
 * Online ATP is computed.
 */
export async function findCandidates(
  session: Connection,
  { shopId, facilityGroupId }: { readonly shopId: string; readonly facilityGroupId: string },
  effectiveAt: string,
): Promise<Access> {
  await session.query(`
    CREATE TEMPORARY TABLE ${TOUCHED} (product_id text, changed_at timestamptz, is_due boolean) ON COMMIT DROP;
    CREATE TEMPORARY TABLE ${CANDIDATE} (
      product_id text, inventory_item_id text, changed_at timestamptz, is_due boolean
    ) ON COMMIT DROP`);
  const { rowCount: touched } = await session.query(
    `INSERT INTO ${TOUCHED} WITH ${touchedCte(SCOPE)} SELECT product_id, changed_at, is_due FROM touched`,
    [shopId, facilityGroupId, effectiveAt],
  );
  const { rows } = await session.query<{ known: number }>(`SELECT ${PRODUCTS_KNOWN} AS known`);
  const known = rows[0]?.known ?? -1;
  const isFew = (touched ?? 0) * TOUCHED_FEW_OF_ALL <= known;
  const mapped = `INSERT INTO ${CANDIDATE}
     SELECT touched.product_id, mapped.inventory_item_id, touched.changed_at, touched.is_due
     FROM ${TOUCHED} AS touched ${isFew ? MAPPED_OF_FEW : MAPPED_OF_MANY}`;
  const { rowCount: candidates } = await (isFew
    ? session.query(mapped, [shopId])
    : passOver(session, mapped, [shopId]));
  return chooseAccess(candidates ?? 0, known);
}

/** A Hard Sync looks up more of each product than a delta: it does so where one of so many products is the shop's, or fewer. */
const MAPPED_FEW_OF_ALL = 50;

/**
 * How a Hard Sync is read. Of a large catalogue a shop may sell a small part; a hundred such shops would read all of it a hundred times a
 * night. While the planner has not counted the products, one pass: the shop may have all of them.
 */
export async function chooseForHardSync(session: Connection, shopId: string): Promise<Access> {
  const { rows } = await session.query<{ known: number; mapped: number }>(
    `SELECT known, (SELECT count(*) FROM (
         SELECT FROM shop_product WHERE shop_id = $1 LIMIT greatest(0, known)::bigint / ${MAPPED_FEW_OF_ALL} + 1
       ) AS mapped) AS mapped
     FROM (SELECT ${PRODUCTS_KNOWN} AS known) AS catalogue`,
    [shopId],
  );
  const { known = -1, mapped = 0 } = rows[0] ?? {};
  return known >= 0 && mapped * MAPPED_FEW_OF_ALL <= known ? 'few' : 'every';
}
