/**
 * The ledger of applying a file: for each chunk of ROWS_PER_CALL positions, which rows are settled, what was asked of
 * Shopify, and what it answered. It is the only memory of an apply: an attempt that starts anew reads here where the
 * last one stopped. Every function checks the lane pass, so an attempt that lost the lane changes nothing.
 */
import {
  DOUBTFUL_CALLS_MAX,
  ROWS_PER_CALL,
  SENDABLE_FOR_MS,
  STORED_CALL_REPEATED_FOR_MS,
} from '../../domain/limits.ts';
import type { PastCall } from '../../domain/call-size.ts';
import { AtpError } from '../../domain/errors.ts';
import { KEY_SPENT } from '../../domain/refused-call.ts';
import type { LateCall } from '../../domain/late-call.ts';
import type { KeptBack, RememberedPush } from '../../domain/unseen-sales.ts';
import type { Connection, Database } from '../database.ts';
import { holdLane, refuseOvertaken, type LanePass } from './lane.ts';
import { refusePaused } from './lane-pause.ts';
import { readLateCalls } from './late-calls.ts';
import { ON_SETTLED_BEFORE, settle, type SettledRow } from './settled-rows.ts';
import { IS_OUTDATED, type UploadFileRow } from './upload-files.ts';

/** A fixed part of a file, the same positions for every attempt: what a chunk's calls have done is known by its number. */
export interface Chunk {
  readonly sequence: number;
  readonly chunk: number;
}

/** One request to Shopify, stored before it is sent and never changed: its repeat is the same request. */
export interface StoredCall extends Chunk {
  readonly generation: number;
  readonly idempotencyKey: string;
  /** The request's variables, byte for byte. */
  readonly variables: string;
  readonly rowCount: number;
  /** By product, what was kept back when its row was decided. Of a product that is not here, nothing was. */
  readonly debts: Readonly<Record<string, KeptBack>>;
}

/** A row to apply, with what decides how much of it is kept back. */
export interface RowToApply extends UploadFileRow {
  /** Units of the shop's imported order lines, in the file's snapshot. */
  readonly importedUnits: number;
  /** Null: the product was never pushed. */
  readonly lastPush: RememberedPush | null;
  /** File of the product's last push; 0: none. */
  readonly pushedSequence: number;
}

/** What is left to do in a chunk. */
export interface ChunkWork {
  /** Of the file's snapshot: the shop's orders up to this time are imported. Null: none ever was. */
  readonly ordersImportedUntil: string | null;
  /** Its rows are settled by a read that shows zero, never by a write alone. */
  readonly isDrain: boolean;
  /** Rows that neither this file nor a later one has settled; none of a file that is outdated. */
  readonly rows: readonly RowToApply[];
  /** A call that may have reached Shopify or not: it is repeated before anything else, unless it is too old. */
  readonly unanswered: UnansweredCall | null;
  /** Calls of which nobody knows whether Shopify has applied them: see src/domain/doubtful-call.ts. */
  readonly doubtful: readonly DoubtfulCall[];
  /** By inventory item: calls that may still arrive and would change what our last push left. */
  readonly late: ReadonlyMap<string, readonly LateCall[]>;
  /** By inventory item: how often it was refused because its quantity had moved. */
  readonly staleTries: ReadonlyMap<string, number>;
  /** The chunk's calls that are done with, in the order of their generations. */
  readonly history: readonly PastCall[];
  readonly nextGeneration: number;
}

interface FileToApply extends Pick<ChunkWork, 'ordersImportedUntil' | 'isDrain'> {
  readonly isOutdated: boolean;
  readonly locationId: string;
}

export interface UnansweredCall extends StoredCall {
  /** How long its last sending may still put it on its way; 0 or less: it cannot any more. */
  readonly sendableForMs: number;
  /** Whether Shopify may have forgotten its key. */
  readonly isTooOld: boolean;
}

/** A call in doubt: of this chunk, or of an earlier file since which a row of this chunk was not pushed. */
export interface DoubtfulCall extends StoredCall {
  /** By inventory item: units of the shop's imported order lines, in the snapshot of its file. */
  readonly importedUnits: Readonly<Record<string, number>>;
}

