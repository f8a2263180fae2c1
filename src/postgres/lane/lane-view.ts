/** What a person sees of a shop's lane. */
import { LANE_FILES_LISTED_MAX, QUARANTINED_LISTED_MAX } from '../../domain/limits.ts';
import { whoMovesOn } from '../../domain/failed-step.ts';
import {
  isDone,
  uploadFileName,
  type UploadFileKind,
  type UploadFileState,
} from '../../domain/upload-file.ts';
import type { LanePause } from '../../domain/lane-pause.ts';
import type { PlanCounts, PlanState } from '../../domain/sync-plan.ts';
import type { Database } from '../database.ts';
import { LEASE_LASTS } from './lane.ts';
import { listLeftItems, type LeftItems } from './left-items.ts';
import { findPause } from './lane-pause.ts';
import { WAS_NOT_APPLIED } from './quarantined-rows.ts';
import { IS_OPEN, ORDER_IN_LANE } from './upload-files.ts';
import { listDecisions, type RecordedDecision } from './lane-decisions.ts';
import { findShop } from '../master-data/shops.ts';
import { IS_WITH_A_PERSON } from '../producing/needed-hard-sync.ts';
import { listPlans } from '../planning/sync-plans.ts';

/**
 * `blocked`: its first file cannot be applied, or nothing may be sent at all. `applying`: a run has the lane's lease.
 * `waiting`: files wait, and no run has it. `paused`: a person has paused it, and nothing is sent, whatever else holds.
 */
export type LaneState = 'idle' | 'waiting' | 'applying' | 'blocked' | 'paused';

/** What became of a file's rows, also while a run is at it. */
interface RowCounts {
  readonly applied: number;
  /** Rows that needed no write: Shopify showed the value already, less what is kept back for unseen sales. */
  readonly skipped: number;
  readonly quarantined: number;
  readonly owed: number;
}

interface UncountedFile {
  readonly sequence: number;
  readonly name: string;
  readonly kind: UploadFileKind;
  readonly status: UploadFileState;
  readonly rows: number;
  readonly sha256: string | null;
}

export type LaneFile = UncountedFile & RowCounts;

/** A product whose last file could not be applied to it. */
export interface QuarantinedRow {
  readonly sku: string;
  readonly sequence: number;
  readonly outcome: 'QUARANTINED' | 'OWED';
  readonly code: string;
  readonly message: string;
  /** The next file has the product again already. */
  readonly owed: boolean;
}

/** Products that are withheld, because a person must look first. */
export interface LanePlan {
  readonly plan: number;
  readonly revision: number;
  readonly kind: UploadFileKind;
  readonly state: PlanState;
  /** By cause. */
  readonly counts: PlanCounts;
  readonly madeAt: string;
}

/** All that can be told of a lane without counting rows. */
export interface LaneGlance {
  readonly shopId: string;
  readonly state: LaneState;
  /** Null: it is not paused. */
  readonly pause: LanePause | null;
  /** Files that the lane is not done with. */
  readonly filesWaiting: number;
  /** Number of the one that it comes to first; null: none waits. */
  readonly head: number | null;
  /** Why it is blocked, or was when a run tries its first file again: a code and its message, the last error. */
  readonly reason: string | null;
  /** ISO 8601: when its first file was first blocked for what still troubles it. */
  readonly blockedSince: string | null;
  /** Who gets a blocked lane moving again; null: it is not blocked. */
  readonly movedOnBy: 'next-run' | 'person' | null;
  /** Those that are HELD and the newest, newest first. */
  readonly plans: readonly LanePlan[];
  /** The newest LANE_FILES_LISTED_MAX and every one that the lane is not done with, in sequence. */
  readonly files: readonly UncountedFile[];
  /** At most QUARANTINED_LISTED_MAX, by SKU. */
  readonly setApart: readonly QuarantinedRow[];
  /** The last ones, newest first. */
  readonly decisions: readonly RecordedDecision[];
}

