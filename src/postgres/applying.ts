/**
 * The ledger of applying a file: for each chunk of ROWS_PER_CALL positions, which rows are settled, what was asked of
 * Shopify, and what it answered. It is the only memory of an apply: an attempt that starts anew reads here where the
 * last one stopped. Every function states the lane pass, so an attempt that lost the lane changes nothing.
 */
import type { ErrorCode } from '../domain/errors.ts';
import { ROWS_PER_CALL } from '../domain/limits.ts';
import type { Connection, Database } from './database.ts';
import { holdLane, type LanePass } from './lane.ts';
import type { UploadFileRow } from './upload-files.ts';

/** A fixed cut of a file: the same positions for every attempt, so that each cuts the same calls. */
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
}

/** A row with its outcome. */
export interface SettledRow {
  readonly productId: string;
  readonly outcome: 'UNCHANGED' | 'QUARANTINED' | 'OWED';
  readonly target: number;
  /** Units available on Shopify when the row was decided; null when it holds none. */
  readonly observed: number | null;
  readonly errorCode: ErrorCode | null;
  readonly errorMessage: string | null;
}

/** What is left to do in a chunk. */
export interface ChunkWork {
  /** Rows that are not settled and that no later file has overtaken. */
  readonly rows: readonly UploadFileRow[];
  /** A call that may or may not have reached Shopify: it is repeated before anything else. */
  readonly unanswered: StoredCall | null;
  /** By inventory item: how often it was refused because its quantity had moved. */
  readonly staleTries: ReadonlyMap<string, number>;
  readonly nextGeneration: number;
}

export async function chunkWork(
  database: Database,
  pass: LanePass,
  { sequence, chunk }: Chunk,
): Promise<ChunkWork> {
  return database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const from = chunk * ROWS_PER_CALL;
    const { rows } = await connection.query<UploadFileRow>(
      `SELECT row.position, row.product_id AS "productId", row.sku,
         row.inventory_item_id AS "inventoryItemId", row.quantity
       FROM upload_file_row AS row
       LEFT JOIN applied_row AS applied
         ON applied.shop_id = row.shop_id AND applied.product_id = row.product_id
       WHERE row.shop_id = $1 AND row.sequence = $2 AND row.position >= $3 AND row.position < $4
         AND (applied.sequence IS NULL OR applied.sequence < $2)
       ORDER BY row.position`,
      [pass.shopId, sequence, from, from + ROWS_PER_CALL],
    );
    const calls = await connection.query<StoredCall & { state: string }>(
      `SELECT sequence, chunk, generation, idempotency_key AS "idempotencyKey", variables, state
       FROM shopify_call WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 ORDER BY generation`,
      [pass.shopId, sequence, chunk],
    );
    const stale = await connection.query<{ inventoryItemId: string; tries: number }>(
      `SELECT refused ->> 'inventoryItemId' AS "inventoryItemId", count(*)::int AS tries
       FROM shopify_call, jsonb_array_elements(outcome) AS refused
       WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND state = 'REFUSED'
         AND (refused ->> 'isStale')::boolean
       GROUP BY 1`,
      [pass.shopId, sequence, chunk],
    );
    return {
      rows,
      unanswered: calls.rows.find((call) => call.state === 'STORED') ?? null,
      staleTries: new Map(stale.rows.map((row) => [row.inventoryItemId, row.tries])),
      nextGeneration: (calls.rows.at(-1)?.generation ?? -1) + 1,
    };
  });
}

