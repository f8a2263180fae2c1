/**
 * Order lines of a large import. What a line becomes depends on what it is, which others may change meanwhile: so the rows wait as
 * they were sent, and each chunk of whole orders is judged when it is applied.
 */
import { UNREADABLE, type OrderItemRow } from '../../domain/feed-type.ts';
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

const COLUMNS = ['row_number', 'row_values', ...Object.keys(ORDER_ITEM_STAGING.columns)].join(', ');

/** A line of a shop came first under another order: both are to be judged together. By hashing, so that it is cheap when none does. */
const HAS_TWO_ORDERS = `
  SELECT FROM staged_row WHERE shop_id IS NOT NULL AND external_order_id IS NOT NULL
  GROUP BY shop_id, external_order_id HAVING min(order_id) <> max(order_id) LIMIT 1`;

const BY_ORDER = `
  SELECT *, min(row_number) OVER (PARTITION BY order_id) AS first_row FROM staged_row AS row WHERE ${IS_GOOD}`;

const BY_ORDERS_OF_SHOPS = `
  SELECT *, min(joined_row) OVER (PARTITION BY order_id) AS first_row FROM (
    SELECT *, CASE WHEN shop_id IS NULL OR external_order_id IS NULL THEN own_row
      ELSE min(own_row) OVER (PARTITION BY shop_id, external_order_id) END AS joined_row
    FROM (SELECT *, min(row_number) OVER (PARTITION BY order_id) AS own_row
      FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ) AS row`;

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
    'CREATE TEMPORARY TABLE posting_to_come (product_id text, facility_id text, units integer, on_hand integer) ON COMMIT DROP',
  );
  const { rows: twoOrders } = await connection.query(HAS_TWO_ORDERS);
  await connection.query(
    `INSERT INTO pending_order_row (import_id, chunk, ${COLUMNS})
     SELECT $1, (rank() OVER (ORDER BY first_row) - 1) / $2::int, ${COLUMNS}
     FROM (${twoOrders.length > 0 ? BY_ORDERS_OF_SHOPS : BY_ORDER}) AS row`,
    [importId, chunkRows],
  );
}

/** Moves a chunk into `staged_row`, in the caller's transaction. Returns its rows. */
export async function stageChunk(connection: Connection, importId: number, chunk: number): Promise<number> {
  await makeStaging(connection, ORDER_ITEM_STAGING);
  const moved = await connection.query(
    `WITH pending AS (DELETE FROM pending_order_row WHERE import_id = $1 AND chunk = $2 RETURNING ${COLUMNS})
     INSERT INTO staged_row (${COLUMNS}) SELECT ${COLUMNS} FROM pending`,
    [importId, chunk],
  );
  await connection.query('ANALYZE staged_row');
  return moved.rowCount ?? 0;
}
