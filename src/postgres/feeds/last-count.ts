/** The last count of each level. */
import type { Connection } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

/** The count that a level is of: the last one, or the one before it when that one is undone. SQL of a row `last` of last_count. */
export const STANDING_IMPORT = 'CASE WHEN last.is_undone THEN last.earlier_import_id ELSE last.import_id END';

/** Its instant; null: there is none, or it is not known. Whoever has undone that one, too, has not said what was before it. */
export const STANDING_INSTANT =
  'CASE WHEN last.is_undone THEN last.earlier_counted_at ELSE last.counted_at END';

/**
 * In key order, so that two who record counts of the same levels cannot wait for each other in a circle: with hash joins off, the rows of
 * `counted` come as they are sorted. An insert that looks for a conflict writes a third record of the write-ahead log for each row, and a
 * level is in `counted` once: so each row is looked for, and then changed or added. By last_count_pkey.
 */
const RECORD = `
  MERGE INTO last_count AS last
  USING (
    SELECT product_id, facility_id, coalesce(as_of, clock_timestamp()) AS counted_at, after_entry,
      current_setting('atp.import_id')::bigint AS import_id, own AS is_of_available
    FROM counted ORDER BY product_id, facility_id
  ) AS told
  ON last.product_id = told.product_id AND last.facility_id = told.facility_id
  WHEN MATCHED THEN UPDATE SET counted_at = told.counted_at, after_entry = told.after_entry, import_id = told.import_id,
    earlier_import_id = ${STANDING_IMPORT}, earlier_counted_at = ${STANDING_INSTANT}, is_undone = false, hides_undo = false,
    is_of_available = told.is_of_available
  WHEN NOT MATCHED THEN INSERT (product_id, facility_id, counted_at, after_entry, import_id, is_of_available)
    VALUES (told.product_id, told.facility_id, told.counted_at, told.after_entry, told.import_id, told.is_of_available)`;

/**
 * What a count finds right posts nothing, and still it was counted: all of `counted` is recorded. To be called before it is posted.
 *
 * Nobody else adds the count of one of its levels meanwhile, as these are locked, or the turn is its own. Should somebody do it all the same,
 * the second look finds it.
 */
export async function recordCounts(connection: Connection): Promise<void> {
  await connection.query('SET LOCAL enable_hashjoin = off; SAVEPOINT recorded');
  try {
    await connection.query(RECORD);
  } catch (error) {
    if (!breaksUnique(error)) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT recorded');
    await connection.query(RECORD);
  }
  await connection.query('RELEASE SAVEPOINT recorded; RESET enable_hashjoin');
}

/** Remembers the number of the counts that this session has recorded last. To be called once all of a large import are recorded. */
export async function rememberNumber(connection: Connection, importId: number): Promise<void> {
  await connection.query(
    `UPDATE feed_import SET count_number = currval('count_number') WHERE import_id = $1`,
    [importId],
  );
}

/** Of a level that its chunk is about: whoever has counted it since is right, until that is undone. By last_count_pkey. $1: the import. */
export const IS_LAST_COUNT = `EXISTS (SELECT FROM last_count AS last
  WHERE last.product_id = pending.product_id AND last.facility_id = pending.facility_id AND ${STANDING_IMPORT} = $1)`;

const IS_LAST_NUMBER = `
  SELECT FROM feed_import JOIN count_number AS number ON number.last_value = feed_import.count_number WHERE import_id = $1`;

/**
 * Whether a level of a chunk was counted by somebody else since the import has recorded its counts, or is gone. To be asked when its levels are
 * locked. As a rule nobody has counted anything, which is told by one number.
 *
 * @param levels SQL of the chunk's levels, by the import and the number of the chunk
 */
export async function wasCountedSince(
  connection: Connection,
  levels: string,
  chunk: readonly [importId: number, chunk: number],
): Promise<boolean> {
  const { rowCount: isLast } = await connection.query(IS_LAST_NUMBER, [chunk[0]]);
  if (isLast === 1) return false;
  const counted = await connection.query(
    `SELECT FROM (${levels}) AS pending WHERE NOT ${IS_LAST_COUNT} LIMIT 1`,
    [...chunk],
  );
  return counted.rowCount !== 0;
}
