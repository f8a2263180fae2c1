/** What feeds have left and was kept long enough: refused rows, records of imports, and order lines and transfers that are done. */
import {
  HELD_LEVELS_LEFT_DAYS,
  IMPORT_RECORDS_KEPT_DAYS,
  ORDER_LINES_KEPT_DAYS,
  REFUSED_ROWS_KEPT_DAYS,
  TRANSFER_IDS_KEPT_DAYS,
  TRANSFERS_KEPT_DAYS,
} from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { removeInPages } from '../remove-in-pages.ts';

/** Returns how many it has removed. By import_file_error_pkey, for each feed of that age. */
export function purgeRefusedRows(session: Connection): Promise<number> {
  return removeInPages(
    session,
    `DELETE FROM import_file_error WHERE ctid = ANY (ARRAY(
       SELECT refused.ctid FROM import_file_error AS refused JOIN import_file USING (sha256)
       WHERE imported_at < clock_timestamp() - make_interval(days => $1) LIMIT $2))`,
    REFUSED_ROWS_KEPT_DAYS,
  );
}

/** Returns how many it has removed. After the refused rows: a record stays as long as one of its rows does. */
export function purgeImportRecords(session: Connection): Promise<number> {
  return removeInPages(
    session,
    `DELETE FROM import_file WHERE sha256 = ANY (ARRAY(
       SELECT old.sha256 FROM import_file AS old
       JOIN (SELECT feed_type, max(imported_at) AS at FROM import_file GROUP BY feed_type) AS newest USING (feed_type)
       WHERE old.imported_at < clock_timestamp() - make_interval(days => $1) AND old.imported_at < newest.at
         AND old.filed_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM import_file_error AS refused WHERE refused.sha256 = old.sha256)
       ORDER BY old.imported_at LIMIT $2))`,
    IMPORT_RECORDS_KEPT_DAYS,
  );
}

/** Numbers of imports, but not of those that wait for a person or for the run that does what one has decided. By feed_import_pkey. */
export async function purgeNumberedImports(session: Connection): Promise<void> {
  await removeInPages(
    session,
    `DELETE FROM feed_import WHERE import_id = ANY (ARRAY(
       SELECT import_id FROM feed_import
       WHERE came_at < clock_timestamp() - make_interval(days => $1) AND state NOT IN ('held', 'approved', 'applying')
       ORDER BY import_id LIMIT $2))`,
    IMPORT_RECORDS_KEPT_DAYS,
  );
}

/** Levels of counts that are not held: the process that was about to hold one has died. Numbers rise, so an old one tells. */
export async function purgeHeldLevels(session: Connection): Promise<void> {
  await removeInPages(
    session,
    `DELETE FROM held_level WHERE ctid = ANY (ARRAY(
       SELECT level.ctid FROM held_level AS level
       WHERE import_id <= (SELECT max(import_id) FROM feed_import
           WHERE came_at < clock_timestamp() - make_interval(days => $1))
         AND NOT EXISTS (SELECT FROM feed_import AS held
           WHERE held.import_id = level.import_id AND held.state = 'held')
       LIMIT $2))`,
    HELD_LEVELS_LEFT_DAYS,
  );
}

/** Completed and cancelled lines; an open one claims stock, however old it is. Returns how many. It reads the whole table. */
export function purgeOrderLines(session: Connection): Promise<number> {
  return removeInPages(session, 'SELECT remove_old_order_lines($1, $2) AS removed', ORDER_LINES_KEPT_DAYS);
}

/**
 * Transfers of which every line was received or cancelled; one that is in transit stays, however old it is. Returns how many
 * lines. It reads the whole table.
 */
export async function purgeTransfers(session: Connection): Promise<number> {
  await removeInPages(
    session,
    `DELETE FROM removed_transfer WHERE transfer_id = ANY (ARRAY(
       SELECT transfer_id FROM removed_transfer
       WHERE removed_at < clock_timestamp() - make_interval(days => $1) ORDER BY removed_at LIMIT $2))`,
    TRANSFER_IDS_KEPT_DAYS,
  );
  return removeInPages(session, 'SELECT remove_old_transfers($1, $2) AS removed', TRANSFERS_KEPT_DAYS);
}
