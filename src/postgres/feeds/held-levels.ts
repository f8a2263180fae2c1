/** Levels that held counts are about: a later count of the same source that is about all of them takes their place. */
import { inOrder } from '../../domain/feed-arrival.ts';
import { COUNTS } from '../../domain/feed-kind.ts';
import type { HoldReason } from '../../domain/feed-gates.ts';
import { HELD_LEVELS_PER_PAGE } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

interface Level {
  readonly productId: string;
  readonly facilityId: string;
}

/**
 * Keeps what a count is about, before its transaction is undone: so by a session of its own, and a page in memory at a time.
 *
 * @param counting the session in whose transaction the count was applied
 */
export async function keepHeldLevels(
  database: Database,
  counting: Connection,
  importId: number,
): Promise<void> {
  await counting.query(
    'DECLARE held_levels NO SCROLL CURSOR FOR SELECT product_id AS "productId", facility_id AS "facilityId" FROM counted',
  );
  await database.session(async (session) => {
    await session.query('DELETE FROM held_level WHERE import_id = $1', [importId]);
    for (;;) {
      const { rows } = await counting.query<Level>(`FETCH ${HELD_LEVELS_PER_PAGE} FROM held_levels`);
      if (rows.length === 0) return;
      await session.query(
        `INSERT INTO held_level (import_id, product_id, facility_id)
         SELECT $1, * FROM unnest($2::text[], $3::text[])`,
        [importId, rows.map(({ productId }) => productId), rows.map(({ facilityId }) => facilityId)],
      );
    }
  });
}

/** Held counts of a source, by where they lie in the order in which its feeds count. */
export interface HeldAround {
  /** Those before this one. */
  readonly before: readonly number[];
  /** When the first of those behind this one came; null: there is none. */
  readonly behindSince: Date | null;
}

/** @param feed the one that is imported now: nothing is held of it, or not any more. By feed_import_held. */
export async function findHeldAround(
  connection: Connection,
  feed: {
    readonly importId: number;
    readonly source: string;
    readonly path: string;
    readonly writtenAt: Date;
    readonly isByTime: boolean;
  },
): Promise<HeldAround> {
  const { rows: held } = await connection.query<{
    importId: number;
    path: string;
    modifiedAt: Date;
    cameAt: Date;
  }>(
    `SELECT import_id AS "importId", claimed_path AS path, sent_at AS "modifiedAt", came_at AS "cameAt" FROM feed_import
     WHERE state = 'held' AND source = $1 AND feed_type = ANY ($2) AND import_id <> $3`,
    [feed.source, COUNTS, feed.importId],
  );
  const own = { ...feed, modifiedAt: feed.writtenAt, cameAt: null };
  const all = inOrder([...held, own], () => feed.isByTime);
  const place = all.indexOf(own);
  const came = all.slice(place).flatMap(({ cameAt }) => (cameAt === null ? [] : [cameAt.getTime()]));
  return {
    before: all.slice(0, place).map(({ importId }) => importId),
    behindSince: came.length === 0 ? null : new Date(Math.min(...came)),
  };
}

/** A held feed before this one is replaced when every row of it could be read, and this one is about all its levels. */
const FIND_HELD = `
  SELECT import_id AS "importId", refused_count = 0 AND NOT EXISTS (
    SELECT FROM held_level AS level WHERE level.import_id = held.import_id
      AND NOT EXISTS (SELECT FROM counted AS row
        WHERE row.product_id = level.product_id AND row.facility_id = level.facility_id)
  ) AS "isCovered"
  FROM feed_import AS held
  WHERE state = 'held' AND import_id = ANY ($1)
  ORDER BY came_at, import_id FOR UPDATE`;

/**
 * Lets a count take the place of the held ones before it, in its transaction.
 *
 * @returns why it must wait; null: it need not
 */
export async function replaceHeld(
  connection: Connection,
  before: HeldAround['before'],
): Promise<HoldReason | null> {
  const { rows: held } = await connection.query<{ importId: number; isCovered: boolean }>(FIND_HELD, [
    before,
  ]);
  const first = held.find(({ isCovered }) => !isCovered);
  if (first) return { code: 'BEHIND_HELD', detail: { importId: first.importId } };
  const replaced = held.map((each) => each.importId);
  await connection.query(
    `UPDATE feed_import SET state = 'replaced', decided_at = clock_timestamp() WHERE import_id = ANY ($1)`,
    [replaced],
  );
  await forgetHeldLevels(connection, replaced);
  return null;
}

/** What a count is about that is held no more. */
export async function forgetHeldLevels(
  connection: Pick<Connection, 'query'>,
  importIds: readonly number[],
): Promise<void> {
  if (importIds.length > 0)
    await connection.query('DELETE FROM held_level WHERE import_id = ANY ($1)', [importIds]);
}
