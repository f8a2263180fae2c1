/** What is kept back of a shop for sales that are not imported yet, and what of it is probably no such sale. */
import type { FoundProducts } from '../../domain/catalogue.ts';
import { CHECK_SKUS_NAMED, CLOCKS_APART_MS, UNSEEN_SALES_SUSPECT_AFTER_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { orderWatermarkSql } from '../master-data/order-watermark.ts';

export interface UnseenSalesCheck {
  /** Units that are kept back, and of how many products. */
  readonly units: number;
  readonly products: number;
  /**
   * Products with units that were seen to be gone longer ago than the shop's order lag and UNSEEN_SALES_SUSPECT_AFTER_MS
   * together; null: none.
   */
  readonly suspect: FoundProducts | null;
  readonly suspectSince: Date | null;
  /** The shop's order watermark; null: nothing is known of its orders. */
  readonly ordersCompleteUntil: Date | null;
  /** Whether it has stood still for so long. */
  readonly isWatermarkLate: boolean;
  /** The time of which it is inferred, or that was stated, when that is still to come: a clock was ahead; null: it is not. */
  readonly aheadUntil: Date | null;
}

/** By applied_row_in_debt. */
export async function checkUnseenSales(database: Database, shopId: string): Promise<UnseenSalesCheck> {
  const [found] = await database.query<Omit<UnseenSalesCheck, 'suspect'> & FoundProducts>(
    `WITH suspicious AS (
       SELECT now() - order_lag - make_interval(secs => $2::float8 / 1000) AS before,
         ${orderWatermarkSql('$1')} AS complete_until
       FROM shop WHERE shop_id = $1
     ), kept AS (
       SELECT sku, debt, (drops #>> '{0,at}')::timestamptz AS since
       FROM applied_row JOIN product USING (product_id) WHERE shop_id = $1 AND debt > 0
     ), suspect AS (
       SELECT kept.* FROM kept CROSS JOIN suspicious WHERE since < suspicious.before
     )
     SELECT (SELECT coalesce(sum(debt), 0) FROM kept) AS units, (SELECT count(*) FROM kept) AS products,
       count(*) AS count, coalesce((array_agg(sku ORDER BY sku))[1:$3], '{}') AS skus, min(since) AS "suspectSince",
       (SELECT complete_until FROM suspicious) AS "ordersCompleteUntil",
       (SELECT coalesce(complete_until < before, false) FROM suspicious) AS "isWatermarkLate",
       (SELECT coalesce(imported_until, fed_until) FROM shop_orders WHERE shop_id = $1
         AND coalesce(imported_until, fed_until) > now() + make_interval(secs => $4::float8 / 1000)) AS "aheadUntil"
     FROM suspect`,
    [shopId, UNSEEN_SALES_SUSPECT_AFTER_MS, CHECK_SKUS_NAMED, CLOCKS_APART_MS],
  );
  if (!found) throw new Error('The database returned no counts.');
  const { count, skus, ...counts } = found;
  return { ...counts, suspect: count === 0 ? null : { count, skus } };
}
