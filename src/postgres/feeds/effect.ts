/** What an import changes: read behind its postings, in their transaction. */
import type { FeedEffect, Move } from '../../domain/feed-gates.ts';
import { MOVES_SHOWN } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';

/** Where the postings of an import are in the ledger. */
export interface PostingsOf {
  readonly importId: number;
  /** The last posting before them. */
  readonly afterEntry: number;
}

/** By inventory_item_detail_pkey, so that only what was posted since is read. */
const MAKE_MOVES = `
  CREATE TEMPORARY TABLE moved_level ON COMMIT DROP AS
  SELECT product_id, facility_id, level.quantity_on_hand AS after,
    level.quantity_on_hand::bigint - posted.units AS before
  FROM (
    SELECT product_id, facility_id, sum(quantity_on_hand_diff) AS units FROM inventory_item_detail
    WHERE inventory_item_detail_id > $1 AND import_id = $2 AND quantity_on_hand_diff <> 0
    GROUP BY product_id, facility_id
  ) AS posted
  JOIN product_facility AS level USING (product_id, facility_id)
  WHERE posted.units <> 0`;

/** What it makes of each level; once readEffect has looked. */
export const MOVES = `
  SELECT sku, facility_id AS "facilityId", before::float8 AS before, after::float8 AS after
  FROM moved_level JOIN product USING (product_id)`;

/**
 * It also makes `moved_level`, for what gates ask.
 *
 * @param isPosted false: its postings are made later, and who keeps them has made `moved_level`
 */
export async function readEffect(
  connection: Connection,
  { importId, afterEntry }: PostingsOf,
  isPosted: boolean,
): Promise<FeedEffect> {
  if (isPosted) await connection.query(MAKE_MOVES, [afterEntry, importId]);
  await connection.query('ANALYZE moved_level');
  const { rows } = await connection.query<Omit<FeedEffect, 'moves'>>(
    `SELECT count(*)::int AS levels, coalesce(sum(before), 0)::float8 AS "unitsBefore",
       coalesce(sum(after), 0)::float8 AS "unitsAfter",
       (count(*) FILTER (WHERE before > 0 AND after <= 0))::int AS "toZero",
       (count(*) FILTER (WHERE after < 0))::int AS negative
     FROM moved_level`,
  );
  const { rows: moves } = await connection.query<Move>(
    `SELECT sku, facility_id AS "facilityId", before::float8 AS before, after::float8 AS after
     FROM (SELECT * FROM moved_level ORDER BY abs(after - before) DESC, product_id, facility_id LIMIT $1) AS biggest
     JOIN product USING (product_id) ORDER BY abs(after - before) DESC, product_id, facility_id`,
    [MOVES_SHOWN],
  );
  const [sums = { levels: 0, unitsBefore: 0, unitsAfter: 0, toZero: 0, negative: 0 }] = rows;
  return { ...sums, moves };
}
