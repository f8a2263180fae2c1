/** Feeds on SFTP that nobody has imported yet, as the runs of the import see them. */
import type { WaitingCode } from '../../domain/feed-arrival.ts';
import type { Database } from '../database.ts';
import type { FeedOnDrop } from './feeds-left.ts';

/** The folder that a feed was sent to, also of one that is claimed. */
const SOURCE = `regexp_replace(regexp_replace(path, '^claimed/[^/]+', 'incoming'), '/[^/]*$', '')`;

interface FeedSeen {
  readonly path: string;
  readonly seenSince: Date;
  /** How long its size and time have not changed, from one look to another. */
  readonly stillForMs: number;
}

/**
 * Records what a run has found; what it did not find is not waiting any more. What was seen at a time that lies ahead was seen
 * before the clock was set back: it counts as seen now, or it would stand still for nobody, and wait untold, until then.
 *
 * @param folders those that the run has looked into; null: it has looked everywhere
 * @param elsewhere those that lie on other servers: what is known of them stays
 */
export async function recordWaitingFeeds(
  database: Database,
  folders: readonly string[] | null,
  feeds: readonly FeedOnDrop[],
  elsewhere: readonly string[] = [],
): Promise<ReadonlyMap<string, FeedSeen>> {
  const seen = await database.query<FeedSeen>(
    `WITH found AS (
       SELECT * FROM unnest($2::text[], $3::bigint[], $4::timestamptz[]) AS feed (path, size_bytes, modified_at)
     ), gone AS (
       DELETE FROM waiting_feed
       WHERE path <> ALL ($2) AND ($1::text[] IS NULL OR ${SOURCE} = ANY ($1)) AND ${SOURCE} <> ALL ($5)
     )
     INSERT INTO waiting_feed AS known (path, size_bytes, modified_at)
     SELECT path, size_bytes, modified_at FROM found
     ON CONFLICT (path) DO UPDATE SET
       size_bytes = excluded.size_bytes, modified_at = excluded.modified_at,
       seen_since = least(known.seen_since, clock_timestamp()),
       still_since = CASE
         WHEN (known.size_bytes, known.modified_at) IS NOT DISTINCT FROM (excluded.size_bytes, excluded.modified_at)
         THEN least(known.still_since, clock_timestamp()) ELSE clock_timestamp() END
     RETURNING path, seen_since AS "seenSince",
       greatest(0, extract(epoch FROM clock_timestamp() - still_since) * 1000)::float8 AS "stillForMs"`,
    [
      folders,
      feeds.map(({ path }) => path),
      feeds.map(({ sizeBytes }) => sizeBytes),
      feeds.map(({ modifiedAt }) => modifiedAt),
      elsewhere,
    ],
  );
  return new Map(seen.map((feed) => [feed.path, feed]));
}

/** Records what keeps feeds waiting: those that hold back others. For all others nothing does. */
export async function recordWhatFeedsWaitFor(
  database: Database,
  waiting: readonly { readonly path: string; readonly code: WaitingCode }[],
): Promise<void> {
  await database.query(
    `UPDATE waiting_feed SET waits_for = found.code
     FROM waiting_feed AS known
       LEFT JOIN unnest($1::text[], $2::text[]) AS found (path, code) USING (path)
     WHERE waiting_feed.path = known.path AND waiting_feed.waits_for IS DISTINCT FROM found.code`,
    [waiting.map(({ path }) => path), waiting.map(({ code }) => code)],
  );
}

/** The feed is imported, refused, or claimed under another path. */
export async function forgetWaitingFeeds(database: Database, paths: readonly string[]): Promise<void> {
  await database.query('DELETE FROM waiting_feed WHERE path = ANY ($1)', [paths]);
}

export interface LongWaiting {
  readonly count: number;
  readonly path: string;
  readonly since: Date;
  /** What keeps the first one waiting; null: its turn has not come. */
  readonly waitsFor: WaitingCode | null;
}

/**
 * Feeds that have waited for longer than that, and the one that waits longest; null: none has. Not those that are held, and
 * those behind them: a held feed is told by itself.
 */
export async function findLongWaitingFeeds(database: Database, forMs: number): Promise<LongWaiting | null> {
  const [first] = await database.query<LongWaiting>(
    `SELECT count(*) OVER ()::int AS count, path, seen_since AS since, waits_for AS "waitsFor" FROM waiting_feed
     WHERE seen_since < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
       AND ${SOURCE} NOT IN (SELECT ${SOURCE} FROM waiting_feed WHERE waits_for = 'FEED_HELD')
     ORDER BY waits_for IS NULL, seen_since, path LIMIT 1`,
    [forMs],
  );
  return first ?? null;
}