export interface LaneView extends LaneGlance {
  /**
   * The rows of the files that wait, less those that they have settled. Of a file under way that is the most: rows that a later file has
   * brought already, or will, count until the lane is done with it. To tell them apart, all its rows would have to be read.
   */
  readonly productsWaiting: number;
  readonly files: readonly LaneFile[];
  /** Items that products have left, and that are not known to be at zero. */
  readonly left: readonly LeftItems[];
}

interface FileRecord extends Omit<UncountedFile, 'name'> {
  readonly createdAt: Date;
  readonly blockedSince: Date | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** The lane comes to it first. */
  readonly isHead: boolean;
}

/** In SQL, of a row of upload_file: a run has begun with it, and the lane is not done with it. */
export const IS_UNDER_WAY = `(started_at IS NOT NULL AND ${IS_OPEN})`;

/**
 * In SQL, of a row of upload_file: what its calls have settled until now. By applied_row_of_file; of a file that is not under
 * way, nothing is looked up.
 */
export const SETTLED_SO_FAR = `
  SELECT count(*) FILTER (WHERE outcome = 'APPLIED')::int AS applied,
    count(*) FILTER (WHERE outcome = 'UNCHANGED')::int AS unchanged,
    count(*) FILTER (WHERE outcome = 'QUARANTINED')::int AS quarantined,
    count(*) FILTER (WHERE outcome = 'OWED')::int AS owed
  FROM applied_row AS row
  WHERE ${IS_UNDER_WAY} AND row.shop_id = upload_file.shop_id AND row.sequence = upload_file.sequence`;

function rowsLeft({ rows, applied, skipped, quarantined, owed }: LaneFile): number {
  return Math.max(0, rows - applied - skipped - quarantined - owed);
}

/** Counts the rows of files under way: it is for whoever asks for the lane. Throws SHOP_UNKNOWN. */
export async function readLaneView(database: Database, shopId: string): Promise<LaneView> {
  const { files: uncounted, ...glance } = await glanceAtLane(database, shopId);
  const counts = await countRows(
    database,
    shopId,
    uncounted.map(({ sequence }) => sequence),
  );
  const files = uncounted.map((file) => ({ ...file, ...(counts.get(file.sequence) ?? NO_ROWS) }));
  const waiting = files.filter(({ status }) => !isDone(status));
  return {
    ...glance,
    productsWaiting: waiting.reduce((sum, file) => sum + rowsLeft(file), 0),
    files,
    left: await listLeftItems(database, shopId),
  };
}

const NO_ROWS: RowCounts = { applied: 0, skipped: 0, quarantined: 0, owed: 0 };

async function countRows(
  database: Database,
  shopId: string,
  sequences: readonly number[],
): Promise<ReadonlyMap<number, RowCounts>> {
  const counted = await database.query<RowCounts & { readonly sequence: number }>(
    `SELECT sequence, coalesce(settled.applied, applied_count, 0) AS applied,
       coalesce(settled.unchanged, unchanged_count, 0) AS skipped,
       coalesce(settled.quarantined, quarantined_count, 0) AS quarantined, coalesce(settled.owed, owed_count, 0) AS owed
     FROM upload_file LEFT JOIN LATERAL (${SETTLED_SO_FAR}) AS settled ON ${IS_UNDER_WAY}
     WHERE shop_id = $1 AND sequence = ANY ($2::bigint[])`,
    [shopId, sequences],
  );
  return new Map(counted.map(({ sequence, ...counts }) => [sequence, counts]));
}

