/**
 * Removes what nobody reads any more: the logs of changes and sales below every shop's baseline, the rows and calls of files that were
 * done long ago, and old steps, plans, acts, conditions, verifications, imports, refused rows, order lines and transfers. Each statement is bounded, so that none
 * holds a lock for long and autovacuum keeps up; the tables stay in use meanwhile.
 */
import {
  AUDIT_LOG_KEPT_DAYS,
  BASELINE_KEPT_DAYS,
  FILE_ROWS_KEPT_DAYS,
  FILES_PER_PURGE,
  LOG_ROWS_PER_PURGE,
  PURGE_STATEMENTS_MAX,
  PURGE_WAIT_MS,
} from '../domain/limits.ts';
import { purgeAlerts } from './alerts/conditions.ts';
import type { Connection, Database } from './database.ts';
import { removeInPages } from './remove-in-pages.ts';
import {
  purgeHeldLevels,
  purgeImportRecords,
  purgeNumberedImports,
  purgeOrderLines,
  purgeRefusedRows,
  purgeTransfers,
} from './feeds/old-rows.ts';
import { purgeRefusedFeeds } from './feeds/refused-feeds.ts';
import { runInTransaction } from './transaction.ts';
import { IS_DONE } from './lane/upload-files.ts';
import { purgeVerifications } from './lane/verification-history.ts';
import { HARD_SYNC_NEEDED_SINCE } from './planning/waiting-changes.ts';
import { whileNobodyProduces } from './producing/producer-locks.ts';

export interface Purged {
  /** Rows of the change log. */
  readonly logRows: number;
  /** Files whose rows and calls are gone. */
  readonly files: number;
  /** Refused rows of feeds. */
  readonly refusedRows: number;
  /** Records of imports. */
  readonly imports: number;
  readonly orderLines: number;
  readonly transferLines: number;
}

/** One purge. What it leaves, the next one removes. Null: it did nothing, because producers were at work all the time. */
export async function purge(database: Database): Promise<Purged | null> {
  return database.session(async (session) => {
    const logRows = await purgeLog(session, 'change_log');
    if (logRows === null) return null;
    await purgeLog(session, 'sale_log');
    const files = await purgeFiles(session);
    await purgeSteps(session);
    await purgePlans(session);
    await purgeAuditLog(session);
    await purgeRefusedFeeds(session);
    await purgeAlerts(session);
    await purgeVerifications(session);
    const refusedRows = await purgeRefusedRows(session);
    const imports = await purgeImportRecords(session);
    await purgeHeldLevels(session);
    await purgeNumberedImports(session);
    const orderLines = await purgeOrderLines(session);
    const transferLines = await purgeTransfers(session);
    await session.query('UPDATE clean_up SET done_at = clock_timestamp()');
    return { logRows, files, refusedRows, imports, orderLines, transferLines };
  });
}

/** Both are read as the difference of two snapshots, of which the older one is a shop's baseline. */
type Log = 'change_log' | 'sale_log';

/**
 * What is below a shop's baseline was visible in its snapshot, so it is no candidate of any later delta. The lock is
 * taken anew for each statement: producers get in between, and each statement looks at the baselines again.
 */
async function purgeLog(session: Connection, log: Log): Promise<number | null> {
  let removed = 0;
  for (let statement = 0; statement < PURGE_STATEMENTS_MAX; statement += 1) {
    const count = await whileNobodyProduces(session, PURGE_WAIT_MS, async () => {
      await giveUpOldBaselines(session);
      return removeLogRows(session, log);
    });
    if (count === null) return statement === 0 ? null : removed;
    removed += count;
    if (count < LOG_ROWS_PER_PURGE) break;
  }
  return removed;
}

/** A shop without a file for BASELINE_KEPT_DAYS would alone keep the log growing. Its next file must be a Hard Sync. */
async function giveUpOldBaselines(session: Connection): Promise<void> {
  await session.query(
    `WITH given_up AS (
       DELETE FROM shop_baseline WHERE effective_at < clock_timestamp() - make_interval(days => $1)
       RETURNING shop_id, effective_at
     )
     -- Its changes since then are not kept, so all of them count as old as the baseline.
     UPDATE shop SET hard_sync_needed_since = least(${HARD_SYNC_NEEDED_SINCE}, effective_at)
     FROM given_up WHERE shop.shop_id = given_up.shop_id`,
    [BASELINE_KEPT_DAYS],
  );
}

