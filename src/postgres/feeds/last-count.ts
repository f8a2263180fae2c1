/** The last count of each level. */
import type { Connection } from '../database.ts';

/** The count that a level is of: the last one, or the one before it when that one is undone. SQL of a row `last` of last_count. */
export const STANDING_IMPORT = 'CASE WHEN last.is_undone THEN last.earlier_import_id ELSE last.import_id END';

/** Its instant; null: there is none, or it is not known. Whoever has undone that one, too, has not said what was before it. */
export const STANDING_INSTANT =
  'CASE WHEN last.is_undone THEN last.earlier_counted_at ELSE last.counted_at END';

/** In key order, so that two who record counts of the same levels cannot wait for each other in a circle. */
const TOLD = `
  SELECT product_id, facility_id, coalesce(as_of, clock_timestamp()) AS counted_at, after_entry,
    current_setting('atp.import_id')::bigint AS import_id, own AS is_of_available
  FROM counted ORDER BY product_id, facility_id`;

const renewSql = (told: string) => `
  SET counted_at = ${told}.counted_at, after_entry = ${told}.after_entry, import_id = ${told}.import_id,
    earlier_import_id = ${STANDING_IMPORT}, earlier_counted_at = ${STANDING_INSTANT}, is_undone = false, hides_undo = false,
    is_of_available = ${told}.is_of_available`;

/** By last_count_pkey, in its order. */
const RENEW = `
  UPDATE last_count AS last ${renewSql('told')}
  FROM (${TOLD}) AS told WHERE last.product_id = told.product_id AND last.facility_id = told.facility_id`;

const ADD = `
  INSERT INTO last_count AS last (product_id, facility_id, counted_at, after_entry, import_id, is_of_available)
  SELECT * FROM (${TOLD}) AS told WHERE NOT EXISTS (SELECT FROM last_count AS last
    WHERE last.product_id = told.product_id AND last.facility_id = told.facility_id)
  ON CONFLICT (product_id, facility_id) DO UPDATE ${renewSql('excluded')}`;

/**
 * What a count finds right posts nothing, and still it was counted: all of `counted` is recorded. To be called before it is posted.
 * Nearly every level was counted before, and to change a row takes two thirds of what it takes to add it unless it is there.
 */
export async function recordCounts(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ counts: number }>('SELECT count(*)::int AS counts FROM counted');
  await connection.query('SET LOCAL enable_hashjoin = off');
  const renewed = await connection.query(RENEW);
  if (renewed.rowCount !== rows[0]?.counts) await connection.query(ADD);
  await connection.query('RESET enable_hashjoin');
}
