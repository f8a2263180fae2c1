/**
 * Postings of a large import that is judged: differences of levels, which add up in whatever order, so what others post meanwhile
 * stays, and nobody waits for the whole import.
 */
import { isCount } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { countSourceSql } from './complete.ts';

/** An import whose postings are made later. */
export interface PostedLater {
  readonly importId: number;
  /** Rows of a chunk, about: a product's rows stay together. */
  readonly chunkRows: number;
}

/**
 * Keeps postings for later, and makes `posting_to_come` of them, for what is asked of them until the transaction ends.
 *
 * @param postings SQL of rows (product_id, facility_id, units, reason, row_number, happened_at, on_hand: before all of them); it has
 *   `values` as $1 and following
 */
export async function keepForLater(
  connection: Connection,
  { importId, chunkRows }: PostedLater,
  postings: string,
  values: readonly unknown[],
): Promise<void> {
  await connection.query(`CREATE TEMPORARY TABLE posting_to_come ON COMMIT DROP AS ${postings}`, [...values]);
  await connection.query('ANALYZE posting_to_come');
  await connection.query(
    `INSERT INTO pending_posting (import_id, chunk, product_id, facility_id, units, reason, row_number, happened_at)
     SELECT $1, (rank() OVER (ORDER BY product_id) - 1) / $2::int, product_id, facility_id, units, reason, row_number, happened_at
     FROM posting_to_come`,
    [importId, chunkRows],
  );
}

const CHUNK = 'SELECT * FROM pending_posting WHERE import_id = $1 AND chunk = $2';

/** A count that finds nothing where nothing was. All other levels are made by the ledger's trigger. */
const MAKE_LEVELS = `
  INSERT INTO product_facility (product_id, facility_id, minimum_stock)
  SELECT DISTINCT product_id, facility_id, default_safety_stock
  FROM (${CHUNK}) AS pending JOIN product USING (product_id) JOIN facility USING (facility_id)
  WHERE units = 0
  ORDER BY product_id, facility_id
  ON CONFLICT (product_id, facility_id) DO NOTHING`;

/** In key order, as every import does. What is read next stays true until COMMIT. */
const LOCK_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility AS level
    JOIN (SELECT DISTINCT product_id, facility_id FROM (${CHUNK}) AS pending) AS wanted USING (product_id, facility_id)
    ORDER BY product_id, facility_id FOR UPDATE OF level
  ) AS locked`;

/** Whoever has counted a level since is right about it. By last_count_pkey. */
const IS_LAST_COUNT = `EXISTS (SELECT FROM last_count
  WHERE last_count.product_id = pending.product_id AND last_count.facility_id = pending.facility_id AND import_id = $1)`;

function postSql(condition: string): string {
  return `
    WITH pending AS (DELETE FROM pending_posting WHERE import_id = $1 AND chunk = $2 RETURNING *), posted AS (
      INSERT INTO inventory_item_detail
        (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source, happened_at)
      SELECT product_id, facility_id, units, 0, reason, ${countSourceSql('$3')},
        coalesce(happened_at, current_setting('atp.happened_at')::timestamptz)
      -- Without what was removed since.
      FROM pending JOIN product USING (product_id) JOIN facility USING (facility_id)
      WHERE units <> 0 AND ${condition}
      ORDER BY product_id, facility_id, row_number
      RETURNING inventory_item_detail_id
    )
    SELECT (SELECT count(*)::int FROM pending) AS rows, (SELECT max(inventory_item_detail_id) FROM posted) AS "lastEntry"`;
}

const POST_COUNTS = postSql(IS_LAST_COUNT);
const POST_DIFFERENCES = postSql('true');

/** The import of a chunk. */
export interface ChunkOf {
  readonly importId: number;
  /** What it is known by. */
  readonly key: string;
  readonly type: FeedType;
  readonly fileName: string;
  readonly sentAt: Date;
  readonly isClaimed: boolean;
  /** Of order lines: whether an open state opens a line again that was closed. */
  readonly mayReopen: boolean;
  /** The last posting before all of its own. */
  readonly afterEntry: number;
  /** Its last one so far, or that. */
  readonly lastEntry: number;
}

export interface PostedChunk {
  readonly rows: number;
  /** Null: nothing was to be posted of it. */
  readonly lastEntry: number | null;
}

/** Posts a chunk in the caller's transaction, which has the import's settings. */
export async function postChunk(
  connection: Connection,
  { importId, type, fileName }: ChunkOf,
  chunk: number,
): Promise<PostedChunk> {
  // Each chunk is a small part of large tables, of which the planner would read the whole: a million rows for ten thousand.
  await connection.query(
    'SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
  );
  await connection.query(MAKE_LEVELS, [importId, chunk]);
  if (isCount(type)) await connection.query(LOCK_LEVELS, [importId, chunk]);
  const { rows } = await connection.query<PostedChunk>(isCount(type) ? POST_COUNTS : POST_DIFFERENCES, [
    importId,
    chunk,
    fileName,
  ]);
  return rows[0] ?? { rows: 0, lastEntry: null };
}
