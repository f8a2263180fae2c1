/**
 * The chain of a shop's snapshots: each delta begins where the step before it ended, so no change is missed between two.
 * Every advance of the baseline is a step, with a file or without.
 */
import { AtpError } from '../../domain/errors.ts';
import { BASELINE_KEPT_DAYS } from '../../domain/limits.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';

/** What a file is computed from. */
export interface Baseline {
  /** A pg_snapshot, as text. */
  readonly snapshot: string;
  /** With the database's full precision, as text: a membership is due exactly once. */
  readonly effectiveAt: string;
}

/** The next baseline, and what is known of the one before. */
export interface NextBaseline extends Baseline {
  /** The baseline before tells what was sold since. */
  readonly hasUsableBase: boolean;
  /** The shop has had no Hard Sync yet. */
  readonly isFirst: boolean;
}

interface KnownBase {
  readonly hasBase: boolean;
  /** The baseline knows transactions that this database has not begun: it was taken in another database. */
  readonly isAhead: boolean;
  /** Nothing may be sent before a Hard Sync, because the database was restored. */
  readonly isRestored: boolean;
  readonly hadHardSync: boolean;
  readonly heldPlan: number | null;
}

/**
 * In SQL, with the shop's baseline as `base`, or nulls: the effective time of now. It never goes back, even when the
 * clock does.
 */
export const EFFECTIVE_NOW = 'greatest(base.effective_at, clock_timestamp())::text';

/** In SQL, of the shop $1: it has had a Hard Sync. */
export const HAD_HARD_SYNC = `EXISTS (SELECT FROM upload_file WHERE shop_id = $1 AND kind = 'hard-sync')`;

/**
 * The snapshot and the effective time of this transaction.
 *
 * Throws HARD_SYNC_REQUIRED for a delta that has nothing to start from.
 */
export async function readNextBaseline(
  session: Connection,
  { shopId, kind }: { readonly shopId: string; readonly kind: UploadFileKind },
): Promise<NextBaseline> {
  const { rows } = await session.query<Baseline & KnownBase>(
    `SELECT pg_current_snapshot()::text AS snapshot,
       ${EFFECTIVE_NOW} AS "effectiveAt",
       base.shop_id IS NOT NULL AS "hasBase",
       coalesce(pg_snapshot_xmax(base.snapshot) > pg_snapshot_xmax(pg_current_snapshot()), false) AS "isAhead",
       ${HAD_HARD_SYNC} AS "hadHardSync",
       EXISTS (SELECT FROM shop_origin WHERE shop_id = $1 AND restored_reason IS NOT NULL) AS "isRestored",
       (SELECT plan FROM sync_plan WHERE shop_id = $1 AND kind = 'hard-sync' AND state = 'HELD') AS "heldPlan"
     FROM (SELECT $1::text AS shop_id) AS shop LEFT JOIN shop_baseline AS base USING (shop_id)`,
    [shopId],
  );
  const next = rows[0];
  if (!next) throw new Error('The database returned no snapshot.');
  const reason = kind === 'recent-changes' ? whyNoDelta(next) : null;
  if (reason !== null) throw new AtpError('HARD_SYNC_REQUIRED', { shopId, reason });
  const { snapshot, effectiveAt, hasBase, isAhead, isRestored, hadHardSync } = next;
  return {
    snapshot,
    effectiveAt,
    hasUsableBase: hasBase && !isAhead && !isRestored,
    isFirst: !hadHardSync,
  };
}

function whyNoDelta({ hasBase, isAhead, hadHardSync, heldPlan }: KnownBase): string | null {
  if (isAhead) return 'its last file was made from another database than this one';
  if (hasBase) return null;
  if (heldPlan !== null) return `its Hard Sync is held as plan ${heldPlan}, until a person approves it`;
  if (hadHardSync) return `it had no file for ${BASELINE_KEPT_DAYS} days, and what changed since is not kept`;
  return 'it never had a Hard Sync';
}

/** Records that the shop's deltas are complete up to this snapshot. `sequence`: the file that was made; null: none. */
export async function advanceBaseline(
  session: Connection,
  { shopId, kind }: { readonly shopId: string; readonly kind: UploadFileKind },
  { snapshot, effectiveAt }: Baseline,
  sequence: number | null,
): Promise<void> {
  // Both read the baseline as it was before.
  await session.query(
    `WITH step AS (
       INSERT INTO snapshot_step (shop_id, step, kind, base, snapshot, effective_at, sequence)
       SELECT $1, coalesce((SELECT max(step) FROM snapshot_step WHERE shop_id = $1), 0) + 1, $2,
         CASE WHEN $2 = 'recent-changes' THEN (SELECT snapshot FROM shop_baseline WHERE shop_id = $1) END,
         $3::pg_snapshot, $4::timestamptz, $5
     )
     INSERT INTO shop_baseline (shop_id, snapshot, effective_at) VALUES ($1, $3, $4)
     ON CONFLICT (shop_id) DO UPDATE SET snapshot = excluded.snapshot, effective_at = excluded.effective_at`,
    [shopId, kind, snapshot, effectiveAt, sequence],
  );
}
