/**
 * ORDER_ITEMS: the latest state of order lines, for a whole file at once.
 *
 * The rules are those of src/domain/order-item.ts, applied to the rows of a line one after the other. For a whole set
 * of rows this means: the first row that completes the line ends it; without one, the last row is the line's state. Open
 * rows after one that cancels the line do not count.
 * Rows in between cause nothing, because a state's effect is its difference from the state before, and these add up.
 */
import { ORDER_LINES_KEPT_DAYS } from '../../domain/limits.ts';
import { LEDGER_REASONS } from '../../domain/feed.ts';
import { IMPORT_WARNINGS, type ImportWarning, type ImportWarningCode } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';
import { keepOrdersForLater } from './pending-orders.ts';
import type { PostedLater } from './pending-postings.ts';
import { IS_GOOD, PRODUCT_ID, PRODUCT_JOINS, refuseSql, refuseUnknownProducts } from './resolving.ts';

/** First key of the advisory lock under which order lines are written; the second is 0. */
const ORDER_ITEMS_LOCK = 7_201_153;

/**
 * Imports of order lines take turns. A line that is not in the database yet cannot be locked, and two imports that both
 * take it for new would both reserve it. The ledger's trigger locks the levels, in key order. What is stated of orders
 * takes its turn with them.
 */
export const TAKE_ORDERS_TURN = `SELECT pg_advisory_xact_lock(${ORDER_ITEMS_LOCK}, 0)`;

/**
 * A claim on stock is taken whatever its shop or facility: a line of a removed shop has no shop, and a line at an unknown
 * facility waits in the brokering queue. When the shop was added again under its id, lines that were ordered before it was
 * removed stay without it: as the import of a new sale, such a line would pay for one that is not imported yet. A line whose
 * date cannot be read has the one that it had, or that of its feed. Relies on product's three unique indexes, facility_pkey,
 * facility_external_id_key, shop_pkey and removed_shop_pkey.
 */
const RESOLVE = `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.id_type, row.id_value, row.order_id, row.order_item_seq_id, row.external_order_id,
    row.quantity, row.cancel_quantity, row.status_id, coalesce(row.order_date, known.order_date) AS order_date,
    row.order_date IS NULL AS is_date_unknown, ${PRODUCT_ID} AS product_id,
    CASE WHEN NOT is_before_removal THEN shop.shop_id END AS shop_id, row.shop_id AS named_shop_id,
    row.shop_id IS NOT NULL AND shop.shop_id IS NULL AS is_shop_unknown,
    removed.shop_id IS NOT NULL AND (shop.shop_id IS NULL OR is_before_removal) AS is_shop_removed,
    place.facility_id, coalesce(row.facility_id, row.external_facility_id) AS named_facility_id,
    coalesce(row.facility_id, row.external_facility_id) IS NOT NULL AND place.facility_id IS NULL AS is_place_unknown,
    known.order_id IS NOT NULL AS is_known, greatest(0, row.quantity - row.cancel_quantity) AS units
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ${PRODUCT_JOINS}
  LEFT JOIN facility AS by_facility_id ON by_facility_id.facility_id = row.facility_id
  LEFT JOIN facility AS by_external_id ON by_external_id.external_id = row.external_facility_id
  CROSS JOIN LATERAL (SELECT coalesce(by_facility_id.facility_id, by_external_id.facility_id) AS facility_id) AS place
  LEFT JOIN shop ON shop.shop_id = row.shop_id
  LEFT JOIN removed_shop AS removed ON removed.shop_id = row.shop_id
  LEFT JOIN order_item AS known
    ON known.order_id = row.order_id AND known.order_item_seq_id = row.order_item_seq_id
  -- Of a shop that was added again under its id, a line that is its own already stays so, whatever date it gets.
  CROSS JOIN LATERAL (SELECT coalesce(row.order_date < removed.removed_at, false)
    AND known.shop_id IS DISTINCT FROM row.shop_id AS is_before_removal) AS age`;

