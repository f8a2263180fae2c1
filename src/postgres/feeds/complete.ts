/** A source that sends all that there is: what its count does not name is counted as zero. */
import type { ImportWarning } from '../../domain/import-warning.ts';
import { LOST_IDS } from '../../domain/recognition/odd-id.ts';
import type { Connection } from '../database.ts';
import { STANDING_IMPORT, STANDING_INSTANT } from './last-count.ts';
import { likeSql } from './like-ids.ts';
import { nameLikelyProducts } from './name-likely-products.ts';
import { IS_GOOD } from './resolving.ts';

/**
 * Levels of the facilities that the file names, which this source has counted last. So nothing is set to zero that the sender does
 * not know of: what another one has counted since, or a store of which it says nothing. A level that is zero already is counted, too, as
 * one that the file names: something may have happened since its instant, which is the latest that the file has of its facility. A file
 * without rows is about all facilities of its source. Another count since that instant is newer. By last_count_pkey, as a whole.
 */
const FIND_ABSENT = `
  CREATE TEMPORARY TABLE absent_row ON COMMIT DROP AS
  WITH place AS (
    SELECT row.facility_id, CASE WHEN bool_and(staged.as_of IS NOT NULL) THEN max(staged.as_of) END AS as_of,
      bool_and(row.own) AS own
    FROM resolved_row AS row JOIN staged_row AS staged USING (row_number) WHERE ${IS_GOOD} GROUP BY row.facility_id
    UNION ALL
    SELECT facility_id, NULL, NULL FROM facility WHERE NOT EXISTS (SELECT FROM staged_row)
  )
  SELECT -row_number() OVER (ORDER BY last.product_id, last.facility_id) AS row_number, last.product_id, last.facility_id,
    place.as_of, coalesce(place.own, last.is_of_available, false) AS own
  FROM place
  JOIN last_count AS last USING (facility_id)
  JOIN feed_import AS import ON import.import_id = ${STANDING_IMPORT} AND import.source = $1
  WHERE (${STANDING_INSTANT} > coalesce(place.as_of, $2, clock_timestamp())) IS NOT TRUE
    AND NOT EXISTS (SELECT FROM resolved_row AS told
      WHERE told.product_id = last.product_id AND told.facility_id = last.facility_id)`;

/** The id of a row, also of one that could not be read. */
const ID = `coalesce(staged.id_value, staged.refused_texts ->> 'idValue')`;

/** Whoever may be meant by a row that was refused is not absent; `likely` has what its line in the error file names. */
const KEEP_UNSURE = `
  WITH unsure AS MATERIALIZED (
    SELECT DISTINCT ${likeSql(ID)} AS id FROM staged_row AS staged JOIN refused_row USING (row_number)
  ), likely AS MATERIALIZED (
    SELECT DISTINCT ', ' || (detail ->> 'likely') || ', ' AS skus FROM refused_row WHERE detail ? 'likely'
  )
  DELETE FROM absent_row USING product
  WHERE product.product_id = absent_row.product_id
    AND (${['sku', 'upc', 'product_id'].map((id) => `${likeSql(`product.${id}`)} IN (SELECT id FROM unsure)`).join(' OR ')}
      OR EXISTS (SELECT FROM likely WHERE strpos(likely.skus, ', ' || product.sku || ', ') > 0))`;

/** They are counted as the file's own rows are. Their numbers are below zero: they stand in no line. */
const STAGE_ABSENT = `
  INSERT INTO staged_row (row_number, row_values, as_of, quantity) SELECT row_number, '[]', as_of, 0 FROM absent_row`;
const RESOLVE_ABSENT = `
  INSERT INTO resolved_row (row_number, product_id, facility_id, quantity, own, as_of)
  SELECT row_number, product_id, facility_id, 0, own, as_of FROM absent_row`;

/** What a posting comes from: a line of the file, or none. */
export const countSourceSql = (fileName: string) =>
  `${fileName} || CASE WHEN row_number > 0 THEN ':' || row_number ELSE ' (absent)' END`;

/** Rows of which nobody can say what they are about: of one without its shape, what stands where the id is may be something else. $1: LOST_IDS. */
const COUNT_LOST = `
  SELECT count(*)::int AS rows FROM staged_row AS staged JOIN refused_row USING (row_number)
  WHERE coalesce(${ID}, '') = '' OR ${ID} ~* ANY ($1) OR staged.refused_code = 'FEED_ROW_UNREADABLE'`;

/**
 * Adds a row of zero for each level that a complete source has counted before and does not name now. To be called once the
 * file's own rows are resolved, and before they are counted. With a row that may be about anything, nobody knows what is absent.
 *
 * @param asOf what the file is about; null: now
 */
export async function addAbsentRows(
  connection: Connection,
  source: string,
  asOf: Date | null,
): Promise<readonly ImportWarning[]> {
  const { rows: lost } = await connection.query<{ rows: number }>(COUNT_LOST, [LOST_IDS]);
  const [{ rows } = { rows: 0 }] = lost;
  if (rows > 0) return [{ code: 'COUNT_ABSENT_UNKNOWN', rows }];
  await connection.query(FIND_ABSENT, [source, asOf]);
  await nameLikelyProducts(connection);
  await connection.query(KEEP_UNSURE);
  await connection.query(STAGE_ABSENT);
  await connection.query(RESOLVE_ABSENT);
  return [];
}

/** By last_count_pkey and feed_import_pkey. */
const LEAVE_OUT = `
  DELETE FROM counted USING last_count AS last JOIN feed_import AS import ON import.import_id = ${STANDING_IMPORT}
  WHERE counted.row_number < 0 AND last.product_id = counted.product_id AND last.facility_id = counted.facility_id
    AND import.source IS DISTINCT FROM $1`;
const LEAVE_OUT_ROWS = `
  DELETE FROM resolved_row AS row WHERE row.row_number < 0
    AND NOT EXISTS (SELECT FROM counted WHERE counted.row_number = row.row_number)`;

/** Leaves out absent rows of levels that somebody else has counted before they were locked. To be called once they are. */
export async function leaveCountedMeanwhile(connection: Connection, source: string): Promise<void> {
  const left = await connection.query(LEAVE_OUT, [source]);
  if (left.rowCount !== 0) await connection.query(LEAVE_OUT_ROWS);
}

/** Levels with units that are set to zero because the file does not name them. */
export async function countAbsent(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM counted WHERE row_number < 0 AND on_hand > 0 AND quantity_after <= 0`,
  );
  return rows[0]?.count ?? 0;
}
