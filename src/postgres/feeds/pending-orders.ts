/**
 * Order lines of a large import. What a line becomes depends on what it is, which others may change meanwhile: so the rows wait as
 * they were sent, and each chunk of whole orders is judged when it is applied.
 */
import { UNREADABLE, type OrderItemRow } from '../../domain/feed-type.ts';
import { ORDERS_JOINED_MAX, PENDING_ROWS_PER_RECORD } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import type { PostedLater } from './pending-postings.ts';
import { IS_GOOD } from './resolving.ts';
import { makeStaging, type StagingShape } from './staging.ts';

/** Postgres has a time that comes after all others: a time that cannot be read is no more known than one that lies ahead. */
const AFTER_ALL_TIMES = 'infinity';

export const ORDER_ITEM_STAGING: StagingShape<OrderItemRow> = {
  columns: {
    id_type: 'text',
    id_value: 'text',
    order_id: 'text',
    order_item_seq_id: 'text',
    shop_id: 'text',
    external_order_id: 'text',
    quantity: 'integer',
    cancel_quantity: 'integer',
    facility_id: 'text',
    external_facility_id: 'text',
    status_id: 'text',
    order_date: 'timestamptz',
    updated_at: 'timestamptz',
  },
  valuesOf: (row) => [
    row.idType,
    row.idValue,
    row.orderId,
    row.orderItemSeqId,
    row.shopId,
    row.externalOrderId,
    row.quantity,
    row.cancelQuantity,
    row.facilityId,
    row.externalFacilityId,
    row.statusId,
    row.orderDate,
    row.updatedAt === UNREADABLE ? AFTER_ALL_TIMES : row.updatedAt,
  ],
};

/** In the order of the type sent_order_row. */
const COLUMNS = ['row_number', 'row_values', ...Object.keys(ORDER_ITEM_STAGING.columns)].join(', ');

/** A line of a shop came first under another order: both are to be judged together. By hashing, so that it is cheap when none does. */
const HAS_TWO_ORDERS = `
  SELECT FROM staged_row WHERE shop_id IS NOT NULL AND external_order_id IS NOT NULL
  GROUP BY shop_id, external_order_id HAVING min(order_id) <> max(order_id) LIMIT 1`;

const BY_ORDER = `
  SELECT *, min(row_number) OVER (PARTITION BY order_id) AS first_row FROM staged_row AS row WHERE ${IS_GOOD}`;

/** Orders that share an order of a shop, each with its first row. */
const FIND_JOINED = `
  CREATE TEMPORARY TABLE joined_order ON COMMIT DROP AS
  SELECT order_id, shop_id, external_order_id, min(first_row) AS first_row
  FROM (
    SELECT *, min(order_id) OVER shop_order <> max(order_id) OVER shop_order AS is_joined FROM (${BY_ORDER}) AS row
    WHERE shop_id IS NOT NULL AND external_order_id IS NOT NULL
    WINDOW shop_order AS (PARTITION BY shop_id, external_order_id)
  ) AS row
  WHERE is_joined GROUP BY order_id, shop_id, external_order_id`;

/** One step along the orders that are joined by each other: all of them get the first row of them all. */
const JOIN_FURTHER = `
  UPDATE joined_order SET first_row = near.first_row
  FROM (
    SELECT order_id, shop_id, external_order_id, least(min(first_row) OVER (PARTITION BY order_id),
      min(first_row) OVER (PARTITION BY shop_id, external_order_id)) AS first_row
    FROM joined_order
  ) AS near
  WHERE near.order_id = joined_order.order_id AND near.shop_id = joined_order.shop_id
    AND near.external_order_id = joined_order.external_order_id AND near.first_row < joined_order.first_row`;

const BY_JOINED_ORDERS = `
  SELECT row.*, coalesce(joined.joined_row, first_row) AS joined_row FROM (${BY_ORDER}) AS row
  LEFT JOIN (SELECT order_id, min(first_row) AS joined_row FROM joined_order GROUP BY order_id) AS joined USING (order_id)`;

/** Of orders that share an order of a shop, the rows of all are judged together, as far as ORDERS_JOINED_MAX steps lead. */
async function joinOrders(connection: Connection): Promise<void> {
  await connection.query(FIND_JOINED);
  for (let step = 0; step < ORDERS_JOINED_MAX; step += 1) {
    const further = await connection.query(JOIN_FURTHER);
    if (further.rowCount === 0) return;
  }
}

/** Keeps the good rows of `staged_row`. What they will post is not known before each chunk is judged. */
export async function keepOrdersForLater(
  connection: Connection,
  { importId, chunkRows }: PostedLater,
  mayReopen: boolean,
): Promise<void> {
  await connection.query('UPDATE feed_import SET may_reopen = $2 WHERE import_id = $1', [
    importId,
    mayReopen,
  ]);
  await connection.query(
    'CREATE TEMPORARY TABLE moved_level (product_id text, facility_id text, after bigint, before bigint) ON COMMIT DROP',
  );
  const { rows: twoOrders } = await connection.query(HAS_TWO_ORDERS);
  const areJoined = twoOrders.length > 0;
  if (areJoined) await joinOrders(connection);
  await connection.query('SET LOCAL enable_hashagg = off');
  await connection.query(
    areJoined ? keepSql(BY_JOINED_ORDERS, 'joined_row') : keepSql(BY_ORDER, 'first_row'),
    [importId, chunkRows],
  );
  await connection.query('RESET enable_hashagg');
}

/** In groups that follow each other, so that memory has one record at a time. */
const keepSql = (rows: string, first: string) => `
  INSERT INTO pending_order_row (import_id, chunk, part, rows)
  SELECT $1, (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}, array_agg(ROW(${COLUMNS})::sent_order_row)
  FROM (
    SELECT *, rank() OVER (ORDER BY ${first}) AS before, row_number() OVER (ORDER BY ${first}, row_number) AS place
    FROM (${rows}) AS row
  ) AS row
  GROUP BY (before - 1) / $2::int, (place - 1) / ${PENDING_ROWS_PER_RECORD}`;

/** Moves a chunk into `staged_row`, in the caller's transaction. Returns its rows. */
export async function stageChunk(connection: Connection, importId: number, chunk: number): Promise<number> {
  await makeStaging(connection, ORDER_ITEM_STAGING);
  const moved = await connection.query(
    `WITH pending AS (DELETE FROM pending_order_row WHERE import_id = $1 AND chunk = $2 RETURNING rows)
     INSERT INTO staged_row (${COLUMNS}) SELECT ${COLUMNS} FROM pending, unnest(rows)`,
    [importId, chunk],
  );
  await connection.query('ANALYZE staged_row (row_number, id_value, order_id, order_item_seq_id)');
  return moved.rowCount ?? 0;
}
