/** Rows of a feed that are refused, with their reasons in words. */
import { AtpError, type ErrorCode, type ErrorDetail } from '../../domain/errors.ts';
import type { RefusedRow } from '../../domain/feed.ts';
import { REFUSED_ROWS_PER_PAGE } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

interface StagedRefusal {
  readonly rowNumber: number;
  readonly columnName: string;
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/** Turns codes into sentences, a page in memory at a time; the rows' values never leave the database. */
export async function recordRefusals(connection: Connection, key: string): Promise<number> {
  let failed = 0;
  for (let after = 0; ;) {
    const { rows: page } = await connection.query<StagedRefusal>(
      `SELECT row_number AS "rowNumber", column_name AS "columnName", code, detail
       FROM refused_row WHERE row_number > $1 ORDER BY row_number LIMIT $2`,
      [after, REFUSED_ROWS_PER_PAGE],
    );
    const last = page.at(-1);
    if (!last) return failed;
    // Made only now, since most feeds have no refused row. By it each page reads its own part of the rows.
    if (failed === 0) await connection.query('CREATE UNIQUE INDEX ON staged_row (row_number)');
    await connection.query(
      `INSERT INTO import_file_error (sha256, row_number, column_name, code, message, row_values)
       SELECT $1, refusal.row_number, refusal.column_name, refusal.code, refusal.message, staged.row_values::jsonb
       FROM unnest($2::int[], $3::text[], $4::text[], $5::text[])
         AS refusal (row_number, column_name, code, message)
       JOIN staged_row AS staged USING (row_number)
       WHERE staged.row_number BETWEEN $6 AND $7`,
      [
        key,
        page.map(({ rowNumber }) => rowNumber),
        page.map(({ columnName }) => columnName),
        page.map(({ code }) => code),
        page.map(({ code, detail }) => new AtpError(code, detail).message),
        page[0]?.rowNumber,
        last.rowNumber,
      ],
    );
    failed += page.length;
    after = last.rowNumber;
  }
}

const SELECT = `SELECT row_number AS "rowNumber", column_name AS "column", code, message, row_values AS "values"
  FROM import_file_error`;

/**
 * Those of an import by number, from behind a row on. None of one of which nothing was applied by a decision, nor of one whose rows
 * were kept long enough. By feed_import_pkey and import_file_error_pkey.
 */
export async function listRefusedRows(
  database: Database,
  importId: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly RefusedRow[]> {
  return database.query<RefusedRow>(
    `${SELECT} WHERE sha256 = (SELECT import_key FROM feed_import WHERE import_id = $1) AND row_number > $2
     ORDER BY row_number LIMIT $3`,
    [importId, after, limit],
  );
}

/** By import_file_error_pkey. */
export async function* readRefusedRows(connection: Connection, key: string): AsyncGenerator<RefusedRow> {
  for (let after = 0; ;) {
    const { rows: page } = await connection.query<RefusedRow>(
      `${SELECT} WHERE sha256 = $1 AND row_number > $2 ORDER BY row_number LIMIT $3`,
      [key, after, REFUSED_ROWS_PER_PAGE],
    );
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.rowNumber;
  }
}
