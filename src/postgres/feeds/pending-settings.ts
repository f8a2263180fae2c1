/**
 * Settings of products at facilities: set at once, or kept and set in chunks, so that whoever posts to one of the levels waits for one
 * chunk at most.
 */
import { PENDING_ROWS_PER_RECORD } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { removedSql, refuseOfChunk } from './chunk-refusals.ts';
import type { ChunkOf, PostedChunk, PostedLater } from './pending-postings.ts';

/** SQL of rows (product_id, facility_id, safety_stock, allow_brokering): what is null stays as it is. */
interface ToldSettings {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** One whose level is not there is new, though it may say what a new level has anyway. */
const IS_NEWS =
  'level.product_id IS NULL OR told.safety_stock <> level.minimum_stock OR told.allow_brokering <> level.allow_brokering';

const keepSql = (told: string) => `
  INSERT INTO pending_setting (import_id, chunk, part, product_ids, facility_ids, safety_stocks, allow_brokerings, row_numbers,
    row_values, seen_safety_stocks, seen_brokerings)
  SELECT $1, (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}, array_agg(product_id), array_agg(facility_id),
    array_agg(safety_stock), array_agg(allow_brokering), array_agg(row_number), array_agg(row_values),
    array_agg(seen_safety_stock), array_agg(seen_brokering)
  FROM (
    SELECT told.*, row_values, coalesce(level.minimum_stock, default_safety_stock) AS seen_safety_stock,
      coalesce(level.allow_brokering, true) AS seen_brokering,
      rank() OVER (ORDER BY product_id) AS before, row_number() OVER (ORDER BY product_id, facility_id) AS place
    FROM (${told}) AS told JOIN (SELECT row_number, row_values FROM staged_row) AS staged USING (row_number)
    LEFT JOIN product_facility AS level USING (product_id, facility_id) JOIN facility USING (facility_id) WHERE ${IS_NEWS}
  ) AS told
  GROUP BY (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}`;

/** Keeps the settings that change something, and locks nothing. */
export async function keepSettings(
  connection: Connection,
  { importId, chunkRows }: PostedLater,
  told: string,
): Promise<void> {
  await connection.query(
    'CREATE TEMPORARY TABLE moved_level (product_id text, facility_id text, after bigint, before bigint) ON COMMIT DROP',
  );
  // In groups that follow each other, so that memory has one record at a time.
  await connection.query('SET LOCAL enable_hashagg = off');
  await connection.query(keepSql(told), [importId, chunkRows]);
  await connection.query('RESET enable_hashagg');
}

const KEPT = `
  SELECT row.* FROM pending_setting, unnest(product_ids, facility_ids, safety_stocks, allow_brokerings, row_numbers, row_values,
      seen_safety_stocks, seen_brokerings)
    AS row (product_id, facility_id, safety_stock, allow_brokering, row_number, row_values, seen_safety_stock, seen_brokering)
  WHERE import_id = $1 AND chunk = $2`;

/**
 * Levels of which somebody has changed a setting since the file was judged, to something else than it says. What comes later is right, and that
 * is not the file. By product_facility_pkey, when they are locked.
 */
const IS_OVERTAKEN = `(told.safety_stock <> level.minimum_stock AND told.seen_safety_stock <> level.minimum_stock
    OR told.allow_brokering <> level.allow_brokering AND told.seen_brokering <> level.allow_brokering)`;
const OVERTAKEN = `
  SELECT row_number, row_values, '' AS column_name, 'SETTING_OVERTAKEN' AS code,
    jsonb_build_object('sku', sku, 'facilityId', facility_id) AS detail
  FROM changed_setting AS told JOIN product_facility AS level USING (product_id, facility_id) JOIN product USING (product_id)
  WHERE ${IS_OVERTAKEN}`;
const LEAVE_OVERTAKEN = `
  DELETE FROM changed_setting AS told USING product_facility AS level
  WHERE level.product_id = told.product_id AND level.facility_id = told.facility_id AND ${IS_OVERTAKEN}`;

const LEAVE = `
  WITH kept AS (DELETE FROM pending_setting WHERE import_id = $1 AND chunk = $2 RETURNING cardinality(product_ids) AS rows)
  SELECT sum(rows)::int AS rows FROM kept`;

/** Sets a chunk in the caller's transaction. */
export async function setChunk(connection: Connection, of: ChunkOf, chunk: number): Promise<PostedChunk> {
  const { importId } = of;
  // A chunk is a small part of large tables: they are looked up, not read as a whole.
  await connection.query('SET LOCAL random_page_cost = 1');
  const kept: ToldSettings = { sql: KEPT, values: [importId, chunk] };
  await lockChanged(connection, kept);
  await refuseOfChunk(connection, of, {
    sql: `${removedSql(KEPT)} UNION ALL ${OVERTAKEN}`,
    values: kept.values,
  });
  await connection.query(LEAVE_OVERTAKEN);
  await connection.query(SET);
  const { rows } = await connection.query<{ rows: number | null }>(LEAVE, [importId, chunk]);
  return { rows: rows[0]?.rows ?? 0, lastEntry: null };
}

/** A product or a facility that was removed meanwhile has no level. By product_facility_pkey. */
const addSql = (told: string) => `
  INSERT INTO product_facility (product_id, facility_id, minimum_stock, allow_brokering)
  SELECT product_id, facility_id, coalesce(safety_stock, default_safety_stock), coalesce(allow_brokering, true)
  FROM (${told}) AS told JOIN product USING (product_id) JOIN facility USING (facility_id)
  WHERE NOT EXISTS (SELECT FROM product_facility AS level
    WHERE level.product_id = told.product_id AND level.facility_id = told.facility_id)
  ORDER BY product_id, facility_id
  ON CONFLICT (product_id, facility_id) DO NOTHING`;

/** A level that comes again unchanged is neither locked nor written, so that no delta looks at it. */
const findChangedSql = (told: string) => `
  CREATE TEMPORARY TABLE changed_setting ON COMMIT DROP AS
  SELECT told.* FROM (${told}) AS told JOIN product_facility AS level USING (product_id, facility_id) WHERE ${IS_NEWS}`;

/** In key order, as every import does. By product_facility_pkey. */
const LOCK_CHANGED = `
  SELECT count(*) FROM (
    SELECT FROM product_facility WHERE (product_id, facility_id) IN (SELECT product_id, facility_id FROM changed_setting)
    ORDER BY product_id, facility_id FOR NO KEY UPDATE
  ) AS locked`;

const SET = `
  UPDATE product_facility AS level
  SET minimum_stock = coalesce(told.safety_stock, level.minimum_stock),
    allow_brokering = coalesce(told.allow_brokering, level.allow_brokering)
  FROM changed_setting AS told
  WHERE (level.product_id, level.facility_id) = (told.product_id, told.facility_id)`;

/** Sets what is told, of levels that are there and of those that are not. */
export async function applySettings(connection: Connection, told: ToldSettings): Promise<void> {
  await lockChanged(connection, told);
  await connection.query(SET);
}

/** Makes levels that are not there with what is told of them, and `changed_setting` of the others, locked. */
async function lockChanged(connection: Connection, { sql, values }: ToldSettings): Promise<void> {
  await connection.query(addSql(sql), [...values]);
  await connection.query(findChangedSql(sql), [...values]);
  await connection.query('ANALYZE changed_setting');
  await connection.query(LOCK_CHANGED);
}
