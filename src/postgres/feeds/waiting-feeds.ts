/** Feeds in incoming/ that nobody has imported yet, as the runs of the import see them. */
import type { Database } from '../database.ts';

/**
 * Records what a run has found; what it did not find is not waiting any more.
 *
 * @param folders those that the run has looked into; null: it has looked everywhere
 */
export async function recordWaitingFeeds(
  database: Database,
  folders: readonly string[] | null,
  paths: readonly string[],
): Promise<void> {
  await database.query(
    `WITH gone AS (
       DELETE FROM waiting_feed
       WHERE path <> ALL ($2) AND ($1::text[] IS NULL OR regexp_replace(path, '/[^/]*$', '') = ANY ($1)))
     INSERT INTO waiting_feed (path) SELECT unnest($2::text[]) ON CONFLICT DO NOTHING`,
    [folders, paths],
  );
}

/** The feed is imported, or refused. */
export async function forgetWaitingFeed(database: Database, path: string): Promise<void> {
  await database.query('DELETE FROM waiting_feed WHERE path = $1', [path]);
}

/** Feeds that have waited for longer than that, and the one that waits longest; null: none has. */
export async function findLongWaitingFeeds(
  database: Database,
  forMs: number,
): Promise<{ readonly count: number; readonly path: string; readonly since: Date } | null> {
  const [first] = await database.query<{ count: number; path: string; since: Date }>(
    `SELECT count(*) OVER ()::int AS count, path, seen_since AS since FROM waiting_feed
     WHERE seen_since < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
     ORDER BY seen_since, path LIMIT 1`,
    [forMs],
  );
  return first ?? null;
}
