/** Differences that are sent a second time: under the same name, with the same content. */
import type { Connection } from '../database.ts';

/** First key of the advisory lock under which equal differences take turns; the second is the content. */
const SENT_AGAIN_LOCK = 7_201_155;

export interface SentBefore {
  /** What the import is known by. */
  readonly key: string;
  readonly at: Date;
  /** Rows of it that were refused. */
  readonly failed: number;
}

/**
 * The last import of the same content under the same name from the same source within so many days; null: none. A feed without rows is
 * none: one every night is no mistake. What was undone may be sent again. Two that come at once take turns. By import_file_by_content.
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
  await connection.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [SENT_AGAIN_LOCK, feed.sha256]);
  const { rows } = await connection.query<SentBefore>(
    `SELECT sha256 AS key, imported_at AS at, failed_count AS failed FROM import_file
     WHERE coalesce(content_sha256, sha256) = $1 AND file_name = $2 AND sha256 <> $3 AND row_count > 0
       AND NOT EXISTS (SELECT FROM feed_import
         WHERE import_key = sha256 AND (state = 'undone' OR source <> $5))
       AND imported_at > now() - make_interval(days => $4)
     ORDER BY imported_at DESC, failed_count LIMIT 1`,
    [feed.sha256, feed.fileName, feed.key, days, feed.source],
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
