/**
 * Postings of a large import that is judged: differences of levels, which add up in whatever order, so what others post meanwhile
 * stays, and nobody waits for the whole import.
 */
import { isCount } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { PENDING_ROWS_PER_RECORD } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { isOutOfRange, namesUnknown } from '../sql-state.ts';
import { refuseOfChunk, removedSql } from './chunk-refusals.ts';
import { countSourceSql } from './complete.ts';
import { IS_LAST_COUNT, wasCountedSince } from './last-count.ts';
import { lockLevelsSql } from './stock-rows.ts';

/** An import whose postings are made later. */
export interface PostedLater {
  readonly importId: number;
  /** Rows of a chunk, about: a product's rows stay together. */
  readonly chunkRows: number;
}

export interface PostingsToCome {
  /** SQL of rows (product_id, facility_id, units, reason, row_number, happened_at). */
  readonly rows: string;
  /** SQL of what they make of the levels that they change: rows (product_id, facility_id, after, before). */
  readonly moves: string;
}

/** Keeps postings for later, and makes `moved_level` of them, for what is asked of it until the transaction ends. */
export async function keepForLater(
  connection: Connection,
  { importId, chunkRows }: PostedLater,
  { rows, moves }: PostingsToCome,
): Promise<void> {
  await connection.query(`CREATE TEMPORARY TABLE moved_level ON COMMIT DROP AS ${moves}`);
  await connection.query('SET LOCAL enable_hashagg = off');
  await connection.query(keepSql(rows), [importId, chunkRows]);
  await connection.query('RESET enable_hashagg');
}

/** In groups that follow each other, so that memory has one record at a time. */
const keepSql = (rows: string) => `
  INSERT INTO pending_posting (import_id, chunk, part, product_ids, facility_ids, units, reasons, row_numbers, happened_at)
  SELECT $1, (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}, array_agg(product_id), array_agg(facility_id),
    array_agg(units), array_agg(reason), array_agg(row_number), array_agg(happened_at)
  FROM (
    SELECT *, rank() OVER (ORDER BY product_id) AS before,
      row_number() OVER (ORDER BY product_id, facility_id, row_number) AS place
    FROM (${rows}) AS posting
  ) AS posting
  GROUP BY (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}`;

const KEPT = '(SELECT * FROM pending_posting WHERE import_id = $1 AND chunk = $2) AS kept';
const CHUNK = `
  SELECT row.* FROM ${KEPT}, unnest(product_ids, facility_ids, units, reasons, row_numbers, happened_at)
    AS row (product_id, facility_id, units, reason, row_number, happened_at)`;
const LEVELS = `
  SELECT row.* FROM ${KEPT}, unnest(product_ids, facility_ids) AS row (product_id, facility_id)`;

/** A count that finds nothing where nothing was. All other levels are made by the ledger's trigger. */
const LACKS_LEVELS = `
  SELECT FROM ${KEPT}, unnest(product_ids, facility_ids, units) AS row (product_id, facility_id, units)
  WHERE 0 = ANY (kept.units) AND row.units = 0 AND NOT EXISTS (SELECT FROM product_facility AS level
    WHERE level.product_id = row.product_id AND level.facility_id = row.facility_id) LIMIT 1`;
/** All levels of the chunk, so that those which are posted to afterwards are in key order with those. */
const MAKE_LEVELS = lockLevelsSql(
  `SELECT DISTINCT product_id, facility_id FROM (${LEVELS}) AS pending JOIN product USING (product_id)`,
);

