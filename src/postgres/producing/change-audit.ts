/**
 * Proves, from what is stored, that a shop has lost no change: that its snapshots and its numbers follow each other
 * without a gap, that each logged change was a candidate of one step or will be, and that what differs from the last
 * file is on its way; and that the levels it is made from are the sums of their ledger. In one snapshot, so it may run
 * at any time.
 */
import { AtpError } from '../../domain/errors.ts';
import { AUDIT_FINDINGS_LISTED_MAX, FILE_ROWS_KEPT_DAYS } from '../../domain/limits.ts';
import { IS_OPEN } from '../lane/upload-files.ts';
import { checkLevels, type LevelCheck } from '../online-atp/level-check.ts';
import { touchedCte } from '../planning/change-log.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { onlineAtpSelect, placesCte } from '../online-atp/online-atp.ts';
import { EFFECTIVE_NOW } from '../planning/snapshot-chain.ts';

/** A product that differs from what was last published, though the next delta would not look at it. */
export interface Unpublished {
  readonly sku: string;
  /** Null: it was never put into a file. */
  readonly published: number | null;
  readonly onlineAtp: number;
}

/** Of each list at most AUDIT_FINDINGS_LISTED_MAX are named, and all are counted. */
export interface ShopAudit extends LevelCheck {
  readonly shopId: string;
  /** Snapshots of the chain that are kept. */
  readonly steps: number;
  readonly files: number;
  /** Holes in the chain, in the numbers, and in the rows of files, in words. */
  readonly gaps: readonly string[];
  readonly gapCount: number;
  readonly changes: {
    /** Rows of the change log, which all shops share. */
    readonly logged: number;
    /** Not in any step's snapshot yet: the next one looks at them. */
    readonly pending: number;
    /** Between two steps: no step has looked at them, or two steps have. */
    readonly lost: number;
  };
  readonly unpublished: readonly Unpublished[];
  readonly unpublishedCount: number;
  readonly isSound: boolean;
}

/** Throws SHOP_UNKNOWN. */
export async function auditShop(database: Database, shopId: string): Promise<ShopAudit> {
  return database.session((session) =>
    runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const { rows } = await session.query<Scope>(
        `SELECT shop_id AS "shopId", facility_group_id AS "facilityGroupId", base.snapshot IS NOT NULL AND NOT shop.refill_due AS "hasBase",
           ${EFFECTIVE_NOW} AS "effectiveAt",
           (SELECT count(*) FROM snapshot_step WHERE shop_id = $1) AS steps,
           (SELECT count(*) FROM upload_file WHERE shop_id = $1) AS files
         FROM shop LEFT JOIN shop_baseline AS base USING (shop_id) WHERE shop_id = $1`,
        [shopId],
      );
      const scope = rows[0];
      if (!scope) throw new AtpError('SHOP_UNKNOWN', { shopId });
      return auditInSnapshot(session, scope);
    }),
  );
}

interface Scope {
  readonly shopId: string;
  readonly facilityGroupId: string;
  /** Of its next delta. A shop that was moved has none: its next file has every product. */
  readonly hasBase: boolean;
  readonly effectiveAt: string;
  readonly steps: number;
  readonly files: number;
}

async function auditInSnapshot(session: Connection, scope: Scope): Promise<ShopAudit> {
  const { shopId, steps, files } = scope;
  const gaps = [
    ...(await listFindings(session, shopId, BROKEN_LINKS)),
    ...(await listFindings(session, shopId, HARD_SYNCS_WITHOUT_STEP, FILE_ROWS_KEPT_DAYS)),
    ...(await listFindings(session, shopId, MISSING_NUMBERS)),
    ...(await listFindings(session, shopId, MISSING_ROWS)),
  ];
  const changes = await countChanges(session, shopId);
  const unpublished = scope.hasBase ? await listUnpublished(session, scope) : [];
  const levels = await checkLevels(session);
  return {
    shopId,
    steps,
    files,
    gaps: gaps.slice(0, AUDIT_FINDINGS_LISTED_MAX),
    gapCount: gaps.length,
    changes,
    unpublished: unpublished.slice(0, AUDIT_FINDINGS_LISTED_MAX),
    unpublishedCount: unpublished.length,
    ...levels,
    isSound:
      gaps.length === 0 && changes.lost === 0 && unpublished.length === 0 && levels.wrongLevelCount === 0,
  };
}

async function listFindings(
  session: Connection,
  shopId: string,
  sql: string,
  ...values: number[]
): Promise<string[]> {
  const { rows } = await session.query<{ finding: string }>(sql, [shopId, ...values]);
  return rows.map(({ finding }) => finding);
}

/**
 * Each kept step beside the one before it; the shop's baseline is where a next delta would begin. A Hard Sync has every
 * product, so it begins wherever the step before it ended.
 */
