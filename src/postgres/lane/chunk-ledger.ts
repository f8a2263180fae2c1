/**
 * The ledger of applying a file: which rows are settled, what was asked of Shopify, and what it answered. It is the only
 * memory of an apply (chunk-work.ts reads it). Every function proves that the attempt has the lane, so one that lost it
 * changes nothing.
 */
import { SENDABLE_FOR_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { refusePaused } from './lane-pause.ts';
import type { JointWrite, LaneWrites } from './lane-writes.ts';
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

/** What was decided of rows. */
interface Decided {
  /** Of the file that the attempt applies. */
  readonly sequence: number;
  readonly settled: readonly SettledRow[];
  readonly unapplied: readonly StoredCall[];
}

/** What was decided, and the call that follows from it. */
interface DecidedCall extends Decided {
  readonly call: StoredCall;
  readonly onTurn: () => void;
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
  { settled, unapplied, call }: Omit<Decided, 'sequence'> & { readonly call: StoredCall | null },
  onTurn: () => void = () => undefined,
): Promise<void> {
  if (call) await lane.join(STORE, { sequence, settled, unapplied, call, onTurn });
  else await lane.join(SETTLE, { sequence, settled, unapplied });
}

/** The one file that all of an attempt's writes are of. */
function fileOf([first]: readonly { readonly sequence: number }[]): number {
  if (!first) throw new Error('There is nothing to write.');
  return first.sequence;
}

const SETTLE: JointWrite<Decided> = {
  async write(connection, { shopId }, all) {
    const settled = all.flatMap((part) => part.settled);
    await settle(connection, shopId, fileOf(all), settled);
    for (const found of all.flatMap(({ unapplied }) => unapplied))
      await changeCall(connection, shopId, found, 'was_not_applied = true');
  },
};

const STORE: JointWrite<DecidedCall> = {
  async write(connection, pass, all) {
    for (const { onTurn } of all) onTurn();
    const { shopId, epoch } = pass;
    await refusePaused(connection, shopId);
    await SETTLE.write(connection, pass, all);
    for (const { call } of all) {
      await connection.query(
        `INSERT INTO shopify_call
           (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count, positions,
           sending_until, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${SENDABLE_UNTIL}, 'STORED')`,
        [
          ...[shopId, call.sequence, call.chunk, call.generation, call.idempotencyKey, call.variables, epoch],
          ...[JSON.stringify(call.debts), call.rowCount, call.positions],
        ],
      );
    }
  },
};

/** Shopify has applied the call: its rows, as the stored request names them, are APPLIED. */
export async function recordApplied(lane: LaneWrites, call: StoredCall): Promise<void> {
  await lane.join(APPLIED, call);
}

const APPLIED: JointWrite<StoredCall> = {
  async write(connection, { shopId }, all) {
    for (const call of all) await recordAnswer(connection, shopId, call, 'APPLIED', null);
    const [chunks, generations] = [all.map(({ chunk }) => chunk), all.map(({ generation }) => generation)];
    await connection.query(SETTLE_APPLIED, [shopId, fileOf(all), chunks, generations]);
  },
};

/**
 * Settles the rows of calls of file $2 of shop $1, by their chunks ($3) and generations ($4). The rows of a call are compared with its
 * request alone, and the request is read once.
 */
const SETTLE_APPLIED = `
  INSERT INTO applied_row AS applied (shop_id, product_id, sequence, outcome, target, sent, observed,
    inventory_item_id, last_known, pushed_sequence, imported_units, debt, drops)
  SELECT $1, row.product_id, $2, 'APPLIED', row.quantity, row.sent, row.observed,
    row.inventory_item_id, row.sent, $2, row.imported_units, row.debt, row.drops
  FROM unnest($3::int[], $4::int[]) AS answered (chunk, generation)
  CROSS JOIN LATERAL (
    SELECT * FROM shopify_call AS call WHERE call.shop_id = $1 AND call.sequence = $2
      AND call.chunk = answered.chunk AND call.generation = answered.generation OFFSET 0
  ) AS call
  CROSS JOIN LATERAL (
    SELECT row.*, sent.quantity AS sent, sent."changeFromQuantity" AS observed,
      coalesce((call.debts #>> ARRAY[row.product_id, 'debt'])::int, 0) AS debt,
      call.debts #> ARRAY[row.product_id, 'drops'] AS drops
    FROM ${ROWS_OF_CALL}
    JOIN jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
      AS sent ("inventoryItemId" text, quantity int, "changeFromQuantity" int)
      ON sent."inventoryItemId" = row.inventory_item_id
    OFFSET 0
  ) AS row
  ORDER BY row.product_id
  ${ON_SETTLED_BEFORE}`;

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
