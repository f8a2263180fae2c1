/** What the states of order lines after a feed change in the stock, and in what is kept of the lines. */
import { LEDGER_REASONS } from '../../domain/feed.ts';
import { CLOCKS_APART_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { takeTurnOfLines } from './import-turns.ts';
import { HAS_NO_STORY } from './order-states.ts';
import { IS_GOOD } from './resolving.ts';

/**
 * The row of each line that told its state, beside the state of before. Of a line that an earlier release has shipped, nobody
 * knows when: any count since it was ordered may have seen it. A line that was opened again by rows of no later instant, and is
 * shipped as before at the end of them, is told again: no unit has moved. By order_item_pkey. $1: when the feed was written.
 */
const takeSql = (known: string) => `
  CREATE TEMPORARY TABLE taken_row ON COMMIT DROP AS
  SELECT last.row_number, last.order_id, last.order_item_seq_id, last.shop_id, last.external_order_id, last.order_date,
    last.told_at, least(coalesce(last.told_at, $1::timestamptz), now()) AS happened_at,
    last.product_id, last.quantity, last.cancel_quantity, last.units, last.facility_id, last.status_id, last.updated_at,
    last.status_id = 'ITEM_COMPLETED' AS completes, coalesce(NOT kind.is_virtual, false) AS holds_stock,
    known.product_id AS known_product_id, known.facility_id AS known_facility_id,
    coalesce(known.open_quantity, 0) AS known_open_quantity,
    coalesce(known.shipped_at, known.order_date) AS known_shipped_at,
    CASE WHEN known.status_id = 'ITEM_COMPLETED' AND (known.shipped_at IS NOT NULL OR NOT known_kind.is_virtual)
      THEN known_units.units ELSE 0 END AS known_shipped,
    coalesce(again.is_told_again, false) AS is_told_again, CASE WHEN again.is_told_again THEN known.shipped_at END AS shipped_at
  FROM (
    SELECT row_number, order_id, order_item_seq_id, shop_id, external_order_id, order_date, updated_at AS told_at, units,
      product_id, quantity, cancel_quantity, facility_id, status_id, updated_at
    FROM resolved_row AS row WHERE ${IS_GOOD} AND ${HAS_NO_STORY}
    UNION ALL
    SELECT row.row_number, row.order_id, row.order_item_seq_id, row.shop_id, row.external_order_id, row.order_date, row.updated_at,
      row.units, judged.product_id, judged.quantity, judged.cancel_quantity, judged.facility_id, judged.status_id, judged.updated_at
    FROM judged_row AS judged JOIN resolved_row AS row ON row.row_number = judged.told_by WHERE judged.is_last
  ) AS last
  LEFT JOIN ${known} AS known
    ON known.order_id = last.order_id AND known.order_item_seq_id = last.order_item_seq_id
  LEFT JOIN facility AS place ON place.facility_id = last.facility_id
  LEFT JOIN facility_type AS kind ON kind.facility_type_id = place.facility_type_id
  LEFT JOIN facility AS known_place ON known_place.facility_id = known.facility_id
  LEFT JOIN facility_type AS known_kind ON known_kind.facility_type_id = known_place.facility_type_id
  CROSS JOIN LATERAL (SELECT greatest(0, known.quantity - known.cancel_quantity) AS units) AS known_units
  CROSS JOIN LATERAL (
    SELECT known.status_id = 'ITEM_COMPLETED' AND last.status_id = 'ITEM_COMPLETED' AND known.product_id = last.product_id
      AND known_units.units = last.units AND known.facility_id IS NOT DISTINCT FROM last.facility_id
      AND (last.told_at > known.updated_at) IS NOT TRUE AS is_told_again
  ) AS again`;

/**
 * Releases a line where it was reserved, reserves it where it is now, ships it from where it left; a line that was shipped by
 * mistake comes back to where it left.
 *
 * What a count knows already counts no more: `seen_from` is when something happened that a count since has seen; null: no
 * count can have seen it.
 */
const MOVE = `
  CREATE TEMPORARY TABLE movement ON COMMIT DROP AS
  SELECT *, false AS is_counted FROM (
    SELECT row_number, known_product_id AS product_id, known_facility_id AS facility_id, 0 AS on_hand,
      -known_open_quantity AS reserved, happened_at, NULL::timestamptz AS seen_from, false AS was_reserved
    FROM taken_row WHERE known_open_quantity > 0 AND known_facility_id IS NOT NULL
    UNION ALL
    SELECT row_number, known_product_id, known_facility_id, known_shipped, 0, known_shipped_at, known_shipped_at, false
    FROM taken_row WHERE known_shipped > 0 AND NOT is_told_again
    UNION ALL
    SELECT row_number, product_id, facility_id, 0, units, happened_at, NULL, false
    FROM taken_row
    WHERE status_id IN ('ITEM_CREATED', 'ITEM_APPROVED') AND facility_id IS NOT NULL AND units > 0
    UNION ALL
    SELECT row_number, product_id, facility_id, -units, 0, happened_at, told_at,
      known_open_quantity > 0 AND known_facility_id = facility_id
    FROM taken_row WHERE completes AND units > 0 AND holds_stock AND NOT is_told_again
  ) AS moved`;

/** In key order, as every import does; so that no count comes between. By product_facility_pkey. */
const LOCK_COUNTED_LEVELS = `
  SELECT count(*) FROM (
    SELECT FROM product_facility WHERE EXISTS (SELECT FROM movement WHERE on_hand <> 0)
      AND (product_id, facility_id) IN (SELECT product_id, facility_id FROM movement)
    ORDER BY product_id, facility_id FOR UPDATE
  ) AS locked`;

/**
 * A count has seen what left before its instant, and before its file was written: without asOf it has the instant at which it was
 * applied. Clocks are apart, and in doubt a parcel is taken: left out, its unit would be sold again. A count of what is available was
 * taken for what is on hand without what was reserved: a line that was reserved then is still in it. What comes back does not, when
 * the count took the place of its shipment. By last_count_pkey and feed_import_pkey; an import that a clean-up has removed has no
 * file's time.
 */
const FIND_COUNTED = `
  UPDATE movement SET is_counted = true
  FROM last_count AS count LEFT JOIN feed_import AS import USING (import_id)
  WHERE movement.seen_from IS NOT NULL AND count.product_id = movement.product_id
    AND count.facility_id = movement.facility_id AND NOT count.is_undone
    AND CASE WHEN movement.on_hand > 0 THEN count.counted_at >= movement.seen_from
      ELSE least(count.counted_at, import.sent_at)
          >= movement.seen_from + make_interval(secs => ${CLOCKS_APART_MS / 1000})
        AND (count.is_of_available IS FALSE OR NOT movement.was_reserved) END`;

/**
 * When units left, as the counts of their level see it: taken in spite of a count, they left after it. So only a count that comes
 * later hides them when the line is opened again. By last_count_pkey.
 */
const SHIP = `
  UPDATE taken_row SET shipped_at = CASE WHEN movement.is_counted THEN taken_row.happened_at
    ELSE greatest(taken_row.happened_at, count.counted_at + interval '1 microsecond') END
  FROM movement LEFT JOIN last_count AS count
    ON count.product_id = movement.product_id AND count.facility_id = movement.facility_id AND NOT count.is_undone
  WHERE movement.row_number = taken_row.row_number AND movement.on_hand < 0`;

/** What left after a count, and what was reserved for it until then, is posted as of then. */
const DATE_SHIPMENTS = `
  UPDATE movement SET happened_at = taken.shipped_at
  FROM taken_row AS taken
  WHERE taken.row_number = movement.row_number AND taken.completes AND taken.shipped_at > movement.happened_at
    AND movement.product_id = taken.product_id AND movement.facility_id = taken.facility_id AND movement.on_hand <= 0`;

/** Without the count, nobody would know what the level is. */
const HIDE_UNDO = `
  UPDATE last_count SET hides_undo = true
  FROM (SELECT DISTINCT product_id, facility_id FROM movement WHERE is_counted) AS own
  WHERE own.product_id = last_count.product_id AND own.facility_id = last_count.facility_id`;

const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source, happened_at)
  SELECT product_id, facility_id, on_hand, reserved,
    CASE WHEN on_hand <> 0 THEN $2 WHEN reserved > 0 THEN $3 ELSE $4 END,
    $1::text || ':' || row_number, happened_at
  FROM (
    SELECT row_number, product_id, facility_id, happened_at, sum(on_hand) AS on_hand, sum(reserved) AS reserved
    FROM movement WHERE NOT is_counted GROUP BY row_number, product_id, facility_id, happened_at
  ) AS posting
  WHERE on_hand <> 0 OR reserved <> 0
  ORDER BY row_number, product_id, facility_id, happened_at`;

/** In the turn of the orders, so nobody else adds one of them. */
const ADD_LINES = `
  INSERT INTO order_item AS line (order_id, order_item_seq_id, shop_id, external_order_id, product_id,
    quantity, cancel_quantity, facility_id, status_id, order_date, updated_at, shipped_at)
  SELECT order_id, order_item_seq_id, shop_id, external_order_id, product_id,
    quantity, cancel_quantity, facility_id, status_id, order_date, updated_at, shipped_at
  FROM taken_row
  ORDER BY order_id, order_item_seq_id`;

/** A line that comes again unchanged is not written, so that no delta looks at it. By order_item_pkey. */
const KEEP_STATES = `${ADD_LINES}
  ON CONFLICT (order_id, order_item_seq_id) DO UPDATE SET
    shop_id = excluded.shop_id, external_order_id = excluded.external_order_id,
    product_id = excluded.product_id, quantity = excluded.quantity,
    cancel_quantity = excluded.cancel_quantity, facility_id = excluded.facility_id,
    status_id = excluded.status_id, order_date = excluded.order_date,
    updated_at = excluded.updated_at, shipped_at = excluded.shipped_at
  WHERE (line.shop_id, line.external_order_id, line.product_id, line.quantity, line.cancel_quantity,
      line.facility_id, line.status_id, line.order_date, line.updated_at)
    IS DISTINCT FROM (excluded.shop_id, excluded.external_order_id, excluded.product_id, excluded.quantity,
      excluded.cancel_quantity, excluded.facility_id, excluded.status_id, excluded.order_date, excluded.updated_at)`;

/** A completed line that is told again stays as it is, and is known to be so still. */
const KEEP_NEWEST = `
  UPDATE order_item AS line SET updated_at = last.updated_at
  FROM judged_row AS last
  WHERE last.is_last AND last.told_by IS NULL AND last.order_id = line.order_id
    AND last.order_item_seq_id = line.order_item_seq_id AND last.updated_at > coalesce(line.updated_at, '-infinity')`;

/** Posts what `judged_row` changes in the stock, and keeps the new states. It makes `taken_row` and `movement`. */
export async function postOrderLines(
  connection: Connection,
  { fileName, writtenAt }: { readonly fileName: string; readonly writtenAt: Date },
): Promise<void> {
  // Mostly all are new: to look for each of them once more is a third of this step.
  const known = await connection.query('SELECT FROM resolved_row WHERE is_known LIMIT 1');
  const areNew = known.rowCount === 0;
  const lines = areNew ? '(SELECT * FROM order_item LIMIT 0)' : 'order_item';
  await connection.query(takeSql(lines), [writtenAt]);
  await connection.query(MOVE);
  await connection.query('ANALYZE movement (row_number)');
  // All before is looks and tables of our own, which another chunk may make at the same time.
  await takeTurnOfLines(connection);
  // Orders that are reserved only, as new ones are, move nothing that a count may have seen.
  const left = await connection.query('SELECT FROM movement WHERE on_hand <> 0 LIMIT 1');
  if (left.rowCount !== 0) {
    await connection.query(LOCK_COUNTED_LEVELS);
    await connection.query(FIND_COUNTED);
    await connection.query(SHIP);
    await connection.query(DATE_SHIPMENTS);
  }
  const { orderShipped, orderReserved, orderReleased } = LEDGER_REASONS;
  await connection.query(POST, [fileName, orderShipped, orderReserved, orderReleased]);
  if (left.rowCount !== 0) await connection.query(HIDE_UNDO);
  await connection.query(areNew ? ADD_LINES : KEEP_STATES);
  await connection.query(KEEP_NEWEST);
}
