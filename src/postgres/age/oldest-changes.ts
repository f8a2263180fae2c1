/** Reads, for the figure of src/domain/oldest-change.ts, what waits in every shop: one statement for all shops. */
import { judgeWaiting, type OldestChange, type WaitingFacts } from '../../domain/oldest-change.ts';
import { countOf, type PlanCounts } from '../../domain/sync-plan.ts';
import type { Database } from '../database.ts';
import { NOT_APPLIED_SINCE, WAS_NOT_APPLIED } from '../lane/quarantined-rows.ts';
import { IS_OPEN, ORDER_IN_LANE } from '../lane/upload-files.ts';
import { readSoon } from '../read-soon.ts';
import { HARD_SYNC_NEEDED_SINCE, WAITING_CHANGES } from '../planning/waiting-changes.ts';

/** A shop's row; every instant as a Date, null where there is none. */
interface WaitingRow extends Pick<WaitingFacts, 'shopId' | 'limitMs' | 'isClosing' | 'isPaused'> {
  readonly at: Date;
  readonly loggedAt: Date | null;
  readonly isLoggedExact: boolean | null;
  readonly dueAt: Date | null;
  readonly owedAt: Date | null;
  readonly owedProducts: number;
  readonly hardSyncAt: Date | null;
  readonly restoredReason: string | null;
  readonly isRefillDue: boolean;
  readonly hadHardSync: boolean;
  readonly head: number | null;
  readonly isBlocked: boolean;
  readonly reasonCode: string | null;
  readonly writingAt: Date | null;
  readonly writingRows: number;
  readonly writing: number | null;
  readonly publishedAt: Date | null;
  readonly publishedRows: number;
  readonly published: number | null;
  readonly planAt: Date | null;
  readonly plan: number | null;
  readonly planKind: string | null;
  readonly planCounts: PlanCounts | null;
  readonly quarantinedAt: Date | null;
  readonly quarantinedProducts: number;
  readonly unseenAt: Date | null;
  readonly unseenProducts: number;
}

/** In SQL, of the open files of a shop in such a state: the oldest change, the file that has it, and the rows of all. */
function ofFiles(name: string, state: string): string {
  return `min(oldest_change_at) FILTER (WHERE ${state}) AS ${name}_at,
    coalesce(sum(row_count) FILTER (WHERE ${state} AND oldest_change_at IS NOT NULL), 0)::bigint AS ${name}_rows,
    (array_agg(sequence ORDER BY oldest_change_at, sequence) FILTER (WHERE ${state}))[1] AS ${name}`;
}

/**
 * By upload_file_open, sync_plan_held, applied_row_set_apart, applied_row_in_debt, owed_row_pkey and change_log_by_txid;
 * each look-up of a mapping by shop_product_pkey.
 */
const WAITING_ROWS = `
  SELECT shop.shop_id AS "shopId", clock_timestamp() AS at,
    (extract(epoch FROM shop.age_limit) * 1000)::float8 AS "limitMs", shop.closing_since IS NOT NULL AS "isClosing",
    waiting.logged_at AS "loggedAt", waiting.is_logged_exact AS "isLoggedExact",
    least(waiting.clock_at, waiting.rejected_at) AS "dueAt",
    waiting.owed_at AS "owedAt", waiting.owed_products AS "owedProducts",
    ${HARD_SYNC_NEEDED_SINCE} AS "hardSyncAt", origin.restored_reason AS "restoredReason",
    shop.refill_due AS "isRefillDue",
    EXISTS (SELECT FROM upload_file AS made WHERE made.shop_id = shop.shop_id AND made.kind = 'hard-sync')
      AS "hadHardSync",
    lane.paused_at IS NOT NULL AS "isPaused",
    head.sequence AS head, coalesce(head.state = 'BLOCKED', false) AS "isBlocked", head.reason_code AS "reasonCode",
    files.writing_at AS "writingAt", files.writing_rows AS "writingRows", files.writing,
    files.published_at AS "publishedAt", files.published_rows AS "publishedRows", files.published,
    plan.oldest_change_at AS "planAt", plan.plan, plan.kind AS "planKind", plan.counts AS "planCounts",
    quarantined.since AS "quarantinedAt", quarantined.products AS "quarantinedProducts",
    unseen.since AS "unseenAt", unseen.products AS "unseenProducts"
  FROM shop
  LEFT JOIN lane USING (shop_id)
  LEFT JOIN shop_origin AS origin USING (shop_id)
  LEFT JOIN sync_plan AS plan ON plan.shop_id = shop.shop_id AND plan.state = 'HELD'
  CROSS JOIN LATERAL (${WAITING_CHANGES}) AS waiting
  LEFT JOIN LATERAL (
    SELECT sequence, state, reason_code FROM upload_file AS file
    WHERE file.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1
  ) AS head ON true
  CROSS JOIN LATERAL (
    SELECT ${ofFiles('writing', `state = 'WRITING'`)}, ${ofFiles('published', `state <> 'WRITING'`)}
    FROM upload_file AS file WHERE file.shop_id = shop.shop_id AND ${IS_OPEN}
  ) AS files
  CROSS JOIN LATERAL (
    SELECT min(${NOT_APPLIED_SINCE}) AS since, count(*) AS products
    FROM applied_row AS applied
    CROSS JOIN LATERAL (
      SELECT FROM shop_product AS mapped
      WHERE mapped.shop_id = applied.shop_id AND mapped.product_id = applied.product_id OFFSET 0
    ) AS comes
    WHERE applied.shop_id = shop.shop_id AND ${WAS_NOT_APPLIED} AND applied.outcome = 'QUARANTINED'
      AND NOT EXISTS (SELECT FROM owed_row AS owed
        WHERE owed.shop_id = applied.shop_id AND owed.product_id = applied.product_id OFFSET 0)
  ) AS quarantined
  CROSS JOIN LATERAL (
    SELECT min((applied.drops #>> '{0,at}')::timestamptz) AS since, count(*) AS products
    FROM applied_row AS applied
    WHERE applied.shop_id = shop.shop_id AND applied.debt > 0
      AND (applied.drops #>> '{0,at}')::timestamptz < clock_timestamp() - shop.order_lag
  ) AS unseen`;

