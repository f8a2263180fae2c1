/**
 * ORDER_ITEMS: the latest state of order lines, for a whole file at once.
 *
 * The rules are those of src/domain/order-item.ts, applied to the rows of a line one after the other (order-states.ts). Only the
 * last state has effects, because a state's effect is its difference from the state before, and these add up
 * (order-postings.ts).
 */
import { CLOCKS_APART_MS, ORDER_LINES_KEPT_DAYS } from '../../domain/limits.ts';
import { IMPORT_WARNINGS, type ImportWarning, type ImportWarningCode } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';
import { HAS_UNFINISHED_ORDERS, leaveOutTold } from './leave-out-told.ts';
import { postOrderLines } from './order-postings.ts';
import { judgeOrderLines } from './order-states.ts';
import { keepOrdersForLater } from './pending-orders.ts';
import type { PostedLater } from './pending-postings.ts';
import {
  IS_GOOD,
  lookUpProducts,
  refuseSql,
  refuseUnknownProducts,
  type ProductLookup,
} from './resolving.ts';

/** A time that is told; null: it is still to come by more than clocks are apart, so nobody knows it. */
const ifNotAhead = (time: string) =>
  `CASE WHEN ${time} <= now() + make_interval(secs => ${CLOCKS_APART_MS / 1000}) THEN ${time} END`;

/**
 * A claim on stock is taken whatever its shop or facility: a line of a removed shop has no shop, and a line at an unknown
 * facility waits in the brokering queue. When the shop was added again under its id, lines that were ordered before it was
 * removed stay without it: as the import of a new sale, such a line would pay for one that is not imported yet. A line whose
 * date cannot be read, or is still to come, has the one that it had, or that of its feed. Relies on product's three unique indexes, facility_pkey,
 * facility_external_id_key, shop_pkey and removed_shop_pkey.
 */
const resolveSql = ({ joins, productId }: ProductLookup) => `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.id_type, row.id_value, row.order_id, row.order_item_seq_id, row.external_order_id,
    row.quantity, row.cancel_quantity, row.status_id, coalesce(told.order_date, known.order_date) AS order_date,
    told.order_date IS NULL AS is_date_unknown,
    told.updated_at, row.updated_at IS NOT NULL AND told.updated_at IS NULL AS is_update_unknown, ${productId} AS product_id,
    CASE WHEN NOT is_before_removal THEN shop.shop_id END AS shop_id, row.shop_id AS named_shop_id,
    row.shop_id IS NOT NULL AND shop.shop_id IS NULL AS is_shop_unknown,
    removed.shop_id IS NOT NULL AND (shop.shop_id IS NULL OR is_before_removal) AS is_shop_removed,
    place.facility_id, coalesce(row.facility_id, row.external_facility_id) AS named_facility_id,
    coalesce(row.facility_id, row.external_facility_id) IS NOT NULL AND place.facility_id IS NULL AS is_place_unknown,
    known.order_id IS NOT NULL AS is_known, greatest(0, row.quantity - row.cancel_quantity) AS units
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ${joins}
  LEFT JOIN facility AS by_facility_id ON by_facility_id.facility_id = row.facility_id
  LEFT JOIN facility AS by_external_id ON by_external_id.external_id = row.external_facility_id
  CROSS JOIN LATERAL (SELECT coalesce(by_facility_id.facility_id, by_external_id.facility_id) AS facility_id) AS place
  LEFT JOIN shop ON shop.shop_id = row.shop_id
  LEFT JOIN removed_shop AS removed ON removed.shop_id = row.shop_id
  LEFT JOIN order_item AS known
    ON known.order_id = row.order_id AND known.order_item_seq_id = row.order_item_seq_id
  CROSS JOIN LATERAL (SELECT ${ifNotAhead('row.order_date')} AS order_date, ${ifNotAhead('row.updated_at')} AS updated_at) AS told
  -- Of a shop that was added again under its id, a line that is its own already stays so, whatever date it gets.
  CROSS JOIN LATERAL (SELECT coalesce(told.order_date < removed.removed_at, false)
    AND known.shop_id IS DISTINCT FROM row.shop_id AS is_before_removal) AS age`;

