/** What gates judge an import by: read behind its postings, in their transaction. */
import {
  riseUnitsMaxOf,
  type AbsentAt,
  type GateFacts,
  type GateLimits,
  type Move,
} from '../../domain/feed-gates.ts';
import { isCount } from '../../domain/feed-kind.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { GATE_ABSENT_MIN, GATE_HISTORY_MAX, GATE_HISTORY_MIN } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { MOVES } from './effect.ts';

interface Import {
  readonly type: FeedType;
  readonly source: string | null;
  readonly rows: number;
  readonly importId: number;
  readonly settings: GateLimits;
}

/** To be called once readEffect has looked at the same import. */
export async function readGateFacts(
  connection: Connection,
  about: Import,
): Promise<Omit<GateFacts, 'toZero' | 'sentBeforeAt' | 'hasGrown' | 'beginsWith'>> {
  const { type, rows, settings } = about;
  return {
    type,
    rows,
    unknownRows: await countUnknownProducts(connection),
    usualRows: await readUsualRows(connection, about),
    ...(await readShares(connection, type)),
    rise: await findRise(connection, riseUnitsMaxOf(settings)),
  };
}

/** Of the levels that had units and rise by more than so many, the one that rises to the most times of them. */
async function findRise(connection: Connection, unitsMax: number): Promise<Move | null> {
  const { rows } = await connection.query<Move>(
    `${MOVES} WHERE before > 0 AND after - before > $1
     ORDER BY after::float8 / before DESC, sku, facility_id LIMIT 1`,
    [unitsMax],
  );
  return rows[0] ?? null;
}

/** Levels with units that a count is about, whether it changes them or not. */
async function readShares(
  connection: Connection,
  type: FeedType,
): Promise<Pick<GateFacts, 'positive' | 'absent'>> {
  if (!isCount(type)) return { positive: 0, absent: [] };
  const { rows } = await connection.query<{ positive: number } & AbsentAt>(
    `SELECT DISTINCT ON (absent >= $1) facility_id AS "facilityId", absent::int, had::int, (sum(had) OVER ())::int AS positive
     FROM (
       SELECT facility_id, count(*) AS had, count(*) FILTER (WHERE row_number < 0 AND quantity_after <= 0) AS absent
       FROM counted WHERE on_hand > 0 GROUP BY facility_id
     ) AS place
     ORDER BY absent >= $1 DESC, absent::float8 / had DESC, facility_id`,
    [GATE_ABSENT_MIN],
  );
  return {
    positive: rows[0]?.positive ?? 0,
    absent: rows.filter(({ absent }) => absent > 0).map(({ positive: _, ...place }) => place),
  };
}

async function countUnknownProducts(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM refused_row WHERE code = 'PRODUCT_UNKNOWN'`,
  );
  return rows[0]?.count ?? 0;
}

/** In its state, the last ones. */
const lastFeedsSql = (state: 'applied' | 'applying') => `
  SELECT import_id, row_count FROM feed_import
  WHERE source = $1 AND feed_type = $2 AND state = '${state}' AND row_count > 0 AND import_id <> $3
  ORDER BY import_id DESC LIMIT $4`;

/**
 * The fewest rows of the last feeds of a source and type; null: there were too few. One that is posted only in part was judged, so it
 * is one of them. By feed_import_history and feed_import_applying.
 */
async function readUsualRows(
  connection: Connection,
  { source, type, importId }: Import,
): Promise<GateFacts['usualRows']> {
  const { rows } = await connection.query<{ count: number; fewest: number | null }>(
    `SELECT count(*)::int AS count, min(row_count) AS fewest FROM (
       SELECT row_count FROM ((${lastFeedsSql('applied')}) UNION ALL (${lastFeedsSql('applying')})) AS feed
       ORDER BY import_id DESC LIMIT $4) AS last`,
    [source, type, importId, GATE_HISTORY_MAX],
  );
  const { count = 0, fewest = null } = rows[0] ?? {};
  return count >= GATE_HISTORY_MIN ? fewest : null;
}
