/**
 * Feeds that came in and were refused, as a whole or some of their rows. Each is open until something says the same again without a
 * refused row, or a person dismisses it.
 */
import { INCOMING_FOLDER } from '../../domain/drop-folders.ts';
import { isCount } from '../../domain/feed-kind.ts';
import { parseFeedType, type FeedType } from '../../domain/feed-type.ts';
import { IMPORT_RECORDS_KEPT_DAYS, REFUSED_FEEDS_KEPT_DAYS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import type { FeedFault } from './feeds-left.ts';

interface RefusedFile {
  readonly fileName: string;
  /** The folder that it was sent to. */
  readonly source: string;
  /** Null: it could not be told. */
  readonly type: FeedType | null;
  /** The time of the file on SFTP. */
  readonly sentAt: Date;
}

/** Records a feed of which nothing was applied. An attempt may repeat it. */
export async function recordRefusedFeed(
  database: Database,
  { fileName, source, type, sentAt }: RefusedFile,
  { code, message }: FeedFault,
): Promise<void> {
  await database.query(
    `INSERT INTO refused_feed (file_name, sent_at, source, feed_type, code, message) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [fileName, sentAt, source, type, code, message],
  );
}

/** Records refused rows of a feed, in the transaction that applies its others. Of a large one each chunk may find more. */
export async function recordRefusedRows(
  connection: Connection,
  { fileName, source, type, sentAt }: RefusedFile,
  rows: number,
): Promise<void> {
  await connection.query(
    `INSERT INTO refused_feed (file_name, sent_at, source, feed_type, refused_rows) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (file_name, sent_at, source) DO UPDATE SET refused_rows = excluded.refused_rows
     WHERE refused_feed.refused_rows < excluded.refused_rows`,
    [fileName, sentAt, source, type, rows],
  );
}

/** In SQL: a name without the type in front, which may be said by the folder, or be what was wrong with it. */
const nameOf = (name: string) => `regexp_replace(${name}, '^[A-Z_]+__', '')`;

/**
 * A feed has come in without a refused row. What was refused of its source is told no more where this one says it: it is the file
 * again, or a newer count of a sender that has the folder for itself. Any other feed, such as the next difference, says nothing of
 * what the refused one has said.
 *
 * @param source null: a person has imported it, and has not said whose it is, so any is meant
 */
export async function endRefusedFeeds(
  connection: Connection,
  came: { readonly fileName: string; readonly type: FeedType; readonly source: string | null },
): Promise<void> {
  const { fileName, type, source } = came;
  const isCountOfOne = isCount(type) && source !== null && isOfOneSender(source);
  await connection.query(
    `UPDATE refused_feed SET ended_at = clock_timestamp()
     WHERE ended_at IS NULL AND ($2::text IS NULL OR source IN ($2, ''))
       AND ((${nameOf('file_name')} = ${nameOf('$3')} AND coalesce(feed_type, $1) = $1)
         OR ($4 AND feed_type = $1))`,
    [type, source, fileName, isCountOfOne],
  );
}

/** Not `incoming/` itself, nor a folder that is named after a type: there, each store may put its own. */
function isOfOneSender(source: string): boolean {
  return source !== INCOMING_FOLDER && parseFeedType(source) === null;
}

/**
 * @param which those of a name, or all of a type
 * @returns how many of them were open
 */
export async function dismissRefusedFeeds(
  database: Database,
  which: { readonly fileName: string } | { readonly type: FeedType },
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<number> {
  const [column, value] = 'type' in which ? ['feed_type', which.type] : ['file_name', which.fileName];
  const dismissed = await database.query(
    `UPDATE refused_feed SET ended_at = clock_timestamp(), dismissed_by = $2, reason = $3
     WHERE ${column} = $1 AND ended_at IS NULL RETURNING file_name`,
    [value, by, reason],
  );
  return dismissed.length;
}

/**
 * Removes what ended REFUSED_FEEDS_KEPT_DAYS ago, and what nobody has ended when nothing else is known of it any more. There are
 * few: a row a feed that was refused.
 */
export async function purgeRefusedFeeds(session: Connection): Promise<void> {
  await session.query(
    `DELETE FROM refused_feed WHERE ended_at < clock_timestamp() - make_interval(days => $1)
       OR refused_at < clock_timestamp() - make_interval(days => $2)`,
    [REFUSED_FEEDS_KEPT_DAYS, IMPORT_RECORDS_KEPT_DAYS],
  );
}

export interface RefusedFeed {
  readonly fileName: string;
  /** Null: an earlier release has recorded it. */
  readonly source: string | null;
  readonly type: string | null;
  readonly refusedAt: Date;
  /** Null: nothing of it was applied. */
  readonly refusedRows: number | null;
  /** Why nothing of it was applied; null: some rows were refused, each for its own reason. */
  readonly code: string | null;
  readonly message: string | null;
}

/** The open ones, the oldest first, by the index refused_feed_open. */
export async function listRefusedFeeds(database: Database, limit: number): Promise<readonly RefusedFeed[]> {
  return database.query<RefusedFeed>(
    `SELECT file_name AS "fileName", nullif(source, '') AS source, feed_type AS type, refused_at AS "refusedAt", refused_rows AS "refusedRows",
       code, message
     FROM refused_feed WHERE ended_at IS NULL ORDER BY refused_at, file_name LIMIT $1`,
    [limit],
  );
}

/** The open ones of one type. */
export interface RefusalSummary {
  /** Null: of those whose type could not be told. */
  readonly type: string | null;
  readonly feeds: number;
  /** Of the newest one. */
  readonly fileName: string;
  readonly message: string | null;
  readonly rows: number;
  /** When the oldest one was refused. */
  readonly since: Date;
}

/** What is open, of feeds that were refused as a whole, or of refused rows: by type, the oldest first. */
export async function summarizeRefusals(
  database: Database,
  what: 'whole' | 'rows',
): Promise<readonly RefusalSummary[]> {
  return database.query<RefusalSummary>(
    `SELECT feed_type AS type, count(*)::int AS feeds, coalesce(sum(refused_rows), 0)::int AS rows,
       (array_agg(file_name ORDER BY refused_at DESC, file_name))[1] AS "fileName",
       (array_agg(code || ': ' || message ORDER BY refused_at DESC, file_name))[1] AS message,
       min(refused_at) AS since
     FROM refused_feed WHERE ended_at IS NULL AND (refused_rows IS NULL) = $1
     GROUP BY feed_type ORDER BY min(refused_at), feed_type`,
    [what === 'whole'],
  );
}
