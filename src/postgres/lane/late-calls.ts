/**
 * Rows of calls that may still arrive at Shopify (src/domain/late-call.ts), and their way back when one did: the next
 * file has them again. By the index shopify_call_may_arrive.
 */
import { CALL_WATCHED_FOR_MS, STORED_CALL_REPEATED_FOR_MS, WATCHED_CALLS_MAX } from '../../domain/limits.ts';
import type { LateCall } from '../../domain/late-call.ts';
import type { Connection, Database } from '../database.ts';
import { IS_NOT_ON_ITS_WAY } from './quarantined-rows.ts';
import { ROWS_OF_CALL } from './stored-call.ts';

/**
 * In SQL: the calls of shop $1 that were sent and may still arrive, newest first. The clock is the lane's, which goes on only
 * with the looks at what is watched: what arrived while the lane was paused is still to be seen. A call that a release before
 * this one has sent was sent until it was too old, at the latest.
 */
const MAY_ARRIVE = `
  SELECT shop_id, sequence, chunk, variables, positions FROM shopify_call
  WHERE shop_id = $1 AND (repeated OR state = 'EXPIRED_UNKNOWN')
    AND coalesce(sending_until, stored_at + make_interval(secs => ${STORED_CALL_REPEATED_FOR_MS / 1000}))
      > coalesce((SELECT late_calls_seen_at FROM lane WHERE shop_id = $1), clock_timestamp())
        - make_interval(secs => ${CALL_WATCHED_FOR_MS / 1000})
  ORDER BY sequence DESC, chunk DESC, generation DESC LIMIT ${WATCHED_CALLS_MAX}`;

/** In SQL, of a row `call` of shopify_call: what it sends, as the table `sent`. */
const SENT = `jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
  AS sent ("inventoryItemId" text, "locationId" text, quantity int, "changeFromQuantity" int)`;

/**
 * In SQL, of a call of MAY_ARRIVE, `sent` and `applied`: the item was pushed since, at the same location, and the call would change
 * what that left. Until it is pushed, the call is one in doubt: see src/domain/doubtful-call.ts.
 */
const WOULD_CHANGE = `applied.inventory_item_id = sent."inventoryItemId"
  AND applied.pushed_sequence >= call.sequence AND applied.last_known <> sent.quantity
  AND sent."locationId" IS NOT DISTINCT FROM (SELECT location_id FROM upload_file AS pushed
    WHERE pushed.shop_id = $1 AND pushed.sequence = applied.pushed_sequence)`;

/** By inventory item: the rows of late calls that would change what our last push left. */
export async function readLateCalls(
  connection: Connection,
  shopId: string,
  productIds: readonly string[],
): Promise<ReadonlyMap<string, readonly LateCall[]>> {
  const { rows } = await connection.query<LateCall & { readonly inventoryItemId: string }>(
    `SELECT sent."inventoryItemId", sent.quantity, sent."changeFromQuantity"
     FROM (${MAY_ARRIVE}) AS call CROSS JOIN LATERAL ${SENT}
     JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = ANY($2) AND ${WOULD_CHANGE}`,
    [shopId, productIds],
  );
  return Map.groupBy(rows, ({ inventoryItemId }) => inventoryItemId);
}

/** A row that is watched: what our last push left, and the calls that may still change it. */
export interface WatchedRow {
  readonly productId: string;
  readonly inventoryItemId: string;
  /** The file of the product's last push. */
  readonly pushedSequence: number;
  readonly lastKnown: number;
  readonly late: readonly LateCall[];
}

/** In SQL: a row of a late call that no file brings anyway. Rows and request of a call are read once each. */
const WATCHED = `FROM (${MAY_ARRIVE}) AS call
  CROSS JOIN LATERAL (
    SELECT row.product_id, sent.* FROM ${ROWS_OF_CALL} JOIN ${SENT} ON row.inventory_item_id = sent."inventoryItemId" OFFSET 0
  ) AS sent
  JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = sent.product_id AND ${WOULD_CHANGE}
  WHERE applied.outcome IN ('APPLIED', 'UNCHANGED') AND ${IS_NOT_ON_ITS_WAY}`;

