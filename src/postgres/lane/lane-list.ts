/** All lanes at once, as a person looks at them in the morning: one statement for all shops. */
import { LANES_LISTED_MAX } from '../../domain/limits.ts';
import type { UploadFileState } from '../../domain/upload-file.ts';
import type { Database } from '../database.ts';
import { LEASE_LASTS } from './lane.ts';
import { toLaneState, type LaneState } from './lane-view.ts';
import { IS_OPEN, ORDER_IN_LANE } from './upload-files.ts';

/** A line of the list. */
export interface LaneSummary {
  readonly shopId: string;
  readonly state: LaneState;
  /** Files that the lane is not done with, and all their rows, also those that are settled: nothing is counted for it. */
  readonly filesWaiting: number;
  readonly productsWaiting: number;
  /** Number of the first file that waits; null: none does. */
  readonly head: number | null;
  /** What blocks the lane: a code; null: it is not blocked. */
  readonly reasonCode: string | null;
  /** ISO 8601: since when it is blocked or paused; null: it is neither, or nobody knows. */
  readonly stoppedSince: string | null;
  /** Plans that wait for a person’s approval. */
  readonly plansHeld: number;
}

interface LaneRecord extends Pick<
  LaneSummary,
  'shopId' | 'filesWaiting' | 'productsWaiting' | 'head' | 'plansHeld'
> {
  readonly status: UploadFileState | null;
  readonly headReasonCode: string | null;
  readonly blockedSince: Date | null;
  readonly pausedAt: Date | null;
  readonly isRestored: boolean;
  readonly isHeld: boolean;
}

/** In the order of the shops' ids. By upload_file_open and sync_plan_held. */
export async function listLanes(database: Database): Promise<readonly LaneSummary[]> {
  const records = await database.query<LaneRecord>(
    `SELECT shop.shop_id AS "shopId", open.files AS "filesWaiting", open.rows AS "productsWaiting",
       head.sequence AS head, head.state AS status, head.reason_code AS "headReasonCode",
       head.blocked_since AS "blockedSince", lane.paused_at AS "pausedAt",
       coalesce(origin.restored_reason IS NOT NULL, false) AS "isRestored", coalesce(${LEASE_LASTS}, false) AS "isHeld",
       (SELECT count(*)::int FROM sync_plan AS plan WHERE plan.shop_id = shop.shop_id AND plan.state = 'HELD') AS "plansHeld"
     FROM shop
     LEFT JOIN lane USING (shop_id)
     LEFT JOIN shop_origin AS origin USING (shop_id)
     CROSS JOIN LATERAL (
       SELECT count(*) AS files, coalesce(sum(row_count), 0)::bigint AS rows FROM upload_file AS file
       WHERE file.shop_id = shop.shop_id AND ${IS_OPEN}
     ) AS open
     LEFT JOIN LATERAL (
       SELECT sequence, state, reason_code, blocked_since FROM upload_file AS file
       WHERE file.shop_id = shop.shop_id AND ${IS_OPEN} ORDER BY ${ORDER_IN_LANE} LIMIT 1
     ) AS head ON true
     ORDER BY shop.shop_id LIMIT $1`,
    [LANES_LISTED_MAX],
  );
  return records.map((record) => {
    const { status, headReasonCode, blockedSince, pausedAt, isRestored, isHeld, ...lane } = record;
    const head = status === null ? undefined : { status };
    const state = toLaneState({ isPaused: pausedAt !== null, isRestored, head, lease: { isHeld } });
    const reasonCode = isRestored ? 'HARD_SYNC_REQUIRED' : headReasonCode;
    return {
      ...lane,
      state,
      reasonCode: state === 'blocked' ? reasonCode : null,
      stoppedSince: (pausedAt ?? blockedSince)?.toISOString() ?? null,
    };
  });
}