/** In key order, as every import does. What is read next stays true until COMMIT. */
const LOCK_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility AS level
    JOIN (SELECT DISTINCT product_id, facility_id FROM (${LEVELS}) AS pending) AS wanted USING (product_id, facility_id)
    ORDER BY product_id, facility_id FOR UPDATE OF level
  ) AS locked`;

/** @param others SQL of what is left out of the rows of `pending` */
const postSql = (others: string) => `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source, import_id, happened_at)
  SELECT product_id, facility_id, units, 0, reason, ${countSourceSql('$3')}, $1,
    coalesce(happened_at, current_setting('atp.happened_at')::timestamptz)
  FROM (${CHUNK}) AS pending ${others}
  ORDER BY product_id, facility_id, row_number`;

const POST = postSql('WHERE units <> 0');
const WITHOUT_REMOVED = 'JOIN product USING (product_id) JOIN facility USING (facility_id) WHERE units <> 0';
const POST_COUNTS_WITH_CARE = postSql(`${WITHOUT_REMOVED} AND ${IS_LAST_COUNT}`);
const POST_DIFFERENCES_WITH_CARE = postSql(WITHOUT_REMOVED);

/**
 * Levels that somebody has counted since, and that this count has not got: undone, the other one would not leave what this one says.
 * By last_count_pkey.
 */
const HIDE_UNDO = `
  UPDATE last_count SET hides_undo = true
  FROM (SELECT DISTINCT product_id, facility_id FROM (${CHUNK}) AS pending WHERE units <> 0 AND NOT ${IS_LAST_COUNT}) AS own
  WHERE own.product_id = last_count.product_id AND own.facility_id = last_count.facility_id`;

/**
 * Postings of what was removed since. Their lines are told without what was sent: to keep that of each posting costs more than to read the line
 * in the feed, which is in archive/.
 */
const REMOVED = removedSql(`SELECT *, '[]' AS row_values FROM (${CHUNK}) AS pending`);
/** Those that post nothing, and so prove nothing of their levels. */
const REMOVED_OF_ZEROS = removedSql(`
  SELECT row.*, '[]' AS row_values FROM ${KEPT}, unnest(product_ids, facility_ids, units, row_numbers)
    AS row (product_id, facility_id, units, row_number)
  WHERE 0 = ANY (kept.units) AND row.units = 0`);

const LEAVE = `
  WITH kept AS (DELETE FROM pending_posting WHERE import_id = $1 AND chunk = $2 RETURNING cardinality(units) AS rows)
  SELECT sum(rows)::int AS rows, (
    SELECT inventory_item_detail_id FROM inventory_item_detail
    WHERE inventory_item_detail_id > $3 AND import_id = $1 ORDER BY inventory_item_detail_id DESC LIMIT 1
  ) AS "lastEntry"
  FROM kept`;

/** The import of a chunk. */
export interface ChunkOf {
  readonly importId: number;
  /** What it is known by. */
  readonly key: string;
  readonly type: FeedType;
  readonly fileName: string;
  /** Null: it came from a machine of ours. */
  readonly source: string | null;
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
export async function postChunk(connection: Connection, of: ChunkOf, chunk: number): Promise<PostedChunk> {
  const { importId, fileName, lastEntry } = of;
  // Each chunk is a small part of large tables, of which the planner would read the whole: a million rows for ten thousand.
  await connection.query(
    'SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
  );
  const lacking = await connection.query(LACKS_LEVELS, [importId, chunk]);
  if (lacking.rowCount !== 0) await connection.query(MAKE_LEVELS, [importId, chunk]);
  const isPosted = await postAtOnce(connection, of, chunk);
  if (!isPosted) {
    if (isCount(of.type)) {
      await connection.query(LOCK_LEVELS, [importId, chunk]);
      await connection.query(HIDE_UNDO, [importId, chunk]);
    }
    const post = isCount(of.type) ? POST_COUNTS_WITH_CARE : POST_DIFFERENCES_WITH_CARE;
    await connection.query(post, [importId, chunk, fileName]);
  }
  const sql = isPosted ? REMOVED_OF_ZEROS : REMOVED;
  await refuseOfChunk(connection, of, { sql, values: [importId, chunk] });
  // By inventory_item_detail_pkey, from its end.
  const { rows } = await connection.query<PostedChunk>(LEAVE, [importId, chunk, lastEntry]);
  return rows[0] ?? { rows: 0, lastEntry: null };
}

/**
 * Posts all of a chunk, as is right when nobody has removed one of its products or counted one of its levels meanwhile. It is looked
 * at afterwards, when the postings have locked the levels: whoever has one counts it after us.
 *
 * @returns false: somebody has, and nothing is posted
 */
async function postAtOnce(
  connection: Connection,
  { importId, type, fileName }: ChunkOf,
  chunk: number,
): Promise<boolean> {
  await connection.query('SAVEPOINT at_once');
  try {
    await connection.query(POST, [importId, chunk, fileName]);
    if (!isCount(type) || !(await wasCountedSince(connection, LEVELS, [importId, chunk]))) {
      await connection.query('RELEASE SAVEPOINT at_once');
      return true;
    }
  } catch (error) {
    if (!namesUnknown(error) && !isOutOfRange(error)) throw error;
  }
  await connection.query('ROLLBACK TO SAVEPOINT at_once; RELEASE SAVEPOINT at_once');
  return false;
}
