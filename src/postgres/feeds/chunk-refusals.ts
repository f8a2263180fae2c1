/** Rows of a large import that were right when it was judged, and cannot be applied any more when their chunk comes. */
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';
import { recordRefusedRows } from './refused-feeds.ts';
import { recordRefusals } from './refused-rows.ts';

interface ImportOfChunk {
  readonly importId: number;
  /** What it is known by. */
  readonly key: string;
  readonly type: FeedType;
  readonly fileName: string;
  readonly source: string | null;
  readonly sentAt: Date;
  readonly isClaimed: boolean;
}

/** SQL of rows (row_number, row_values, column_name, code, detail). */
interface FoundRefusals {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Rows whose product or facility was removed since. By product_pkey and facility_pkey.
 *
 * @param rows SQL of rows (product_id, facility_id, row_number, row_values)
 */
export const removedSql = (rows: string) => `
  SELECT row_number, row_values, CASE WHEN product.product_id IS NULL THEN 'idValue' ELSE 'facilityId' END AS column_name,
    CASE WHEN product.product_id IS NULL THEN 'PRODUCT_UNKNOWN' ELSE 'FACILITY_UNKNOWN' END AS code,
    CASE WHEN product.product_id IS NULL THEN jsonb_build_object('idType', 'PRODUCT_ID', 'idValue', row.product_id)
      ELSE jsonb_build_object('facilityId', row.facility_id) END AS detail
  FROM (${rows}) AS row
  LEFT JOIN product ON product.product_id = row.product_id LEFT JOIN facility ON facility.facility_id = row.facility_id
  WHERE product.product_id IS NULL OR facility.facility_id IS NULL`;

/** By import_file_pkey. */
const COUNT_REFUSED = `
  UPDATE import_file SET applied_count = applied_count - $2, failed_count = failed_count + $2
  WHERE sha256 = $1 RETURNING failed_count AS failed`;

/** Refuses rows of a chunk in its transaction: they get into the error file as those do that were refused when the import was judged. */
export async function refuseOfChunk(
  connection: Connection,
  { importId, key, type, fileName, source, sentAt, isClaimed }: ImportOfChunk,
  { sql, values }: FoundRefusals,
): Promise<void> {
  // A row below zero is no line of the file. The tables have the names by which refusals are recorded.
  const found = await connection.query(
    `CREATE TEMPORARY TABLE staged_row ON COMMIT DROP AS SELECT * FROM (${sql}) AS found WHERE row_number > 0`,
    [...values],
  );
  if (found.rowCount === 0) return;
  await connection.query(
    'CREATE TEMPORARY TABLE refused_row ON COMMIT DROP AS SELECT row_number, column_name, code, detail FROM staged_row',
  );
  const refused = await recordRefusals(connection, key);
  const { rows } = await connection.query<{ failed: number }>(COUNT_REFUSED, [key, refused]);
  await connection.query('UPDATE feed_import SET refused_count = refused_count + $2 WHERE import_id = $1', [
    importId,
    refused,
  ]);
  if (isClaimed)
    await recordRefusedRows(
      connection,
      { fileName, source: source ?? '', type, sentAt },
      rows[0]?.failed ?? 0,
    );
}