/** The clock of the server of feeds may be ahead, too. */
const DATE_BY_FEED =
  'UPDATE resolved_row SET order_date = least($1::timestamptz, now()) WHERE order_date IS NULL';

/** Units that have left a facility are no claim: nobody knows whose stock they were. */
const REFUSE_SHIPPED_FROM_UNKNOWN = refuseSql({
  from: 'resolved_row',
  condition: `row.is_place_unknown AND row.status_id = 'ITEM_COMPLETED' AND row.units > 0`,
  column: `'facilityId'`,
  code: 'FACILITY_UNKNOWN',
  detail: `'facilityId', row.named_facility_id`,
});

/** A shop that never was is a slip of the pen: taken without it, its sales would be counted twice. */
const REFUSE_UNKNOWN_SHOP = refuseSql({
  from: 'resolved_row',
  condition: 'row.is_shop_unknown AND NOT row.is_shop_removed',
  column: `'shopId'`,
  code: 'SHOP_UNKNOWN',
  detail: `'shopId', row.named_shop_id`,
});

/** A shop's line came first under another order: in the database (by order_item_of_shop), else in this file. */
const REFUSE_LINE_OF_ANOTHER_ORDER = refuseSql({
  from: `(
    SELECT row.row_number, row.order_id, row.order_item_seq_id, row.external_order_id,
      coalesce(known.order_id, first_value(row.order_id) OVER (
        PARTITION BY row.shop_id, row.external_order_id, row.order_item_seq_id ORDER BY row.row_number
      )) AS first_order_id
    FROM resolved_row AS row
    LEFT JOIN order_item AS known USING (shop_id, external_order_id, order_item_seq_id)
    WHERE row.shop_id IS NOT NULL AND row.external_order_id IS NOT NULL AND ${IS_GOOD})`,
  condition: 'row.order_id <> row.first_order_id',
  column: `'orderId'`,
  code: 'ORDER_LINE_DUPLICATE',
  detail: `'orderItemSeqId', row.order_item_seq_id, 'externalOrderId', row.external_order_id,
    'orderId', row.first_order_id`,
});

/**
 * It may be one that a clean-up has removed, and its units have left the stock already. In whatever state: an open one would be
 * known from then on, and its completion, which comes again behind it, would be taken.
 */
const REFUSE_OLD = refuseSql({
  from: 'resolved_row',
  condition: `NOT row.is_known
    AND row.order_date < now() - make_interval(days => ${ORDER_LINES_KEPT_DAYS - 1})`,
  column: `'orderDate'`,
  code: 'ORDER_LINE_TOO_OLD',
  detail: `'orderId', row.order_id, 'orderItemSeqId', row.order_item_seq_id`,
});

/**
 * The feed shows that orders come in, for every shop: one that sold nothing has no rows in it. It counts from when it was
 * written, since what was sold while it lay in incoming/ is in a later one. A feed whose rows were all refused has
 * brought no order. While orders of an earlier one wait to be applied, nobody knows all sales up to then. What lies ahead was
 * recorded before the clock was set back: any feed is better.
 */
const RECORD_FEED = `
  INSERT INTO shop_orders AS orders (shop_id, fed_until)
  SELECT shop_id, least($1::timestamptz, now()) FROM shop WHERE NOT ${HAS_UNFINISHED_ORDERS}
  ORDER BY shop_id
  ON CONFLICT (shop_id) DO UPDATE SET fed_until = excluded.fed_until
    WHERE orders.fed_until IS NULL OR orders.fed_until < excluded.fed_until OR orders.fed_until > now()`;

