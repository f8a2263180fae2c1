/** Feeds that named the external order of a row, and not the shop that it came from. */
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

/** Of the last ORDERS_WITHOUT_SHOP_TOLD_FOR_MS; null: none. By import_file_without_shop. */
export async function findOrdersWithoutShop(database: Database): Promise<OrdersWithoutShop | null> {
  const [found] = await database.query<OrdersWithoutShop>(
    `SELECT (sum(without_shop_count) OVER ())::int AS rows, (count(*) OVER ())::int AS feeds,
       file_name AS "fileName", imported_at AS "importedAt"
     FROM import_file
     WHERE without_shop_count > 0 AND imported_at > now() - make_interval(secs => $1::float8 / 1000)
     ORDER BY imported_at DESC LIMIT 1`,
    [ORDERS_WITHOUT_SHOP_TOLD_FOR_MS],
  );
  return found ?? null;
}