const LINKS = `
  link AS (
    SELECT step, kind, snapshot, effective_at, base AS begins, lag(step) OVER chain AS step_before,
      lag(snapshot) OVER chain AS ended, lag(effective_at) OVER chain AS effective_before
    FROM (
      SELECT step, kind, base, snapshot, effective_at FROM snapshot_step WHERE shop_id = $1
      UNION ALL
      SELECT NULL, 'recent-changes', snapshot, snapshot, effective_at FROM shop_baseline WHERE shop_id = $1
    ) AS step
    WINDOW chain AS (ORDER BY step NULLS LAST)
  )`;

const BROKEN_LINKS = `
  WITH ${LINKS}
  SELECT CASE
      WHEN ended IS NULL THEN 'No step leads to where the next delta begins.'
      WHEN step IS NULL THEN format('The next delta does not begin where step %s ended.', step_before)
      WHEN step <> step_before + 1 THEN format('Steps are missing between %s and %s.', step_before, step)
      WHEN kind = 'recent-changes' AND begins::text <> ended::text
        THEN format('Step %s does not begin where step %s ended.', step, step_before)
      ELSE format('Step %s looks at an earlier time than step %s.', step, step_before)
    END AS finding
  FROM link
  WHERE CASE WHEN ended IS NULL THEN step IS NULL
    ELSE coalesce(step <> step_before + 1, false)
      OR (kind = 'recent-changes' AND begins::text <> ended::text)
      OR pg_snapshot_xmax(snapshot) < pg_snapshot_xmax(ended)
      OR effective_at < effective_before
    END
  ORDER BY step NULLS LAST`;

/** A step is purged at the age of its file, so a Hard Sync that is younger must still have its step. */
const HARD_SYNCS_WITHOUT_STEP = `
  SELECT format('File %s is a Hard Sync without a step.', sequence) AS finding
  FROM upload_file AS file
  WHERE shop_id = $1 AND kind = 'hard-sync'
    AND created_at > clock_timestamp() - make_interval(days => $2)
    AND NOT EXISTS (SELECT FROM snapshot_step AS step WHERE step.shop_id = $1 AND step.sequence = file.sequence)
  ORDER BY sequence`;

/** After a restore the numbers go on behind the highest that was ever seen. */
const MISSING_NUMBERS = `
  SELECT format('Numbers are missing between file %s and file %s, and no restore explains it.', before, sequence)
    AS finding
  FROM (
    SELECT sequence, lag(sequence) OVER number AS before,
      restore_generation > lag(restore_generation) OVER number AS is_after_restore
    FROM upload_file WHERE shop_id = $1 WINDOW number AS (ORDER BY sequence)
  ) AS file
  WHERE sequence <> before + 1 AND NOT is_after_restore
  ORDER BY sequence`;

const MISSING_ROWS = `
  SELECT format('File %s (%s) has %s rows, and %s of them are kept.', sequence, state, row_count, coalesce(rows, 0))
    AS finding
  FROM upload_file AS file LEFT JOIN upload_file_lengths($1) AS kept USING (sequence)
  WHERE file.shop_id = $1 AND coalesce(rows, 0) <> row_count
    AND (rows_purged_at IS NULL OR ${IS_OPEN})
  ORDER BY sequence`;

/** Counts as lost what lies between two steps: there is nothing where the second begins where the first ended. */
async function countChanges(session: Connection, shopId: string): Promise<ShopAudit['changes']> {
  const { rows } = await session.query<ShopAudit['changes']>(
    `WITH ${LINKS}
     SELECT (SELECT count(*) FROM change_log) AS logged,
       (SELECT count(*) FROM change_log AS log
        WHERE NOT EXISTS (
          SELECT FROM shop_baseline AS base
          WHERE base.shop_id = $1 AND pg_visible_in_snapshot(log.txid, base.snapshot))) AS pending,
       (SELECT count(*) FROM link, change_log AS log
        WHERE kind = 'recent-changes' AND begins::text <> ended::text
          AND pg_visible_in_snapshot(log.txid, begins) <> pg_visible_in_snapshot(log.txid, ended)) AS lost`,
    [shopId],
  );
  return rows[0] ?? { logged: 0, pending: 0, lost: 0 };
}

async function listUnpublished(
  session: Connection,
  { shopId, facilityGroupId, effectiveAt }: Scope,
): Promise<Unpublished[]> {
  const scope = { group: '$2', at: '$3::timestamptz' };
  const { rows } = await session.query<Unpublished>(
    `WITH ${placesCte(scope)},
     ${touchedCte({ shop: '$1', ...scope })},
     mapped AS (SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = $1)
     SELECT product.sku, published.quantity AS published, atp.online_atp AS "onlineAtp"
     FROM (${onlineAtpSelect({ ...scope, candidates: 'mapped', access: 'every' })}) AS atp
     JOIN mapped USING (product_id)
     JOIN product USING (product_id)
     LEFT JOIN published_row AS published ON published.shop_id = $1 AND published.product_id = atp.product_id
     WHERE (published.quantity, published.inventory_item_id)
         IS DISTINCT FROM (atp.online_atp::integer, mapped.inventory_item_id)
       AND atp.product_id NOT IN (SELECT product_id FROM touched)
     ORDER BY product.sku`,
    [shopId, facilityGroupId, effectiveAt],
  );
  return rows;
}