export async function readChunkWork(
  database: Database,
  pass: LanePass,
  { sequence, chunk }: Chunk,
): Promise<ChunkWork> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    const from = chunk * ROWS_PER_CALL;
    const { rows: files } = await connection.query<FileToApply>(
      `SELECT ${asIso('orders_imported_until')} AS "ordersImportedUntil", kind = 'drain' AS "isDrain",
         ${IS_OUTDATED} AS "isOutdated", file.location_id AS "locationId"
       FROM upload_file AS file JOIN shop USING (shop_id) WHERE shop_id = $1 AND sequence = $2`,
      [pass.shopId, sequence],
    );
    const [file] = files;
    if (!file) throw new AtpError('UPLOAD_FILE_UNKNOWN', { shopId: pass.shopId, sequence });
    const { rows } = await connection.query<RowToApply>(
      `SELECT row.position, row.product_id AS "productId", row.sku,
         row.inventory_item_id AS "inventoryItemId", row.quantity, row.imported_units AS "importedUnits",
         CASE WHEN applied.last_known IS NOT NULL
           THEN jsonb_build_object('lastKnown', CASE WHEN pushed.location_id <> $5
               OR applied.inventory_item_id <> row.inventory_item_id THEN NULL ELSE applied.last_known END,
             'importedUnits', applied.imported_units,
             'debt', applied.debt, 'drops', coalesce(applied.drops, '[]')) END AS "lastPush",
         coalesce(applied.pushed_sequence, 0) AS "pushedSequence"
       FROM upload_file_row AS row
       LEFT JOIN applied_row AS applied
         ON applied.shop_id = row.shop_id AND applied.product_id = row.product_id
       LEFT JOIN upload_file AS pushed
         ON pushed.shop_id = row.shop_id AND pushed.sequence = applied.pushed_sequence
       WHERE row.shop_id = $1 AND row.sequence = $2 AND row.position >= $3 AND row.position < $4
         AND (applied.sequence IS NULL OR applied.sequence < $2
           OR ($6 AND applied.sequence = $2 AND applied.outcome = 'APPLIED'))
         AND NOT $7
       ORDER BY row.position`,
      [pass.shopId, sequence, from, from + ROWS_PER_CALL, file.locationId, file.isDrain, file.isOutdated],
    );
    const { rows: history } = await connection.query<PastCall & { readonly generation: number }>(
      `SELECT generation, ${ROW_COUNT} AS "rowCount", ${PAST_OUTCOME} AS outcome
       FROM shopify_call AS call
       WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 ORDER BY generation`,
      [pass.shopId, sequence, chunk],
    );
    const { rows: unanswered } = await connection.query<UnansweredCall>(
      `SELECT sequence, chunk, generation, idempotency_key AS "idempotencyKey", variables,
         ${ROW_COUNT} AS "rowCount", coalesce(debts, '{}') AS debts,
         -- An infinite time cannot be subtracted from.
         CASE WHEN sending_until > clock_timestamp()
           THEN extract(epoch FROM sending_until - clock_timestamp())::float8 * 1000 ELSE 0 END AS "sendableForMs",
         stored_at < clock_timestamp() - make_interval(secs => $4::float8 / 1000) AS "isTooOld"
       FROM shopify_call AS call
       WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND state = 'STORED' ORDER BY generation LIMIT 1`,
      [pass.shopId, sequence, chunk, STORED_CALL_REPEATED_FOR_MS],
    );
    const stale = await connection.query<{ inventoryItemId: string; tries: number }>(
      `SELECT refused ->> 'inventoryItemId' AS "inventoryItemId", count(*)::int AS tries
       FROM shopify_call, jsonb_array_elements(outcome) AS refused
       WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND state = 'REFUSED'
         AND (refused ->> 'isStale')::boolean AND refused ->> 'inventoryItemId' IS NOT NULL
       GROUP BY 1`,
      [pass.shopId, sequence, chunk],
    );
    return {
      ordersImportedUntil: file.ordersImportedUntil,
      isDrain: file.isDrain,
      rows,
      unanswered: unanswered[0] ?? null,
      doubtful:
        rows.length === 0 ? [] : await readDoubtfulCalls(connection, pass.shopId, { sequence, chunk }, rows),
      late: await readLateCalls(
        connection,
        pass.shopId,
        rows.map(({ productId }) => productId),
      ),
      staleTries: new Map(stale.rows.map((row) => [row.inventoryItemId, row.tries])),
      history: history.filter(({ generation }) => generation !== unanswered[0]?.generation),
      nextGeneration: (history.at(-1)?.generation ?? -1) + 1,
    };
  });
}