const EVERY_SHOP = `${WAITING_ROWS} ORDER BY shop.shop_id`;

/** The figure of every shop, by id. */
export async function listOldestChanges(database: Database): Promise<readonly OldestChange[]> {
  const rows = await database.query<WaitingRow>(EVERY_SHOP);
  return rows.map((row) => judgeWaiting(toFacts(row)));
}

/** The same for whoever looks again soon: it ends after READING_TIMEOUT_MS, on the server as well. */
export function readOldestChanges(database: Database): Promise<readonly OldestChange[]> {
  return readSoon(database, async (connection) => {
    const { rows } = await connection.query<WaitingRow>(EVERY_SHOP);
    return rows.map((row) => judgeWaiting(toFacts(row)));
  });
}

/** The figure of one shop; null: there is no such shop. */
export async function findOldestChange(database: Database, shopId: string): Promise<OldestChange | null> {
  const [row] = await database.query<WaitingRow>(`${WAITING_ROWS} WHERE shop.shop_id = $1`, [shopId]);
  return row ? judgeWaiting(toFacts(row)) : null;
}

function toFacts(row: WaitingRow): WaitingFacts {
  const { shopId, limitMs, isClosing, isPaused, head, isBlocked, reasonCode, writing, published, plan } = row;
  const writes = toWaits(row.writingAt, row.writingRows);
  const applies = toWaits(row.publishedAt, row.publishedRows);
  const held = toWaits(row.planAt, countOf(row.planCounts ?? {}));
  return {
    shopId,
    at: row.at.toISOString(),
    limitMs,
    isClosing,
    logged: row.loggedAt && { since: row.loggedAt.toISOString(), isExact: row.isLoggedExact === true },
    due: row.dueAt?.toISOString() ?? null,
    owed: toWaits(row.owedAt, row.owedProducts),
    hardSync: row.hardSyncAt && { since: row.hardSyncAt.toISOString(), why: whyHardSync(row) },
    isPaused,
    head: head === null ? null : { sequence: head, isBlocked, reasonCode },
    writing: writes && writing !== null ? { ...writes, sequence: writing } : null,
    published: applies && published !== null ? { ...applies, sequence: published } : null,
    plan: held && plan !== null ? { ...held, plan, isWholeFile: row.planKind === 'hard-sync' } : null,
    quarantined: toWaits(row.quarantinedAt, row.quarantinedProducts),
    unseenSales: toWaits(row.unseenAt, row.unseenProducts),
  };
}

function toWaits(since: Date | null, products: number) {
  return since && { since: since.toISOString(), products };
}

function whyHardSync({ restoredReason, isRefillDue, hadHardSync }: WaitingRow): string {
  if (restoredReason !== null) return restoredReason;
  if (isRefillDue) return 'it has another location or group';
  return hadHardSync ? 'what changed since its last file is not kept' : 'it has had none yet';
}