/** What a look at all lanes has time for: it costs the same however large the files are. Throws SHOP_UNKNOWN. */
export async function glanceAtLane(database: Database, shopId: string): Promise<LaneGlance> {
  await findShop(database, shopId);
  const records = await database.query<FileRecord>(
    `SELECT sequence, kind, state AS status, row_count AS rows, sha256, created_at AS "createdAt",
       blocked_since AS "blockedSince", reason_code AS "reasonCode", reason_code || ': ' || reason AS reason,
       ${IS_OPEN} AND row_number() OVER (ORDER BY ${IS_OPEN} DESC, ${ORDER_IN_LANE}) = 1 AS "isHead"
     FROM upload_file
     WHERE shop_id = $1 AND (${IS_OPEN}
       OR sequence > (SELECT max(sequence) FROM upload_file WHERE shop_id = $1) - $2)
     ORDER BY sequence`,
    [shopId, LANE_FILES_LISTED_MAX],
  );
  const [lease] = await database.query<{ isHeld: boolean }>(
    `SELECT ${LEASE_LASTS} AS "isHeld" FROM lane WHERE shop_id = $1`,
    [shopId],
  );
  const setApart = await database.query<QuarantinedRow>(
    `SELECT product.sku, applied.sequence, applied.outcome, applied.error_code AS code,
       applied.error_message AS message,
       EXISTS (SELECT FROM owed_row AS owed
         WHERE owed.shop_id = applied.shop_id AND owed.product_id = applied.product_id) AS owed
     FROM applied_row AS applied JOIN product USING (product_id)
     JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE applied.shop_id = $1 AND ${WAS_NOT_APPLIED}
     ORDER BY product.sku LIMIT $2`,
    [shopId, QUARANTINED_LISTED_MAX],
  );
  const [restored] = await database.query<Restored>(
    `SELECT 'HARD_SYNC_REQUIRED: ' || restored_reason AS reason,
       CASE WHEN ${IS_WITH_A_PERSON} THEN 'person' ELSE 'next-run' END AS "movedOnBy"
     FROM shop_origin AS origin WHERE shop_id = $1 AND restored_reason IS NOT NULL`,
    [shopId],
  );
  const waiting = records.filter(({ status }) => !isDone(status));
  const head = records.find(({ isHead }) => isHead);
  const isInTrouble = head !== undefined && (head.status === 'BLOCKED' || head.blockedSince !== null);
  const pause = await findPause(database, shopId);
  const plans = await listPlans(database, shopId);
  return {
    shopId,
    state: toLaneState({ isPaused: pause !== null, isRestored: restored !== undefined, head, lease }),
    pause,
    filesWaiting: waiting.length,
    head: head?.sequence ?? null,
    ...describeTrouble(restored, isInTrouble ? head : null),
    plans: plans.map(({ plan, revision, kind, state, counts, madeAt }) => ({
      plan,
      revision,
      kind,
      state,
      counts,
      madeAt: madeAt.toISOString(),
    })),
    files: records.map(
      ({
        sequence,
        createdAt,
        reason: _,
        reasonCode: _code,
        blockedSince: _since,
        isHead: _head,
        ...file
      }) => ({
        sequence,
        name: uploadFileName({ shopId, sequence, kind: file.kind, createdAt }),
        ...file,
      }),
    ),
    setApart,
    decisions: await listDecisions(database, shopId),
  };
}

/** The shop needs a Hard Sync first; the next run starts it, unless a person is at it. */
type Restored = Pick<LaneGlance, 'movedOnBy'> & { readonly reason: string };

function describeTrouble(
  restored: Restored | undefined,
  file: FileRecord | null,
): Pick<LaneGlance, 'reason' | 'blockedSince' | 'movedOnBy'> {
  const blockedSince = file?.blockedSince?.toISOString() ?? null;
  if (restored) return { ...restored, blockedSince };
  if (file === null) return { reason: null, blockedSince: null, movedOnBy: null };
  return { reason: file.reason, blockedSince, movedOnBy: whoMovesOn(file.reasonCode) };
}

export function toLaneState({
  isPaused,
  isRestored,
  head,
  lease,
}: {
  readonly isPaused: boolean;
  readonly isRestored: boolean;
  readonly head: { readonly status: UploadFileState } | undefined;
  readonly lease: { readonly isHeld: boolean } | undefined;
}): LaneState {
  if (isPaused) return 'paused';
  if (isRestored || head?.status === 'BLOCKED') return 'blocked';
  if (lease?.isHeld === true) return 'applying';
  return head ? 'waiting' : 'idle';
}