/** Settles the rows that need no write, and stores the call for the others, in one transaction before it is sent. */
export async function settleAndStore(
  database: Database,
  pass: LanePass,
  { sequence }: Chunk,
  settled: readonly SettledRow[],
  call: StoredCall | null,
): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await settle(connection, pass.shopId, sequence, settled);
    if (!call) return;
    await connection.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'STORED')`,
      [
        pass.shopId,
        call.sequence,
        call.chunk,
        call.generation,
        call.idempotencyKey,
        call.variables,
        pass.epoch,
      ],
    );
  });
}

/** Shopify has applied the call: its rows, as the stored request names them, are APPLIED. */
export async function recordApplied(database: Database, pass: LanePass, call: StoredCall): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await answer(connection, pass.shopId, call, 'APPLIED', null);
    await connection.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, sent, observed)
       SELECT row.shop_id, row.product_id, row.sequence, 'APPLIED', row.quantity, sent.quantity,
         sent."changeFromQuantity"
       FROM shopify_call AS call
       CROSS JOIN LATERAL jsonb_to_recordset(call.variables::jsonb #> '{input,quantities}')
         AS sent ("inventoryItemId" text, quantity int, "changeFromQuantity" int)
       JOIN upload_file_row AS row ON row.shop_id = call.shop_id AND row.sequence = call.sequence
         AND row.position >= call.chunk * $5 AND row.position < (call.chunk + 1) * $5
         AND row.inventory_item_id = sent."inventoryItemId"
       WHERE call.shop_id = $1 AND call.sequence = $2 AND call.chunk = $3 AND call.generation = $4
       ORDER BY row.product_id
       ${ON_SETTLED_BEFORE}`,
      [pass.shopId, call.sequence, call.chunk, call.generation, ROWS_PER_CALL],
    );
  });
}

/** One row that Shopify named in its refusal of a call. */
export interface RefusedRow {
  readonly inventoryItemId: string;
  readonly code: string;
  readonly message: string;
  readonly isStale: boolean;
}

/** Shopify has refused the call: nothing of it was applied. The rows that cannot be mended are settled with it. */
export async function recordRefused(
  database: Database,
  pass: LanePass,
  call: StoredCall,
  refused: readonly RefusedRow[],
  settled: readonly SettledRow[],
): Promise<void> {
  await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    await answer(connection, pass.shopId, call, 'REFUSED', refused);
    await settle(connection, pass.shopId, call.sequence, settled);
  });
}

async function answer(
  connection: Connection,
  shopId: string,
  { sequence, chunk, generation }: StoredCall,
  state: 'APPLIED' | 'REFUSED',
  outcome: readonly RefusedRow[] | null,
): Promise<void> {
  await connection.query(
    `UPDATE shopify_call SET state = $5, outcome = $6, answered_at = now()
     WHERE shop_id = $1 AND sequence = $2 AND chunk = $3 AND generation = $4`,
    [shopId, sequence, chunk, generation, state, outcome && JSON.stringify(outcome)],
  );
}

/** A row that a later file has settled is left alone. */
const ON_SETTLED_BEFORE = `
  ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, outcome = excluded.outcome,
    target = excluded.target, sent = excluded.sent, observed = excluded.observed,
    error_code = excluded.error_code, error_message = excluded.error_message, settled_at = excluded.settled_at
  WHERE applied_row.sequence <= excluded.sequence`;

async function settle(
  connection: Connection,
  shopId: string,
  sequence: number,
  rows: readonly SettledRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const values = [shopId, sequence, JSON.stringify(rows)];
  const settled = `jsonb_to_recordset($3) AS settled ("productId" text, outcome text, target int, observed int,
    "errorCode" text, "errorMessage" text)`;
  await connection.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, observed, error_code, error_message)
     SELECT $1, "productId", $2, outcome, target, observed, "errorCode", "errorMessage"
     FROM ${settled} ORDER BY "productId"
     ${ON_SETTLED_BEFORE}`,
    values,
  );
  await connection.query(
    `INSERT INTO owed_row (shop_id, product_id, cause)
     SELECT $1, "productId", "errorCode" FROM (SELECT $2::bigint) AS file, ${settled}
     WHERE outcome = 'OWED'
     ON CONFLICT DO NOTHING`,
    values,
  );
}
