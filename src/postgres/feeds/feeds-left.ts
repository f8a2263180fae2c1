/**
 * Feeds that are done with and could not be moved to archive/ or error/. They are never imported again: a later run only
 * moves them.
 */
import type { FeedsLeft } from '../../domain/feeds-left.ts';
import type { Database } from '../database.ts';

/** A feed as it lies on SFTP. Another size or time under the same path is another feed. */
export interface FeedOnDrop {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface FeedFault {
  readonly code: string;
  readonly message: string;
}

export interface FeedLeft extends FeedOnDrop {
  /** Why the feed was refused as a whole; null: it was imported. */
  readonly fault: FeedFault | null;
}

export async function listFeedsLeft(database: Database): Promise<readonly FeedLeft[]> {
  const rows = await database.query<FeedOnDrop & { code: string | null; message: string | null }>(
    `SELECT path, size_bytes AS "sizeBytes", modified_at AS "modifiedAt", fault_code AS code,
       fault_message AS message
     FROM feed_left`,
  );
  return rows.map(({ code, message, ...feed }) => ({
    ...feed,
    fault: code === null ? null : { code, message: message ?? '' },
  }));
}

/** The record of this very feed, if there is one; null: there is none, or another feed lies in its place by now. */
export function findLeft<Known extends FeedOnDrop>(left: readonly Known[], feed: FeedOnDrop): Known | null {
  const found = left.find(({ path }) => path === feed.path);
  const isSame =
    found?.sizeBytes === feed.sizeBytes && found.modifiedAt.getTime() === feed.modifiedAt.getTime();
  return found && isSame ? found : null;
}

/** @param error why it could not be moved */
export async function recordFeedLeft(database: Database, feed: FeedLeft, error: string): Promise<void> {
  const { path, sizeBytes, modifiedAt, fault } = feed;
  await database.query(
    `INSERT INTO feed_left AS known (path, size_bytes, modified_at, fault_code, fault_message, error)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (path) DO UPDATE SET size_bytes = $2, modified_at = $3, fault_code = $4, fault_message = $5,
       error = $6,
       left_since = CASE WHEN (known.size_bytes, known.modified_at) = ($2, $3) THEN known.left_since ELSE now() END`,
    [path, sizeBytes, modifiedAt, fault?.code ?? null, fault?.message ?? null, error],
  );
}

/** Forgets feeds that do not lie there any more. */
export async function forgetFeedsLeft(database: Database, paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await database.query('DELETE FROM feed_left WHERE path = ANY($1)', [paths]);
}

/** Null when no feed is left. */
export async function inspectFeedsLeft(database: Database): Promise<FeedsLeft | null> {
  const [oldest] = await database.query<FeedsLeft>(
    `SELECT count(*) OVER ()::int AS count, path, left_since AS since, error
     FROM feed_left ORDER BY left_since, path LIMIT 1`,
  );
  return oldest ?? null;
}
