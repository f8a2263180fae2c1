/** How often a feed of a type is to come. */
import type { FeedType } from '../../domain/feed-type.ts';
import { FEED_LATENESS_MIN_MS, FEED_LATENESS_SHARE } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

export interface ExpectedFeed {
  readonly type: FeedType;
  readonly everyMs: number;
  /** When the last one was imported; null: none was, since it is expected or before. */
  readonly cameAt: Date | null;
  /** When the next one is late. */
  readonly dueAt: Date;
  readonly isLate: boolean;
}

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

/** One is late FEED_LATENESS_SHARE of its time after it was due, and FEED_LATENESS_MIN_MS at least. */
export async function listExpectedFeeds(database: Database): Promise<readonly ExpectedFeed[]> {
  return database.query<ExpectedFeed>(
    `SELECT feed_type AS type, (extract(epoch FROM every) * 1000)::float8 AS "everyMs", came_at AS "cameAt",
       due_at AS "dueAt", due_at < clock_timestamp() AS "isLate"
     FROM expected_feed,
       LATERAL (SELECT greatest(came_at, expected_since) + every
         + greatest(every * $1::float8, make_interval(secs => $2::float8 / 1000)) AS due_at) AS due
     ORDER BY feed_type`,
    [FEED_LATENESS_SHARE, FEED_LATENESS_MIN_MS],
  );
}
