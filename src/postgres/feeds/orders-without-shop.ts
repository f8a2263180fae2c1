/** Feeds that named the external order of a row, and not the shop that it came from. */
import type { ImportWarningCode } from '../../domain/import-warning.ts';
import { ORDERS_WITHOUT_SHOP_TOLD_FOR_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';

export interface OrdersWithoutShop {
  /** Rows of all such feeds. */
  readonly rows: number;
  readonly feeds: number;
  /** The last of these feeds. */
  readonly fileName: string;
  readonly importedAt: Date;
}

const WARNING: ImportWarningCode = 'ORDER_WITHOUT_SHOP';

/** Of the last ORDERS_WITHOUT_SHOP_TOLD_FOR_MS; null: none. By import_file_with_warnings. */
export async function findOrdersWithoutShop(database: Database): Promise<OrdersWithoutShop | null> {
  const [found] = await database.query<OrdersWithoutShop>(
    `SELECT (sum(warning.rows) OVER ())::int AS rows, (count(*) OVER ())::int AS feeds,
       file_name AS "fileName", imported_at AS "importedAt"
     FROM import_file CROSS JOIN LATERAL jsonb_to_recordset(warnings) AS warning (code text, rows integer)
     WHERE warnings IS NOT NULL AND warning.code = $1
       AND imported_at > now() - make_interval(secs => $2::float8 / 1000)
     ORDER BY imported_at DESC LIMIT 1`,
    [WARNING, ORDERS_WITHOUT_SHOP_TOLD_FOR_MS],
  );
  return found ?? null;
}