/**
 * By the indexes change_log_by_txid and sale_log_by_txid. Without any baseline all of it goes: then each shop's next file
 * is a Hard Sync.
 */
async function removeLogRows(session: Connection, log: Log): Promise<number> {
  const { rowCount } = await session.query(
    `DELETE FROM ${log} WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM ${log}
       WHERE txid < (
         SELECT least(min(pg_snapshot_xmin(snapshot)), pg_snapshot_xmin(pg_current_snapshot())) FROM shop_baseline)
       ORDER BY txid LIMIT $1))`,
    [LOG_ROWS_PER_PURGE],
  );
  return rowCount ?? 0;
}

/** Rows and calls of all files that were done more than FILE_ROWS_KEPT_DAYS ago, a page of files at a time. */
async function purgeFiles(session: Connection): Promise<number> {
  let purged = 0;
  for (let page = 0; page < PURGE_STATEMENTS_MAX; page += 1) {
    const count = await purgePageOfFiles(session);
    purged += count;
    if (count < FILES_PER_PURGE) break;
  }
  return purged;
}

/** The oldest first, by the index upload_file_to_purge. */
async function purgePageOfFiles(session: Connection): Promise<number> {
  const { rows: files } = await session.query<{ shopId: string; sequence: number; rowCount: number }>(
    `SELECT shop_id AS "shopId", sequence, row_count AS "rowCount" FROM upload_file
     WHERE rows_purged_at IS NULL AND ${IS_DONE}
       AND closed_at < clock_timestamp() - make_interval(days => $1)
     ORDER BY closed_at LIMIT $2`,
    [FILE_ROWS_KEPT_DAYS, FILES_PER_PURGE],
  );
  for (const { shopId, sequence, rowCount } of files) {
    for (let from = 0; from < rowCount; from += LOG_ROWS_PER_PURGE) {
      await session.query(
        `WITH packs AS (
           DELETE FROM upload_file_pack
           WHERE shop_id = $1 AND sequence = $2 AND first_position >= $3 AND first_position < $4
         )
         DELETE FROM upload_file_row
         WHERE shop_id = $1 AND sequence = $2 AND position >= $3 AND position < $4`,
        [shopId, sequence, from, from + LOG_ROWS_PER_PURGE],
      );
    }
    await runInTransaction(session, 'BEGIN', async () => {
      await session.query('DELETE FROM shopify_call WHERE shop_id = $1 AND sequence = $2', [
        shopId,
        sequence,
      ]);
      await session.query(
        'UPDATE upload_file SET rows_purged_at = now() WHERE shop_id = $1 AND sequence = $2',
        [shopId, sequence],
      );
    });
  }
  return files.length;
}

/** The oldest steps, up to the first that is kept: what remains is a chain without a gap, of one step at least. */
async function purgeSteps(session: Connection): Promise<void> {
  await session.query(
    `DELETE FROM snapshot_step AS step USING (
       SELECT shop_id, coalesce(
         min(step) FILTER (WHERE made_at >= clock_timestamp() - make_interval(days => $1)), max(step)) AS first_kept
       FROM snapshot_step GROUP BY shop_id
     ) AS chain
     WHERE step.shop_id = chain.shop_id AND step.step < chain.first_kept`,
    [FILE_ROWS_KEPT_DAYS],
  );
}

/** Plans that were decided or replaced long ago; the newest stays, so that no number is given twice. */
async function purgePlans(session: Connection): Promise<void> {
  await session.query(
    `DELETE FROM sync_plan AS plan
     WHERE closed_at < clock_timestamp() - make_interval(days => $1)
       AND plan < (SELECT max(plan) FROM sync_plan AS newest WHERE newest.shop_id = plan.shop_id)`,
    [FILE_ROWS_KEPT_DAYS],
  );
}

/** Acts of more than AUDIT_LOG_KEPT_DAYS ago, the oldest first, by the index audit_log_by_time. */
async function purgeAuditLog(session: Connection): Promise<void> {
  await removeInPages(
    session,
    `DELETE FROM audit_log WHERE id = ANY (ARRAY(
       SELECT id FROM audit_log WHERE started_at < clock_timestamp() - make_interval(days => $1)
       ORDER BY started_at, id LIMIT $2))`,
    AUDIT_LOG_KEPT_DAYS,
  );
}
