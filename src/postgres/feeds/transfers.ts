/**
 * TRANSFER: what was shipped and what was received, of each line of a transfer.
 *
 * A line has two facts, each as the last row tells it: how many were shipped, and how many were received. Shipped units leave
 * the one facility, received ones reach the other; between the two they are in transit, on hand at neither. A line that was
 * received has been shipped, whether or not that was told: so the facts may come in any order, and again. We post the difference
 * between what a line moves now and what it has moved before.
 */
import { LEDGER_REASONS } from '../../domain/feed.ts';
import type { TransferRow } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';
import {
  IS_GOOD,
  lookUpProducts,
  refuseSql,
  refuseUnknownProducts,
  type ProductLookup,
} from './resolving.ts';
import type { StagingShape } from './staging.ts';

export const TRANSFER_STAGING: StagingShape<TransferRow> = {
  columns: {
    id_type: 'text',
    id_value: 'text',
    transfer_id: 'text',
    item_seq_id: 'text',
    quantity: 'integer',
    from_facility_id: 'text',
    from_external_id: 'text',
    to_facility_id: 'text',
    to_external_id: 'text',
    status_id: 'text',
  },
  valuesOf: (row) => [
    row.idType,
    row.idValue,
    row.transferId,
    row.itemSeqId,
    row.quantity,
    row.fromFacilityId,
    row.fromExternalFacilityId,
    row.toFacilityId,
    row.toExternalFacilityId,
    row.statusId,
  ],
};

/**
 * First key of the advisory lock under which lines of transfers are written and removed (migration 0056); the second is 0. A
 * new line cannot be locked.
 */
const TRANSFERS_LOCK = 7_201_156;

/** By product's three unique indexes, facility_pkey, facility_external_id_key and transfer_item_pkey. */
const resolveSql = ({ joins, productId }: ProductLookup) => `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, row.id_type, row.id_value, row.transfer_id, row.item_seq_id, row.quantity, row.status_id,
    ${productId} AS product_id,
    coalesce(row.from_facility_id, row.from_external_id) AS told_from,
    coalesce(row.to_facility_id, row.to_external_id) AS told_to,
    origin.facility_id AS from_id, origin_kind.is_virtual AS from_is_virtual,
    target.facility_id AS to_id, target_kind.is_virtual AS to_is_virtual
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  ${joins}
  LEFT JOIN facility AS origin ON origin.facility_id = coalesce(row.from_facility_id,
    (SELECT facility_id FROM facility WHERE external_id = row.from_external_id))
  LEFT JOIN facility AS target ON target.facility_id = coalesce(row.to_facility_id,
    (SELECT facility_id FROM facility WHERE external_id = row.to_external_id))
  LEFT JOIN facility_type AS origin_kind ON origin_kind.facility_type_id = origin.facility_type_id
  LEFT JOIN facility_type AS target_kind ON target_kind.facility_type_id = target.facility_type_id`;

function refuseFacility(end: 'from' | 'to'): readonly string[] {
  const column = `'${end}FacilityId'`;
  return [
    refuseSql({
      from: 'resolved_row',
      condition: `row.told_${end} IS NOT NULL AND row.${end}_id IS NULL`,
      column,
      code: 'FACILITY_UNKNOWN',
      detail: `'facilityId', row.told_${end}`,
    }),
    refuseSql({
      from: 'resolved_row',
      condition: `row.${end}_is_virtual`,
      column,
      code: 'FACILITY_VIRTUAL',
      detail: `'facilityId', row.${end}_id`,
    }),
  ];
}

function refuseOneFacility(from: string, prefix: '' | 'line_'): string {
  return refuseSql({
    from,
    condition: `row.${prefix}from_id = row.${prefix}to_id`,
    column: `'toFacilityId'`,
    code: 'FEED_VALUE_INVALID',
    detail: `'column', 'toFacilityId', 'reason', 'it is the facility that the units come from'`,
  });
}

