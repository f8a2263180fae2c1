/** How often a feed of a type, or of a source, is to come. */
import { missingFrom, type ExpectedFeed } from '../../domain/expected-feed.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection, Database } from '../database.ts';

/** @param everyMs null: it is not expected any more */
export async function expectFeed(database: Database, type: FeedType, everyMs: number | null): Promise<void> {
  if (everyMs === null) {
    await database.query('DELETE FROM expected_feed WHERE feed_type = $1', [type]);
    return;
  }
  await database.query(
    `INSERT INTO expected_feed (feed_type, every, came_at)
     VALUES ($1, make_interval(secs => $2::float8 / 1000),
       (SELECT max(imported_at) FROM import_file WHERE feed_type = $1))
     ON CONFLICT (feed_type) DO UPDATE SET every = excluded.every`,
    [type, everyMs],
  );
}

/** Says that a feed of the type has come. */
export async function recordFeedCame(connection: Connection, type: FeedType): Promise<void> {
  await connection.query('UPDATE expected_feed SET came_at = clock_timestamp() WHERE feed_type = $1', [type]);
}

/**
 * All feeds that are expected: of types, then of sources. A feed has come whatever has become of it: also one that is held, or
 * that a person has approved a moment ago, rejected or undone. A time that lies ahead was recorded before the clock was set
 * back: nobody would be told until then, so it counts as none. By feed_import_came.
 */
export async function listExpectedFeeds(database: Database): Promise<readonly ExpectedFeed[]> {
  const rows = await database.query<Expectation>(
    `SELECT feed_type AS type, NULL AS source, extract(epoch FROM every) * 1000 AS "everyMs",
       CASE WHEN came_at <= clock_timestamp() THEN came_at
         ELSE (SELECT max(imported_at) FROM import_file
           WHERE import_file.feed_type = expected_feed.feed_type AND imported_at <= clock_timestamp()) END AS "cameAt",
       expected_since AS since, 'UTC' AS "timeZone", clock_timestamp() AS now
     FROM expected_feed
     UNION ALL
     SELECT NULL, source, (settings ->> 'expectedEveryMs')::numeric, last.came_at, expected_since,
       coalesce(settings ->> 'timeZone', 'UTC'), clock_timestamp()
     FROM feed_source,
       LATERAL (SELECT max(came_at) AS came_at FROM feed_import
         WHERE feed_import.source = feed_source.source AND came_at <= clock_timestamp()) AS last
     WHERE settings ? 'expectedEveryMs'
     ORDER BY type, source`,
  );
  return rows.map(({ since, now, everyMs, ...of }) => {
    const from = of.cameAt !== null && (of.cameAt > since || since > now) ? of.cameAt : since;
    // Nothing is known of the past: it is missing until one comes.
    const dueAt = from > now ? now : missingFrom(from, Number(everyMs), of.timeZone);
    return { ...of, everyMs: Number(everyMs), dueAt, isLate: from > now || dueAt < now };
  });
}

type Expectation = Omit<ExpectedFeed, 'everyMs' | 'dueAt' | 'isLate'> & {
  /** Postgres writes a number of any size as text. */
  readonly everyMs: string | number;
  readonly since: Date;
  readonly now: Date;
};
