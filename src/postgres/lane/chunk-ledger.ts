/**
 * The ledger of applying a file: which rows are settled, what was asked of Shopify, and what it answered. It is the only
 * memory of an apply (chunk-work.ts reads it). Every function proves that the attempt has the lane, so one that lost it
 * changes nothing.
 */
import { SENDABLE_FOR_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { refusePaused } from './lane-pause.ts';
import type { LaneWrites } from './lane-writes.ts';
import { ON_SETTLED_BEFORE, settle, type SettledRow } from './settled-rows.ts';
import { ROWS_OF_CALL, type StoredCall } from './stored-call.ts';

/** In SQL: until when a call that is stored or repeated now may be put on its way. */
const SENDABLE_UNTIL = `clock_timestamp() + make_interval(secs => ${SENDABLE_FOR_MS / 1000})`;

/**
 * Records that the call is about to be sent again. If an earlier sending may have been executed, a refusal of this one
 * will not tell what became of that. Throws LANE_PAUSED: it must not be sent then.
 *
 * @param onTurn called just before: the time in which the call may be sent begins no sooner
 */
export async function markRepeated(lane: LaneWrites, call: StoredCall, onTurn: () => void): Promise<void> {
  await lane.write(async (connection) => {
    onTurn();
    await refusePaused(connection, lane.pass.shopId);
    await changeCall(
      connection,
      lane.pass.shopId,
      call,
      `repeated = repeated OR sending_until IS DISTINCT FROM '-infinity', sending_until = ${SENDABLE_UNTIL}`,
    );
  });
}

/** This attempt's sending has failed, and cannot put the call on its way any more: its repeat need not wait. */
export async function recordSendingEnded(
  lane: LaneWrites,
  call: StoredCall,
  { wasNotExecuted }: { readonly wasNotExecuted: boolean },
): Promise<void> {
  const ended = wasNotExecuted
    ? `CASE WHEN repeated THEN clock_timestamp() ELSE '-infinity' END`
    : 'clock_timestamp()';
  await lane.write(async (connection) => {
    await changeCall(connection, lane.pass.shopId, call, `sending_until = ${ended}`);
  });
}

async function changeCall(
  connection: Connection,
  shopId: string,
  { sequence, chunk, generation }: StoredCall,
  change: string,
): Promise<void> {
  await connection.query(
    `UPDATE shopify_call SET ${change}
     WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND generation = $4`,
    [shopId, sequence, chunk, generation],
  );
}

/**
 * Settles the rows that need no write, and stores the call for the others, in one transaction before it is sent. With it
 * go the calls in doubt that were found not to have been applied. Throws LANE_PAUSED when there is a call to store.
 *
 * @param onTurn called just before: the time in which the call may be sent begins no sooner
 */
export async function settleAndStore(
  lane: LaneWrites,
  sequence: number,
  {
    settled,
    unapplied,
    call,
  }: {
    readonly settled: readonly SettledRow[];
    readonly unapplied: readonly StoredCall[];
    readonly call: StoredCall | null;
  },
  onTurn: () => void = () => undefined,
): Promise<void> {
  await lane.write(async (connection) => {
    onTurn();
    if (call) await refusePaused(connection, lane.pass.shopId);
    await settle(connection, lane.pass.shopId, sequence, settled);
    for (const found of unapplied)
      await changeCall(connection, lane.pass.shopId, found, 'was_not_applied = true');
    if (!call) return;
    await connection.query(
      `INSERT INTO shopify_call
         (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count, positions,
         sending_until, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${SENDABLE_UNTIL}, 'STORED')`,
      [
        lane.pass.shopId,
        call.sequence,
        call.chunk,
        call.generation,
        call.idempotencyKey,
        call.variables,
        lane.pass.epoch,
        JSON.stringify(call.debts),
        call.rowCount,
        call.positions,
      ],
    );
  });
}

/** Shopify has applied the call: its rows, as the stored request names them, are APPLIED. */
export async function recordApplied(lane: LaneWrites, call: StoredCall): Promise<void> {
  await lane.write(async (connection) => {
    await recordAnswer(connection, lane.pass.shopId, call, 'APPLIED', null);
    // Rows and request are read once each, and then compared: joined at once, each row would read the whole request.
    await connection.query(
      `WITH call AS MATERIALIZED (
         SELECT * FROM shopify_call WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND generation = $4
       ), row AS MATERIALIZED (
         SELECT row.* FROM call CROSS JOIN LATERAL ${ROWS_OF_CALL}
       ), sent AS MATERIALIZED (
         SELECT sent.* FROM call CROSS JOIN LATERAL jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
           AS sent ("inventoryItemId" text, quantity int, "changeFromQuantity" int)
       )
       INSERT INTO applied_row AS applied (shop_id, product_id, sequence, outcome, target, sent, observed,
         inventory_item_id, last_known, pushed_sequence, imported_units, debt, drops)
       SELECT row.shop_id, row.product_id, row.sequence, 'APPLIED', row.quantity, sent.quantity,
         sent."changeFromQuantity", row.inventory_item_id, sent.quantity, row.sequence, row.imported_units,
         coalesce((call.debts #>> ARRAY[row.product_id, 'debt'])::int, 0),
         call.debts #> ARRAY[row.product_id, 'drops']
       FROM call CROSS JOIN row JOIN sent ON sent."inventoryItemId" = row.inventory_item_id
       ORDER BY row.product_id
       ${ON_SETTLED_BEFORE}`,
      [lane.pass.shopId, call.sequence, call.chunk, call.generation],
    );
  });
}

/** A reason that Shopify gave for its refusal of a call. */
export interface RecordedRefusal {
  /** The row to blame; null: nobody knows which, or none. */
  readonly inventoryItemId: string | null;
  readonly code: string;
  readonly message: string;
  readonly isStale: boolean;
  /** Whether Shopify named the row. */
  readonly isNamed: boolean;
}

/** Shopify has refused the call: nothing of it was applied. Rows that a new call would not help are settled with it. */
export async function recordRefused(
  lane: LaneWrites,
  call: StoredCall,
  refused: readonly RecordedRefusal[],
  settled: readonly SettledRow[],
): Promise<void> {
  await lane.write(async (connection) => {
    await recordAnswer(connection, lane.pass.shopId, call, 'REFUSED', refused);
    await settle(connection, lane.pass.shopId, call.sequence, settled);
  });
}

/** The call got no answer and is too old to be repeated: what became of it will never be known. */
export async function recordExpired(lane: LaneWrites, call: StoredCall): Promise<void> {
  await lane.write(async (connection) => {
    await recordAnswer(connection, lane.pass.shopId, call, 'EXPIRED_UNKNOWN', null);
  });
}

async function recordAnswer(
  connection: Connection,
  shopId: string,
  { sequence, chunk, generation }: StoredCall,
  state: 'APPLIED' | 'REFUSED' | 'EXPIRED_UNKNOWN',
  outcome: readonly RecordedRefusal[] | null,
): Promise<void> {
  await connection.query(
    `UPDATE shopify_call SET state = $5, outcome = $6, answered_at = CASE WHEN $5 <> 'EXPIRED_UNKNOWN' THEN now() END
     WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND generation = $4`,
    [shopId, sequence, chunk, generation, state, outcome && JSON.stringify(outcome)],
  );
}