/** To be called once all of a feed is applied that has no rows, or a good one. */
export async function recordOrdersCame(connection: Connection, writtenAt: Date): Promise<void> {
  await connection.query(RECORD_FEED, [writtenAt]);
}

/**
 * The sale of a row without a shop is counted twice when it is one of a shop: Shopify has sold it, and no order of the
 * shop pays for it.
 */
const COUNT_WARNINGS = `
  SELECT (count(*) FILTER (WHERE is_shop_removed))::int AS "ORDER_SHOP_REMOVED",
    (count(*) FILTER (WHERE is_place_unknown))::int AS "ORDER_FACILITY_UNKNOWN",
    (count(*) FILTER (WHERE external_order_id IS NOT NULL AND named_shop_id IS NULL))::int AS "ORDER_WITHOUT_SHOP",
    (count(*) FILTER (WHERE is_date_unknown))::int AS "ORDER_DATE_UNKNOWN",
    (count(*) FILTER (WHERE is_update_unknown))::int AS "ORDER_UPDATE_UNKNOWN",
    (SELECT count(*) FROM judged_row WHERE refused = 'OLD')::int AS "ORDER_STATE_OLD",
    (SELECT count(*) FROM movement WHERE is_counted AND on_hand < 0)::int AS "ORDER_SHIPPED_COUNTED",
    (SELECT count(*) FROM taken_row WHERE completes AND units > 0 AND NOT holds_stock)::int
      AS "ORDER_SHIPPED_ELSEWHERE"
  FROM resolved_row AS row WHERE ${IS_GOOD}`;

interface OrderFeed {
  readonly fileName: string;
  readonly writtenAt: Date;
  /** Whether an open state opens a line again that was cancelled or completed, also when it is not known to be newer. */
  readonly mayReopen: boolean;
}

/**
 * Sets each order line to its state in the feed, and posts what that changes in the stock. Of a large feed it keeps the rows.
 *
 * @returns what is to be told of rows that were taken
 */
export async function applyOrderItems(
  connection: Connection,
  { later = null, ...feed }: OrderFeed & { readonly later?: PostedLater | null },
): Promise<readonly ImportWarning[]> {
  if (later !== null) {
    await keepOrdersForLater(connection, later, feed.mayReopen);
    return [];
  }
  const warnings = await applyOrderRows(connection, feed);
  const { rows } = await connection.query<{ hasComeIn: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM staged_row) OR EXISTS (SELECT FROM staged_row AS row WHERE ${IS_GOOD}) AS "hasComeIn"`,
  );
  if (rows[0]?.hasComeIn === true) await recordOrdersCame(connection, feed.writtenAt);
  return warnings;
}

/** The same of the rows in `staged_row`: all rows of their orders. In the turn of the orders: the ledger's trigger locks the levels. */
export async function applyOrderRows(
  connection: Connection,
  { fileName, writtenAt, mayReopen }: OrderFeed,
): Promise<readonly ImportWarning[]> {
  await connection.query(resolveSql(await lookUpProducts(connection)));
  await connection.query(DATE_BY_FEED, [writtenAt]);
  await connection.query('ANALYZE resolved_row (row_number)');
  await refuseUnknownProducts(connection);
  await connection.query(REFUSE_SHIPPED_FROM_UNKNOWN);
  await connection.query(REFUSE_UNKNOWN_SHOP);
  await connection.query(REFUSE_LINE_OF_ANOTHER_ORDER);
  await connection.query(REFUSE_OLD);
  await judgeOrderLines(connection, mayReopen);
  await leaveOutTold(connection);
  await postOrderLines(connection, { fileName, writtenAt });
  const { rows } = await connection.query<Record<ImportWarningCode, number>>(COUNT_WARNINGS);
  return IMPORT_WARNINGS.map((code) => ({ code, rows: rows[0]?.[code] ?? 0 })).filter(
    (warning) => warning.rows > 0,
  );
}