/** Rows to look at now; those that were looked at longest ago come first. */
export async function listWatchedRows(
  database: Database,
  shopId: string,
  limit: number,
): Promise<readonly WatchedRow[]> {
  return database.query<WatchedRow>(
    `SELECT applied.product_id AS "productId", applied.inventory_item_id AS "inventoryItemId",
       applied.pushed_sequence AS "pushedSequence", applied.last_known AS "lastKnown",
       jsonb_agg(jsonb_build_object('quantity', sent.quantity, 'changeFromQuantity', sent."changeFromQuantity")) AS late
     ${WATCHED}
     GROUP BY applied.shop_id, applied.product_id
     ORDER BY applied.looked_at NULLS FIRST, applied.product_id LIMIT $2`,
    [shopId, limit],
  );
}

/**
 * In SQL, of a watched row: since when nothing is known to have changed it. A push reads the item before it writes, so it
 * is a look as well, not before the lane began its file. A product that sells all day is pushed again before anybody looks.
 */
const LOOKED_AT = `coalesce(greatest(applied.looked_at, (SELECT started_at FROM upload_file AS pushed
  WHERE pushed.shop_id = $1 AND pushed.sequence = applied.pushed_sequence)), '-infinity')`;

/**
 * Products of which a look at Shopify may tell something new: quarantined ones, and watched rows. The lane's clock of
 * watched rows goes on to the oldest of their last looks, and to now when there is none to be looked at.
 */
export async function countToRecheck(database: Database, shopId: string): Promise<number> {
  await database.query(
    `UPDATE lane SET late_calls_seen_at = greatest(late_calls_seen_at, coalesce(
       (SELECT min(${LOOKED_AT}) ${WATCHED}), clock_timestamp()))
     WHERE shop_id = $1`,
    [shopId],
  );
  const [found] = await database.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM applied_row JOIN shop_product USING (shop_id, product_id)
         WHERE shop_id = $1 AND outcome = 'QUARANTINED')::int
       + (SELECT count(DISTINCT applied.product_id) ${WATCHED})::int AS count`,
    [shopId],
  );
  return found?.count ?? 0;
}

/**
 * Records that these rows were looked at, and owes the products of those that a late call has changed (cause LATE_CALL),
 * unless a file has pushed them meanwhile. Returns how many.
 */
export async function oweTurned(
  database: Database,
  shopId: string,
  lookedAt: readonly WatchedRow[],
  turned: readonly WatchedRow[],
): Promise<number> {
  return database.transaction(async (connection) => {
    const { rowCount } = await connection.query(
      `INSERT INTO owed_row (shop_id, product_id, cause)
       SELECT applied.shop_id, applied.product_id, 'LATE_CALL'
       FROM unnest($2::text[], $3::bigint[], $4::int[]) AS turned (product_id, pushed_sequence, last_known)
       JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = turned.product_id
         AND applied.pushed_sequence = turned.pushed_sequence AND applied.last_known = turned.last_known
       ORDER BY applied.product_id
       ON CONFLICT DO NOTHING`,
      [
        shopId,
        turned.map(({ productId }) => productId),
        turned.map(({ pushedSequence }) => pushedSequence),
        turned.map(({ lastKnown }) => lastKnown),
      ],
    );
    // In key order, as the lane settles its rows, so that the two cannot wait for each other in a circle.
    await connection.query(
      `WITH looked AS (
         SELECT product_id FROM applied_row WHERE shop_id = $1 AND product_id = ANY($2)
         ORDER BY product_id FOR UPDATE
       )
       UPDATE applied_row AS applied SET looked_at = now()
       FROM looked WHERE applied.shop_id = $1 AND applied.product_id = looked.product_id`,
      [shopId, lookedAt.map(({ productId }) => productId)],
    );
    return rowCount ?? 0;
  });
}