/** In SQL, of a row `row` of upload_file_row: it is in the chunk of the call `call`. By upload_file_row_pkey. */
const IS_ROW_OF_CHUNK = `row.shop_id = call.shop_id AND row.sequence = call.sequence
  AND row.position >= call.chunk * ${ROWS_PER_CALL} AND row.position < (call.chunk + 1) * ${ROWS_PER_CALL}`;

/** In SQL, of a row `call` of shopify_call. */
export const ROW_COUNT = `coalesce(call.row_count, jsonb_array_length(call.variables::jsonb #> '{input,quantities}'))`;

/** In SQL, of a row `call` of shopify_call: a PastOutcome. Records of older releases name each row that was refused. */
const PAST_OUTCOME = `CASE
  WHEN state = 'APPLIED' THEN 'APPLIED'
  WHEN state <> 'REFUSED' THEN 'OTHER'
  WHEN outcome @> '[{"code": "${KEY_SPENT}"}]' THEN 'KEY_SPENT'
  WHEN outcome @> '[{"isNamed": false, "isStale": false}]' THEN 'REFUSED_UNNAMED'
  WHEN outcome @> '[{"isNamed": false}]' THEN 'STALE_UNNAMED'
  WHEN outcome @> '[{"isStale": true}]' THEN 'STALE'
  ELSE 'OTHER' END`;

/** In SQL, of a row `call` of shopify_call: what became of its first sending is not known. By shopify_call_may_arrive. */
export const IS_IN_DOUBT = `(call.state = 'EXPIRED_UNKNOWN' OR (call.state = 'REFUSED' AND call.repeated))`;

/**
 * The calls in doubt of this chunk, and those of earlier files since the oldest last push of its rows: the doubt about a
 * skipped file, or about a quarantined row, concerns the next file with the product. Not those of another location, and
 * not those from before a restore: that file's memory of Shopify is void. By the index shopify_call_may_arrive.
 */
async function readDoubtfulCalls(
  connection: Connection,
  shopId: string,
  { sequence, chunk }: Chunk,
  rows: readonly RowToApply[],
): Promise<readonly DoubtfulCall[]> {
  const since = Math.min(...rows.map(({ pushedSequence }) => pushedSequence));
  const { rows: calls } = await connection.query<DoubtfulCall>(
    `SELECT call.sequence, call.chunk, call.generation, call.idempotency_key AS "idempotencyKey", call.variables,
       ${ROW_COUNT} AS "rowCount", coalesce(call.debts, '{}') AS debts, coalesce((
         SELECT jsonb_object_agg(row.inventory_item_id, row.imported_units) FROM upload_file_row AS row
         WHERE ${IS_ROW_OF_CHUNK}), '{}') AS "importedUnits"
     FROM shopify_call AS call
     JOIN upload_file AS file USING (shop_id, sequence)
     JOIN upload_file AS this ON this.shop_id = $1 AND this.sequence = $2
     WHERE call.shop_id = $1 AND ${IS_IN_DOUBT} AND NOT call.was_not_applied
       AND call.sequence > $4 AND (call.sequence < $2 OR (call.sequence = $2 AND call.chunk = $3))
       AND file.restore_generation = this.restore_generation AND file.location_id = this.location_id
     ORDER BY call.sequence DESC, call.generation DESC LIMIT $5`,
    [shopId, sequence, chunk, since, DOUBTFUL_CALLS_MAX],
  );
  return calls;
}

/**
 * The database's clock: ISO 8601, UTC. Asked for after a read of Shopify, it is a time at which every sale that the read
 * shows had been made.
 */
export async function readClock(database: Database): Promise<string> {
  const [clock] = await database.query<{ now: string }>(`SELECT ${asIso('clock_timestamp()')} AS now`);
  return clock?.now ?? '';
}

