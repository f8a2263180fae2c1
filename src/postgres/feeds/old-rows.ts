/** Rows of feeds that were kept long enough: those that were refused, and order lines that are done. */
import { ORDER_LINES_KEPT_DAYS, REFUSED_ROWS_KEPT_DAYS } from '../../domain/limits.ts';
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

/** Completed and cancelled lines; an open one claims stock, however old it is. Returns how many. It reads the whole table. */
export function purgeOrderLines(session: Connection): Promise<number> {
  return removeInPages(session, 'SELECT remove_old_order_lines($1, $2) AS removed', ORDER_LINES_KEPT_DAYS);
}