/** Beside what is known of its line: what the database has, else the first row of the file that says it. */
const JUDGE = `
  CREATE TEMPORARY TABLE judged_row ON COMMIT DROP AS
  SELECT row.*,
    coalesce(known.product_id, first.product_id) AS line_product_id,
    coalesce(known.from_facility_id, first.from_id) AS line_from_id,
    coalesce(known.to_facility_id, first.to_id) AS line_to_id,
    coalesce(known.is_cancelled, false) OR coalesce(row.row_number > first.cancelled_in, false) AS is_after_cancelling,
    known.received_quantity IS NOT NULL OR coalesce(row.row_number > first.received_in, false) AS is_after_receipt
  FROM (SELECT * FROM resolved_row AS row WHERE ${IS_GOOD}) AS row
  JOIN (
    SELECT transfer_id, item_seq_id, (array_agg(product_id ORDER BY row_number))[1] AS product_id,
      (array_agg(from_id ORDER BY row_number) FILTER (WHERE from_id IS NOT NULL))[1] AS from_id,
      (array_agg(to_id ORDER BY row_number) FILTER (WHERE to_id IS NOT NULL))[1] AS to_id,
      min(row_number) FILTER (WHERE status_id = 'CANCELLED') AS cancelled_in,
      min(row_number) FILTER (WHERE status_id = 'RECEIVED') AS received_in
    FROM resolved_row AS row WHERE ${IS_GOOD} GROUP BY transfer_id, item_seq_id
  ) AS first USING (transfer_id, item_seq_id)
  LEFT JOIN transfer_item AS known USING (transfer_id, item_seq_id)`;

const LINE = `'transferId', row.transfer_id, 'itemSeqId', row.item_seq_id`;

const REFUSALS: readonly string[] = [
  refuseSql({
    from: 'judged_row',
    condition: 'EXISTS (SELECT FROM removed_transfer AS removed WHERE removed.transfer_id = row.transfer_id)',
    column: `'transferId'`,
    code: 'TRANSFER_REMOVED',
    detail: LINE,
  }),
  refuseSql({
    from: 'judged_row',
    condition: `(row.product_id, coalesce(row.from_id, row.line_from_id, ''), coalesce(row.to_id, row.line_to_id, ''))
      <> (row.line_product_id, coalesce(row.line_from_id, ''), coalesce(row.line_to_id, ''))`,
    column: `CASE WHEN row.product_id <> row.line_product_id THEN 'idValue'
      WHEN row.from_id <> row.line_from_id THEN 'fromFacilityId' ELSE 'toFacilityId' END`,
    code: 'TRANSFER_CHANGED',
    detail: LINE,
  }),
  refuseOneFacility('judged_row', 'line_'),
  refuseSql({
    from: 'judged_row',
    condition: 'row.line_from_id IS NULL AND row.line_to_id IS NULL',
    column: `'fromFacilityId'`,
    code: 'FEED_VALUE_INVALID',
    detail: `'column', 'fromFacilityId', 'reason', 'the facility that the units leave or reach must be given'`,
  }),
  refuseSql({
    from: 'judged_row',
    condition: `row.is_after_cancelling AND row.status_id IN ('SHIPPED', 'RECEIVED')`,
    column: `'statusId'`,
    code: 'TRANSFER_CANCELLED',
    detail: LINE,
  }),
  refuseSql({
    from: 'judged_row',
    condition: `row.is_after_receipt AND row.status_id = 'CANCELLED'`,
    column: `'statusId'`,
    code: 'TRANSFER_RECEIVED',
    detail: LINE,
  }),
];

