/** Differences that are sent a second time: under the same name, with the same content. */
import { COPY_MARKS, withoutCopyMark } from '../../domain/copied-name.ts';
import type { Connection } from '../database.ts';

/** First key of the advisory lock under which sendings of one content take turns; the second is the content. */
export const SENDING_LOCK = 7_201_155;

export interface SentBefore {
  /** What the import is known by. */
  readonly key: string;
  readonly at: Date;
  /** Rows of it that were refused; 0 also when one of them was removed since, so that nobody knows which they were. */
  readonly failed: number;
  /** Its number, while it is posted only in part; null: it is posted whole. */
  readonly applyingId: number | null;
}

/**
 * The last import of the same content under the same name, or under that of a copy of it, from the same source within so many days, or of what that has grown to; null:
 * none. A feed without rows is none: one every night is no mistake. What was undone may be sent again. Two that come at once take turns. By
 * import_file_by_content and import_file_grown.
 */
export async function findSentBefore(
  connection: Connection,
  feed: {
    readonly key: string;
    readonly sha256: string;
    readonly fileName: string;
    readonly source: string | null;
  },
  days: number,
): Promise<SentBefore | null> {
  await connection.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [SENDING_LOCK, feed.sha256]);
  const { rows } = await connection.query<SentBefore>(
    `WITH RECURSIVE sending (key) AS (
       SELECT sha256 FROM import_file WHERE coalesce(content_sha256, sha256) = $1
         AND regexp_replace(file_name, $6, '', 'gi') = $2
       UNION SELECT sha256 FROM sending JOIN import_file ON grown_from = sending.key
     )
     SELECT sha256 AS key, imported_at AS at,
       CASE WHEN failed_count = (SELECT count(*) FROM import_file_error AS refused
         WHERE refused.sha256 = import_file.sha256) THEN failed_count ELSE 0 END AS failed,
       (SELECT import_id FROM feed_import WHERE import_key = sha256 AND state = 'applying') AS "applyingId"
     FROM sending JOIN import_file ON sha256 = sending.key
     WHERE sha256 <> $3 AND row_count > 0
       AND NOT EXISTS (SELECT FROM feed_import
         WHERE import_key = sha256 AND (state = 'undone' OR source <> $5))
       AND imported_at > now() - make_interval(days => $4)
     ORDER BY imported_at DESC, failed_count LIMIT 1`,
    [feed.sha256, withoutCopyMark(feed.fileName), feed.key, days, feed.source, COPY_MARKS],
  );
  return rows[0] ?? null;
}

/**
 * Takes the rows out of `staged_row` that the earlier import has applied: of an equal file, all that it did not refuse.
 *
 * @returns how many
 */
export async function dropAppliedRows(connection: Connection, earlierKey: string): Promise<number> {
  const dropped = await connection.query(
    `DELETE FROM staged_row AS row
     WHERE NOT EXISTS (SELECT FROM import_file_error AS refused
       WHERE refused.sha256 = $1 AND refused.row_number = row.row_number)`,
    [earlierKey],
  );
  await connection.query('ANALYZE staged_row');
  return dropped.rowCount ?? 0;
}

/**
 * The last import of the rest of a difference: of the same name and content, or of what it has grown to, without the rows that this one had
 * applied. Null: none, or it is undone. Sendings of the content wait until the transaction has ended. By import_file_by_content and
 * import_file_grown.
 */
export async function findContinuation(connection: Connection, importId: number): Promise<number | null> {
  await connection.query(
    `SELECT pg_advisory_xact_lock($1, hashtext(coalesce(content_sha256, sha256)))
     FROM import_file JOIN feed_import ON import_key = sha256 WHERE import_id = $2`,
    [SENDING_LOCK, importId],
  );
  const { rows } = await connection.query<{ importId: number }>(
    `SELECT later.import_id AS "importId"
     FROM feed_import AS own JOIN import_file AS own_file ON own_file.sha256 = own.import_key
     JOIN import_file AS later_file ON coalesce(later_file.content_sha256, later_file.sha256)
         = coalesce(own_file.content_sha256, own_file.sha256) AND later_file.file_name = own_file.file_name
         OR later_file.grown_from = own_file.sha256
     JOIN feed_import AS later ON later.import_key = later_file.sha256
     WHERE own.import_id = $1 AND later.import_id > own.import_id AND later.state IN ('applying', 'applied')
       AND (later.source <> own.source) IS NOT TRUE
       AND (later.row_count < own.row_count OR later_file.grown_from = own_file.sha256)
     ORDER BY later.import_id DESC LIMIT 1`,
    [importId],
  );
  return rows[0]?.importId ?? null;
}
