/** Postings of an import that are taken back: all at once, or those of one chunk. */
import { LEDGER_REASONS } from '../../domain/feed.ts';
import type { Connection } from '../database.ts';

/** Entries of the ledger behind the first number and up to the last; those of the import are meant. */
export interface PostingsRange {
  readonly importId: number;
  readonly after: number;
  readonly upTo: number;
}

/** By inventory_item_detail_pkey. A count takes the place of what had happened by then, as far as it was posted before it. */
const FIND_POSTINGS = `
  CREATE TEMPORARY TABLE own_entry ON COMMIT DROP AS
  SELECT entry.inventory_item_detail_id AS entry_id, entry.product_id, entry.facility_id, quantity_on_hand_diff,
    reserved_diff, coalesce(entry.happened_at, entry.created_at) AS happened_at,
    count.import_id IS NOT NULL AS is_counted, coalesce(count.is_undone, false) AS is_unknown
  FROM inventory_item_detail AS entry
  LEFT JOIN last_count AS count ON count.product_id = entry.product_id AND count.facility_id = entry.facility_id
    AND count.after_entry >= entry.inventory_item_detail_id
    AND count.counted_at >= coalesce(entry.happened_at, entry.created_at)
  WHERE entry.inventory_item_detail_id > $2 AND entry.inventory_item_detail_id <= $3 AND entry.import_id = $1`;

/** In key order, as every import does. */
const LOCK_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility WHERE (product_id, facility_id) IN (
      SELECT product_id, facility_id FROM inventory_item_detail
      WHERE inventory_item_detail_id > $2 AND inventory_item_detail_id <= $3 AND import_id = $1)
    ORDER BY product_id, facility_id FOR UPDATE
  ) AS locked`;

const POST = `
  INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id,
    source, import_id, happened_at)
  SELECT product_id, facility_id, -quantity_on_hand_diff, -reserved_diff, $2, $3, $1, happened_at
  FROM own_entry WHERE NOT is_counted ORDER BY entry_id`;

const COUNTED = 'SELECT DISTINCT product_id, facility_id FROM own_entry WHERE is_counted';

/** In key order, too: by last_count_pkey. */
const LOCK_COUNTS = `
  SELECT count(*) FROM (
    SELECT FROM last_count JOIN (${COUNTED}) AS own USING (product_id, facility_id)
    ORDER BY product_id, facility_id FOR NO KEY UPDATE OF last_count
  ) AS locked`;
const HIDE_UNDO = `
  UPDATE last_count SET hides_undo = true FROM (${COUNTED}) AS own
  WHERE own.product_id = last_count.product_id AND own.facility_id = last_count.facility_id`;

const toValues = ({ importId, after, upTo }: PostingsRange) => [importId, after, upTo];

export async function lockLevelsOf(connection: Connection, range: PostingsRange): Promise<void> {
  await connection.query(LOCK_LEVELS, toValues(range));
}

/** Makes `own_entry` until the transaction ends. */
export async function findPostings(connection: Connection, range: PostingsRange): Promise<void> {
  await connection.query(FIND_POSTINGS, toValues(range));
}

/** Posts the opposite of what `own_entry` has, but of levels that were counted since. @returns how many postings */
export async function postOpposites(connection: Connection, importId: number): Promise<number> {
  const source = `undo of import ${importId}`;
  const posted = await connection.query(POST, [importId, LEDGER_REASONS.undone, source]);
  await connection.query(LOCK_COUNTS);
  await connection.query(HIDE_UNDO);
  return posted.rowCount ?? 0;
}

/** How many postings it has made; more than `most` are not counted on. By inventory_item_detail_pkey. */
export async function countPostings(
  connection: Connection,
  { importId, after, upTo }: PostingsRange,
  most: number,
): Promise<number> {
  const { rows } = await connection.query<{ postings: number }>(
    `SELECT count(*)::int AS postings FROM (SELECT FROM inventory_item_detail
       WHERE inventory_item_detail_id > $2 AND inventory_item_detail_id <= $3 AND import_id = $1 LIMIT $4) AS entry`,
    [importId, after, upTo, most],
  );
  return rows[0]?.postings ?? 0;
}

/**
 * The last entry of about so many, and of at most twice as many. The entries of a product stay together: they lie side by side, but chunks that were applied
 * at once have made theirs in turn, so the end is where no product of either has some left. By inventory_item_detail_pkey.
 */
const END_OF_CHUNK = `
  WITH own AS (
    SELECT inventory_item_detail_id AS entry_id, product_id FROM inventory_item_detail
    WHERE inventory_item_detail_id > $2 AND inventory_item_detail_id <= $3 AND import_id = $1
    ORDER BY inventory_item_detail_id LIMIT 2 * $4::int
  ), placed AS (
    SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS place, max(entry_id) OVER (PARTITION BY product_id) AS product_end FROM own
  ), reached AS (SELECT entry_id, place, max(product_end) OVER (ORDER BY entry_id) AS reach FROM placed)
  SELECT coalesce(min(entry_id), $3)::float8 AS "upTo" FROM reached WHERE place >= $4 AND reach = entry_id`;

/** Takes back the next chunk of postings in the caller's transaction. @returns null: there are none */
export async function undoChunk(
  connection: Connection,
  range: PostingsRange,
  chunkRows: number,
): Promise<{ readonly rows: number; readonly upTo: number } | null> {
  // A chunk is a small part of large tables: they are looked up, not read as a whole.
  await connection.query('SET LOCAL random_page_cost = 1');
  const { rows } = await connection.query<{ upTo: number }>(END_OF_CHUNK, [...toValues(range), chunkRows]);
  const chunk = { ...range, upTo: rows[0]?.upTo ?? range.upTo };
  await lockLevelsOf(connection, chunk);
  await findPostings(connection, chunk);
  const found = await connection.query<{ rows: number }>('SELECT count(*)::int AS rows FROM own_entry');
  const undone = found.rows[0]?.rows ?? 0;
  if (undone === 0) return null;
  await postOpposites(connection, range.importId);
  return { rows: undone, upTo: chunk.upTo };
}