/** In SQL: ISO 8601 with milliseconds, so that a time is the same in a row, in a decision and in a comparison. */
function asIso(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** In SQL: until when a call that is stored or repeated now may be put on its way. */
const SENDABLE_UNTIL = `clock_timestamp() + make_interval(secs => ${SENDABLE_FOR_MS / 1000})`;

/**
 * Records that the call is about to be sent again. If an earlier sending may have been executed, a refusal of this one
 * will not tell what became of that. Throws LANE_PAUSED: it must not be sent then.
 */
export async function markRepeated(database: Database, pass: LanePass, call: StoredCall): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await refusePaused(connection, pass.shopId);
    await changeCall(
      connection,
      pass.shopId,
      call,
      `repeated = repeated OR sending_until IS DISTINCT FROM '-infinity', sending_until = ${SENDABLE_UNTIL}`,
    );
  });
}

/** This attempt's sending has failed, and cannot put the call on its way any more: its repeat need not wait. */
export async function recordSendingEnded(
  database: Database,
  pass: LanePass,
  call: StoredCall,
  { wasNotExecuted }: { readonly wasNotExecuted: boolean },
): Promise<void> {
  const ended = wasNotExecuted
    ? `CASE WHEN repeated THEN clock_timestamp() ELSE '-infinity' END`
    : 'clock_timestamp()';
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await changeCall(connection, pass.shopId, call, `sending_until = ${ended}`);
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
 */
export async function settleAndStore(
  database: Database,
  pass: LanePass,
  { sequence }: Chunk,
  {
    settled,
    unapplied,
    call,
  }: {
    readonly settled: readonly SettledRow[];
    readonly unapplied: readonly StoredCall[];
    readonly call: StoredCall | null;
  },
): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    if (call) await refusePaused(connection, pass.shopId);
    await settle(connection, pass.shopId, sequence, settled);
    for (const found of unapplied) await changeCall(connection, pass.shopId, found, 'was_not_applied = true');
    if (!call) return;
    await connection.query(
      `INSERT INTO shopify_call
         (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count, sending_until,
         state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${SENDABLE_UNTIL}, 'STORED')`,
      [
        pass.shopId,
        call.sequence,
        call.chunk,
        call.generation,
        call.idempotencyKey,
        call.variables,
        pass.epoch,
        JSON.stringify(call.debts),
        call.rowCount,
      ],
    );
  });
}

/** Shopify has applied the call: its rows, as the stored request names them, are APPLIED. */
export async function recordApplied(database: Database, pass: LanePass, call: StoredCall): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await recordAnswer(connection, pass.shopId, call, 'APPLIED', null);
    await connection.query(
      `INSERT INTO applied_row AS applied (shop_id, product_id, sequence, outcome, target, sent, observed,
         inventory_item_id, last_known, pushed_sequence, imported_units, debt, drops)
       SELECT row.shop_id, row.product_id, row.sequence, 'APPLIED', row.quantity, sent.quantity,
         sent."changeFromQuantity", row.inventory_item_id, sent.quantity, row.sequence, row.imported_units,
         coalesce((call.debts #>> ARRAY[row.product_id, 'debt'])::int, 0),
         call.debts #> ARRAY[row.product_id, 'drops']
       FROM shopify_call AS call
       CROSS JOIN LATERAL jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
         AS sent ("inventoryItemId" text, quantity int, "changeFromQuantity" int)
       JOIN upload_file_row AS row ON ${IS_ROW_OF_CHUNK} AND row.inventory_item_id = sent."inventoryItemId"
       WHERE call.shop_id = $1 AND call.sequence = $2 AND call.chunk = $3 AND call.generation = $4
       ORDER BY row.product_id
       ${ON_SETTLED_BEFORE}`,
      [pass.shopId, call.sequence, call.chunk, call.generation],
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
  database: Database,
  pass: LanePass,
  call: StoredCall,
  refused: readonly RecordedRefusal[],
  settled: readonly SettledRow[],
): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await recordAnswer(connection, pass.shopId, call, 'REFUSED', refused);
    await settle(connection, pass.shopId, call.sequence, settled);
  });
}

/** The call got no answer and is too old to be repeated: what became of it will never be known. */
export async function recordExpired(database: Database, pass: LanePass, call: StoredCall): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await recordAnswer(connection, pass.shopId, call, 'EXPIRED_UNKNOWN', null);
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