const DATE_BY_FEED = 'UPDATE resolved_row SET order_date = $1 WHERE order_date IS NULL';

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

/** It may be one that a clean-up has removed, and its units have left the stock already. */
const REFUSE_OLD = refuseSql({
  from: 'resolved_row',
  condition: `row.status_id = 'ITEM_COMPLETED' AND row.units > 0 AND NOT row.is_known
    AND row.order_date < now() - make_interval(days => ${ORDER_LINES_KEPT_DAYS - 1})`,
  column: `'orderDate'`,
  code: 'ORDER_LINE_TOO_OLD',
  detail: `'orderId', row.order_id, 'orderItemSeqId', row.order_item_seq_id`,
});

/**
 * Puts each row beside the line's state before the file, and beside the facility that would ship it: the row's own, else
 * that of the state before it. By order_item_pkey.
 */
const JUDGE = `
  CREATE TEMPORARY TABLE judged_row ON COMMIT DROP AS
  WITH told AS (
    SELECT row.*, row.status_id IN ('ITEM_CREATED', 'ITEM_APPROVED')
      AND coalesce(known.status_id = 'ITEM_CANCELLED'
        OR bool_or(row.status_id = 'ITEM_CANCELLED') OVER earlier_rows, false) AS reopens
    FROM resolved_row AS row
    LEFT JOIN order_item AS known
      ON known.order_id = row.order_id AND known.order_item_seq_id = row.order_item_seq_id
    WHERE ${IS_GOOD}
    WINDOW earlier_rows AS (PARTITION BY row.order_id, row.order_item_seq_id ORDER BY row.row_number
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ), sequence AS (
    SELECT row.*,
      max(row_number) FILTER (WHERE status_id <> 'ITEM_COMPLETED' AND NOT reopens) OVER (
        PARTITION BY order_id, order_item_seq_id ORDER BY row_number
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS state_before
    FROM told AS row
  ), placed AS (
    SELECT row.row_number, row.order_id, row.order_item_seq_id, row.shop_id, row.external_order_id,
      row.product_id, row.quantity, row.cancel_quantity, row.units, row.status_id, row.order_date, row.reopens,
      row.facility_id AS told_facility_id,
      CASE WHEN row.status_id <> 'ITEM_COMPLETED' OR row.facility_id IS NOT NULL THEN row.facility_id
        WHEN row.state_before IS NOT NULL THEN earlier.facility_id
        ELSE known.facility_id END AS facility_id,
      known.product_id AS known_product_id, known.quantity AS known_quantity,
      known.cancel_quantity AS known_cancel_quantity, known.facility_id AS known_facility_id,
      known.status_id AS known_status_id, known.open_quantity AS known_open_quantity
    FROM sequence AS row
    LEFT JOIN sequence AS earlier ON earlier.row_number = row.state_before
    LEFT JOIN order_item AS known
      ON known.order_id = row.order_id AND known.order_item_seq_id = row.order_item_seq_id
  ), shippable AS (
    SELECT row.*,
      row.status_id = 'ITEM_COMPLETED' AS completes, coalesce(NOT kind.is_virtual, false) AS holds_stock
    FROM placed AS row
    LEFT JOIN facility AS place ON place.facility_id = row.facility_id
    LEFT JOIN facility_type AS kind USING (facility_type_id)
  )
  SELECT row.*,
    min(row_number) FILTER (WHERE completes) OVER line AS completed_by,
    max(row_number) FILTER (WHERE status_id <> 'ITEM_COMPLETED' AND NOT reopens) OVER line AS last_open_row
  FROM shippable AS row
  WINDOW line AS (PARTITION BY order_id, order_item_seq_id)`;

