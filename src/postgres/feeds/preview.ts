/** What an import has changed of the levels, while its transaction is open: for a dry run, which undoes it afterwards. */
import type { ImportPreview, LevelMove } from '../../domain/import-preview.ts';
import { BIGGEST_MOVES_NAMED } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';

/** The newest posting of the ledger; 0: there is none. */
export async function findNewestPosting(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ newest: number | null }>(
    'SELECT max(inventory_item_detail_id) AS newest FROM inventory_item_detail',
  );
  return rows[0]?.newest ?? 0;
}

/** @param newestBefore the newest posting before the import: others post meanwhile, and only ours count */
export async function previewPostings(connection: Connection, newestBefore: number): Promise<ImportPreview> {
  const { rows } = await connection.query<Omit<ImportPreview, 'biggest'> & { biggest: LevelMove[] | null }>(
    `WITH move AS (
       SELECT product_id, facility_id, sum(quantity_on_hand_diff - reserved_diff) AS units
       FROM inventory_item_detail
       WHERE inventory_item_detail_id > $1 AND xmin = pg_current_xact_id()::xid
       GROUP BY product_id, facility_id
     ), level AS (
       SELECT product_id, facility_id, quantity_on_hand - reserved - units AS before, quantity_on_hand - reserved AS after
       FROM move JOIN product_facility USING (product_id, facility_id)
       WHERE units <> 0
     ), biggest AS (
       SELECT sku, facility_id AS "facilityId", before, after FROM level JOIN product USING (product_id)
       ORDER BY abs(after - before) DESC, sku, facility_id LIMIT $2
     )
     SELECT count(*) AS levels, coalesce(sum(before), 0)::bigint AS "unitsBefore",
       coalesce(sum(after), 0)::bigint AS "unitsAfter",
       count(*) FILTER (WHERE before > 0 AND after <= 0) AS "toZero", count(*) FILTER (WHERE after < 0) AS negative,
       (SELECT json_agg(biggest) FROM biggest) AS biggest
     FROM level`,
    [newestBefore, BIGGEST_MOVES_NAMED],
  );
  if (!rows[0]) throw new Error('The database returned no counts.');
  return { ...rows[0], biggest: rows[0].biggest ?? [] };
}
