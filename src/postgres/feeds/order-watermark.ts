/** ORDER_WATERMARK: whoever sends the orders of a shop states up to when they are complete. */
import type { OrderWatermarkRow } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import { CLOCKS_APART_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { HAS_UNFINISHED_ORDERS } from './leave-out-told.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';
import type { StagingShape } from './staging.ts';

export const ORDER_WATERMARK_STAGING: StagingShape<OrderWatermarkRow> = {
  columns: { shop_id: 'text', complete_until: 'timestamptz' },
  valuesOf: (row) => [row.shopId, row.completeUntil],
};

const REFUSE_UNKNOWN_SHOP = refuseSql({
  from: 'resolved_row',
  condition: 'row.is_shop_unknown',
  column: `'shopId'`,
  code: 'SHOP_UNKNOWN',
  detail: `'shopId', row.shop_id`,
});

/**
 * `known_until`: the latest time stated for the shop before this row, by an earlier file or an earlier row. One that lies ahead
 * was stated before the clock was set back, and would refuse every statement until then.
 */
const RESOLVE = `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.shop_id, row.complete_until, shop.shop_id IS NULL AS is_shop_unknown,
    row.complete_until > now() + make_interval(secs => ${CLOCKS_APART_MS / 1000}) AS is_ahead,
    greatest(CASE WHEN orders.imported_until <= now() THEN orders.imported_until END, max(least(row.complete_until, now())) OVER (
      PARTITION BY row.shop_id ORDER BY row.row_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )) AS known_until
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  LEFT JOIN shop ON shop.shop_id = row.shop_id
  LEFT JOIN shop_orders AS orders ON orders.shop_id = row.shop_id`;

const REFUSE_IN_FUTURE = refuseSql({
  from: 'resolved_row',
  condition: 'row.is_ahead',
  column: `'completeUntil'`,
  code: 'ORDER_WATERMARK_IN_FUTURE',
  detail: `'completeUntil', to_json(row.complete_until AT TIME ZONE 'UTC') #>> '{}' || 'Z'`,
});

const REFUSE_GOING_BACK = refuseSql({
  from: 'resolved_row',
  condition: 'row.complete_until < row.known_until',
  column: `'completeUntil'`,
  code: 'ORDER_WATERMARK_GOES_BACK',
  detail: `'shopId', row.shop_id, 'knownUntil', to_json(row.known_until AT TIME ZONE 'UTC') #>> '{}' || 'Z'`,
});

/** The sender's clock may be ahead of ours: what is stated for a moment from now counts up to now. */
const STATE = `
  INSERT INTO shop_orders (shop_id, imported_until)
  SELECT shop_id, max(least(complete_until, now())) FROM resolved_row AS row
  WHERE ${IS_GOOD} AND NOT ${HAS_UNFINISHED_ORDERS}
  GROUP BY shop_id ORDER BY shop_id
  ON CONFLICT (shop_id) DO UPDATE SET imported_until = excluded.imported_until`;

/** Sales among the orders that wait are not imported, whatever is stated. */
const COUNT_NOT_MOVED = `
  SELECT count(*)::int AS rows FROM resolved_row AS row WHERE ${IS_GOOD} AND ${HAS_UNFINISHED_ORDERS}`;

/** Moves the order watermark of each shop to what is stated, never back; and not while orders before it wait to be applied. */
export async function applyOrderWatermark(connection: Connection): Promise<readonly ImportWarning[]> {
  await connection.query(RESOLVE);
  await connection.query(REFUSE_UNKNOWN_SHOP);
  await connection.query(REFUSE_IN_FUTURE);
  await connection.query(REFUSE_GOING_BACK);
  await connection.query(STATE);
  const { rows: notMoved } = await connection.query<{ rows: number }>(COUNT_NOT_MOVED);
  const rows = notMoved[0]?.rows ?? 0;
  return rows > 0 ? [{ code: 'ORDER_WATERMARK_WAITS', rows }] : [];
}