/** A completed line may be repeated, but not changed. An earlier file has completed it, or an earlier row of this one. */
const REFUSE_CHANGE_OF_COMPLETED = refuseSql({
  from: `(
    SELECT row.row_number, row.order_id, row.order_item_seq_id,
      row.status_id = 'ITEM_COMPLETED'
        AND (row.product_id, row.quantity, row.cancel_quantity)
          = (done.product_id, done.quantity, done.cancel_quantity)
        AND coalesce(row.told_facility_id, done.facility_id, '') = coalesce(done.facility_id, '') AS is_repetition
    FROM judged_row AS row
    CROSS JOIN LATERAL (
      SELECT row.known_product_id AS product_id, row.known_quantity AS quantity,
        row.known_cancel_quantity AS cancel_quantity, row.known_facility_id AS facility_id
      WHERE row.known_status_id = 'ITEM_COMPLETED'
      UNION ALL
      SELECT ended.product_id, ended.quantity, ended.cancel_quantity, ended.facility_id
      FROM judged_row AS ended
      WHERE ended.row_number = row.completed_by AND row.row_number > row.completed_by
        AND row.known_status_id IS DISTINCT FROM 'ITEM_COMPLETED'
    ) AS done)`,
  condition: 'NOT row.is_repetition',
  column: `'statusId'`,
  code: 'ORDER_ITEM_COMPLETED',
  detail: `'orderId', row.order_id, 'orderItemSeqId', row.order_item_seq_id`,
});

/** States come late, and again: of a line that was cancelled, an open one is older than that. */
const REFUSE_REOPENING = refuseSql({
  from: 'judged_row',
  condition: 'row.reopens',
  column: `'statusId'`,
  code: 'ORDER_ITEM_CANCELLED',
  detail: `'orderId', row.order_id, 'orderItemSeqId', row.order_item_seq_id`,
});

/** The one row of each line that becomes its state. */
const TAKEN = `
  SELECT * FROM judged_row AS row
  WHERE row_number = coalesce(completed_by, last_open_row)
    AND known_status_id IS DISTINCT FROM 'ITEM_COMPLETED'`;

/**
 * Releases a line where it was reserved, reserves it where it is now, ships it from where it left: one posting for each
 * facility.
 */
const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  WITH taken AS (${TAKEN}), movement AS (
    SELECT taken.row_number, known_product_id AS product_id, known_facility_id AS facility_id,
      0 AS on_hand, -known_open_quantity AS reserved
    FROM taken
    WHERE known_open_quantity > 0 AND known_facility_id IS NOT NULL
    UNION ALL
    SELECT row_number, product_id, facility_id, 0, units FROM taken
    WHERE status_id IN ('ITEM_CREATED', 'ITEM_APPROVED') AND facility_id IS NOT NULL
    UNION ALL
    SELECT row_number, product_id, facility_id, -units, 0 FROM taken
    WHERE status_id = 'ITEM_COMPLETED' AND units > 0 AND holds_stock
  ), posting AS (
    SELECT row_number, product_id, facility_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved
    FROM movement GROUP BY row_number, product_id, facility_id
  )
  SELECT product_id, facility_id, on_hand, reserved,
    CASE WHEN on_hand <> 0 THEN $2 WHEN reserved > 0 THEN $3 ELSE $4 END,
    $1::text || ':' || row_number
  FROM posting
  WHERE on_hand <> 0 OR reserved <> 0
  ORDER BY row_number, product_id, facility_id`;

/** A line that comes again unchanged is not written, so that no delta looks at it. By order_item_pkey. */
const KEEP_STATES = `
  INSERT INTO order_item AS line (order_id, order_item_seq_id, shop_id, external_order_id, product_id,
    quantity, cancel_quantity, facility_id, status_id, order_date)
  SELECT order_id, order_item_seq_id, shop_id, external_order_id, product_id,
    quantity, cancel_quantity, facility_id, status_id, order_date
  FROM (${TAKEN}) AS taken
  ORDER BY order_id, order_item_seq_id
  ON CONFLICT (order_id, order_item_seq_id) DO UPDATE SET
    shop_id = excluded.shop_id, external_order_id = excluded.external_order_id,
    product_id = excluded.product_id, quantity = excluded.quantity,
    cancel_quantity = excluded.cancel_quantity, facility_id = excluded.facility_id,
    status_id = excluded.status_id, order_date = excluded.order_date
  WHERE (line.shop_id, line.external_order_id, line.product_id, line.quantity, line.cancel_quantity,
      line.facility_id, line.status_id, line.order_date)
    IS DISTINCT FROM (excluded.shop_id, excluded.external_order_id, excluded.product_id, excluded.quantity,
      excluded.cancel_quantity, excluded.facility_id, excluded.status_id, excluded.order_date)`;

/**
 * The feed shows that orders come in, for every shop: one that sold nothing has no rows in it. It counts from when it was
 * written, since what was sold while it lay in incoming/ is in a later one. A feed whose rows were all refused has
 * brought no order.
 */
const RECORD_FEED = `
  INSERT INTO shop_orders AS orders (shop_id, fed_until)
  SELECT shop_id, least($1::timestamptz, now()) FROM shop
  ORDER BY shop_id
  ON CONFLICT (shop_id) DO UPDATE SET fed_until = excluded.fed_until
    WHERE orders.fed_until IS NULL OR orders.fed_until < excluded.fed_until`;

/** To be called once all of a feed is applied that has no rows, or a good one. Takes its turn with imports of orders. */
export async function recordOrdersCame(connection: Connection, writtenAt: Date): Promise<void> {
  await connection.query(TAKE_ORDERS_TURN);
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
    (SELECT count(*) FROM (${TAKEN}) AS taken WHERE completes AND units > 0 AND NOT holds_stock)::int
      AS "ORDER_SHIPPED_ELSEWHERE"
  FROM resolved_row AS row WHERE ${IS_GOOD}`;