/** What each line of the file is before it and after it. A line that is only planned moves nothing and is not kept. */
const LINES = `
  CREATE TEMPORARY TABLE moved_line ON COMMIT DROP AS
  SELECT told.*, known.from_facility_id AS known_from_id, known.to_facility_id AS known_to_id,
    CASE WHEN coalesce(known.is_cancelled, true) THEN 0
      ELSE coalesce(known.shipped_quantity, known.received_quantity, 0) END AS left_before,
    coalesce(known.received_quantity, 0) AS reached_before,
    CASE WHEN told.cancels OR known.is_cancelled THEN 0
      ELSE coalesce(told.shipped, known.shipped_quantity, told.received, known.received_quantity, 0) END AS left_now,
    coalesce(told.received, known.received_quantity, 0) AS reached_now
  FROM (
    SELECT transfer_id, item_seq_id, max(row_number) AS row_number, min(product_id) AS product_id,
      min(line_from_id) AS from_id, min(line_to_id) AS to_id,
      (array_agg(quantity ORDER BY row_number DESC) FILTER (WHERE status_id = 'SHIPPED'))[1] AS shipped,
      (array_agg(quantity ORDER BY row_number DESC) FILTER (WHERE status_id = 'RECEIVED'))[1] AS received,
      bool_or(status_id = 'CANCELLED') AS cancels
    FROM judged_row AS row
    WHERE status_id <> 'CREATED' AND ${IS_GOOD}
    GROUP BY transfer_id, item_seq_id
  ) AS told
  LEFT JOIN transfer_item AS known USING (transfer_id, item_seq_id)`;

/** In the order of the lines, so that the ledger reads as the file does. Its trigger locks the levels in key order. */
const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  SELECT product_id, facility_id, units, 0, reason, $1 || ':' || row_number
  FROM (
    SELECT row_number, product_id, from_id AS facility_id, $2 AS reason,
      CASE WHEN known_from_id IS NULL THEN 0 ELSE left_before END - left_now AS units FROM moved_line
    UNION ALL
    SELECT row_number, product_id, to_id, $3,
      reached_now - CASE WHEN known_to_id IS NULL THEN 0 ELSE reached_before END FROM moved_line
  ) AS movement
  WHERE facility_id IS NOT NULL AND units <> 0
  ORDER BY row_number, reason DESC`;

const KEEP_STATES = `
  INSERT INTO transfer_item AS line (transfer_id, item_seq_id, product_id, from_facility_id, to_facility_id,
    shipped_quantity, received_quantity, is_cancelled)
  SELECT transfer_id, item_seq_id, product_id, from_id, to_id, shipped, received, cancels FROM moved_line
  ORDER BY transfer_id, item_seq_id
  ON CONFLICT (transfer_id, item_seq_id) DO UPDATE SET
    from_facility_id = excluded.from_facility_id, to_facility_id = excluded.to_facility_id,
    shipped_quantity = coalesce(excluded.shipped_quantity, line.shipped_quantity),
    received_quantity = coalesce(excluded.received_quantity, line.received_quantity),
    is_cancelled = line.is_cancelled OR excluded.is_cancelled, told_at = now()`;

const COUNT_OTHERWISE = `
  SELECT count(*)::int AS rows FROM moved_line JOIN transfer_item AS line USING (transfer_id, item_seq_id)
  WHERE line.received_quantity <> line.shipped_quantity`;

/**
 * Sets each line to what the feed tells of it, and posts what that moves.
 *
 * @returns how many lines were received with another quantity than was shipped
 */
export async function applyTransfers(
  connection: Connection,
  { fileName }: { readonly fileName: string },
): Promise<readonly ImportWarning[]> {
  await connection.query('SELECT pg_advisory_xact_lock($1, 0)', [TRANSFERS_LOCK]);
  await connection.query(resolveSql(await lookUpProducts(connection)));
  await connection.query('ANALYZE resolved_row');
  await refuseUnknownProducts(connection);
  for (const refuse of [...refuseFacility('from'), ...refuseFacility('to')]) await connection.query(refuse);
  await connection.query(refuseOneFacility('resolved_row', ''));
  await connection.query(JUDGE);
  await connection.query('ANALYZE judged_row');
  for (const refuse of REFUSALS) await connection.query(refuse);
  await connection.query(LINES);
  // Before the postings: these lock levels, for which orders wait then.
  await connection.query(KEEP_STATES);
  await connection.query(POST, [fileName, LEDGER_REASONS.transferShipped, LEDGER_REASONS.transferReceived]);
  const { rows } = await connection.query<{ rows: number }>(COUNT_OTHERWISE);
  const otherwise = rows[0]?.rows ?? 0;
  return otherwise > 0 ? [{ code: 'TRANSFER_RECEIVED_OTHERWISE', rows: otherwise }] : [];
}