/**
 * Sets each order line to its state in the feed, and posts what that changes in the stock. Of a large feed it keeps the rows.
 *
 * @returns what is to be told of rows that were taken
 */
export async function applyOrderItems(
  connection: Connection,
  { fileName, writtenAt, later = null }: OrderFeed & { readonly later?: PostedLater | null },
): Promise<readonly ImportWarning[]> {
  if (later !== null) {
    await keepOrdersForLater(connection, later);
    return [];
  }
  const warnings = await applyOrderRows(connection, { fileName, writtenAt });
  const { rows } = await connection.query<{ hasComeIn: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM staged_row) OR EXISTS (SELECT FROM staged_row AS row WHERE ${IS_GOOD}) AS "hasComeIn"`,
  );
  if (rows[0]?.hasComeIn === true) await recordOrdersCame(connection, writtenAt);
  return warnings;
}

interface OrderFeed {
  readonly fileName: string;
  readonly writtenAt: Date;
}

/** The same of the rows in `staged_row`: all rows of their orders. */
export async function applyOrderRows(
  connection: Connection,
  { fileName, writtenAt }: OrderFeed,
): Promise<readonly ImportWarning[]> {
  await connection.query(TAKE_ORDERS_TURN);
  await connection.query(RESOLVE);
  await connection.query(DATE_BY_FEED, [writtenAt]);
  await connection.query('ANALYZE resolved_row');
  await refuseUnknownProducts(connection);
  await connection.query(REFUSE_SHIPPED_FROM_UNKNOWN);
  await connection.query(REFUSE_UNKNOWN_SHOP);
  await connection.query(REFUSE_LINE_OF_ANOTHER_ORDER);
  await connection.query(REFUSE_OLD);
  await connection.query(JUDGE);
  await connection.query('ANALYZE judged_row');
  await connection.query(REFUSE_CHANGE_OF_COMPLETED);
  await connection.query(REFUSE_REOPENING);
  const { orderShipped, orderReserved, orderReleased } = LEDGER_REASONS;
  await connection.query(POST, [fileName, orderShipped, orderReserved, orderReleased]);
  await connection.query(KEEP_STATES);
  const { rows } = await connection.query<Record<ImportWarningCode, number>>(COUNT_WARNINGS);
  return IMPORT_WARNINGS.map((code) => ({ code, rows: rows[0]?.[code] ?? 0 })).filter(
    (warning) => warning.rows > 0,
  );
}
