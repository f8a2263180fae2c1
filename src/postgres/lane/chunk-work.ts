/**
 * What is left to do in a window of a file, as the ledger of its calls tells it (chunk-ledger.ts). An attempt that starts anew
 * reads here where the last one stopped.
 *
 * Nothing here takes a lock: what is decided by it is proved again by the write that follows.
 */
import { DOUBTFUL_CALLS_MAX, STORED_CALL_REPEATED_FOR_MS } from '../../domain/limits.ts';
import type { PastCall } from '../../domain/call-size.ts';
import { AtpError } from '../../domain/errors.ts';
import { KEY_SPENT } from '../../domain/refused-call.ts';
import type { LateCall } from '../../domain/late-call.ts';
import type { RememberedPush } from '../../domain/unseen-sales.ts';
import { chunksOfWindow, windowOf, type Page, type Range, type Window } from '../../domain/window.ts';
import { asIso } from '../clock.ts';
import type { Connection, Database } from '../database.ts';
import { refuseOvertaken, type LanePass } from './lane.ts';
import { refusePaused } from './lane-pause.ts';
import { readLateCalls } from './late-calls.ts';
import { POSITIONS, ROW_COUNT, ROWS_OF_CALL, type Chunk, type StoredCall } from './stored-call.ts';
import { IS_OUTDATED, type UploadFileRow } from './upload-files.ts';

/** A row to apply, with what decides how much of it is kept back. */
export interface RowToApply extends UploadFileRow {
  /** Units of the shop's imported order lines, in the file's snapshot. */
  readonly importedUnits: number;
  /** Null: the product was never pushed. */
  readonly lastPush: RememberedPush | null;
  /** File of the product's last push; 0: none. */
  readonly pushedSequence: number;
}

/** Rows that are not settled, and what decides them. */
export interface OpenRows {
  /** Of the file's snapshot: the shop's orders up to this time are imported. Null: none ever was. */
  readonly ordersImportedUntil: string | null;
  /** Its rows are settled by a read that shows zero, never by a write alone. */
  readonly isDrain: boolean;
  /** Rows that neither this file nor a later one has settled; none of a file that is outdated. */
  readonly rows: readonly RowToApply[];
  /** Calls of which nobody knows whether Shopify has applied them: see src/domain/doubtful-call.ts. */
  readonly doubtful: readonly DoubtfulCall[];
  /** By inventory item: calls that may still arrive and would change what our last push left. */
  readonly late: ReadonlyMap<string, readonly LateCall[]>;
  /** By inventory item: how often it was refused because its quantity had moved. */
  readonly staleTries: ReadonlyMap<string, number>;
}

/** The calls of a chunk that are done with, in the order of their generations. */
export interface PastCalls {
  readonly history: readonly PastCall[];
  readonly nextGeneration: number;
}

export interface ChunkWork extends OpenRows, PastCalls {}

export interface UnansweredCall extends StoredCall {
  /** How long its last sending may still put it on its way; 0 or less: it cannot any more. */
  readonly sendableForMs: number;
  /** Whether Shopify may have forgotten its key. */
  readonly isTooOld: boolean;
}

/** A call in doubt: of these rows, or of an earlier file since which one of them was not pushed. */
export interface DoubtfulCall extends StoredCall {
  /** By inventory item: units of the shop's imported order lines, in the snapshot of its file. */
  readonly importedUnits: Readonly<Record<string, number>>;
}

/** What is open of one page of a file. Throws LANE_PAUSED: a lane that is paused begins nothing. */
export async function readPage(
  database: Database,
  pass: LanePass,
  { sequence, positions }: Page,
): Promise<OpenRows> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    await refusePaused(connection, pass.shopId);
    return readOpenRows(connection, pass.shopId, { sequence, positions });
  });
}

/** What is open of a chunk, whose first call was stored. */
export async function readChunkWork(database: Database, pass: LanePass, chunk: Chunk): Promise<ChunkWork> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    const { sequence, chunk: number } = chunk;
    const past = await readPastCalls(connection, pass.shopId, { sequence, first: number, end: number + 1 });
    const open = await readOpenRows(connection, pass.shopId, chunk);
    return { ...open, ...(past.get(number) ?? NO_PAST_CALLS) };
  });
}

/** What a refusal of the chunk's last call is judged by. */
export async function readRefused(
  database: Database,
  pass: LanePass,
  chunk: Chunk,
): Promise<PastCalls & Pick<OpenRows, 'rows'>> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    const { sequence, chunk: number } = chunk;
    const past = await readPastCalls(connection, pass.shopId, { sequence, first: number, end: number + 1 });
    const file = await readFile(connection, pass.shopId, chunk);
    const rows = await readRows(connection, pass.shopId, chunk, file);
    return { rows, ...(past.get(number) ?? NO_PAST_CALLS) };
  });
}

/** The window's calls that may have reached Shopify or not: they are repeated before anything else, unless they are too old. */
export async function listUnanswered(
  database: Database,
  pass: LanePass,
  window: Window,
): Promise<readonly UnansweredCall[]> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    const { first, end } = chunksOfWindow(window);
    const { rows } = await connection.query<UnansweredCall>(
      `SELECT sequence, chunk, generation, idempotency_key AS "idempotencyKey", variables,
         ${POSITIONS} AS positions, ${ROW_COUNT} AS "rowCount", coalesce(debts, '{}') AS debts,
         -- An infinite time cannot be subtracted from.
         CASE WHEN sending_until > clock_timestamp()
           THEN extract(epoch FROM sending_until - clock_timestamp())::float8 * 1000 ELSE 0 END AS "sendableForMs",
         stored_at < clock_timestamp() - make_interval(secs => $5::float8 / 1000) AS "isTooOld"
       FROM shopify_call AS call
       WHERE shop_id = $1 AND sequence = $2 AND chunk >= $3 AND chunk < $4 AND state = 'STORED' ORDER BY chunk`,
      [pass.shopId, window.sequence, first, end, STORED_CALL_REPEATED_FOR_MS],
    );
    return rows;
  });
}

export const NO_PAST_CALLS: PastCalls = { history: [], nextGeneration: 0 };

/** By chunk: the calls that the window's earlier attempts have made. */
export async function readPastCallsOfWindow(
  database: Database,
  pass: LanePass,
  window: Window,
): Promise<ReadonlyMap<number, PastCalls>> {
  return database.transaction(async (connection) => {
    await refuseOvertaken(connection, pass);
    const { sequence } = window;
    return readPastCalls(connection, pass.shopId, { sequence, ...chunksOfWindow(window) });
  });
}

async function readPastCalls(
  connection: Connection,
  shopId: string,
  { sequence, first, end }: ChunksOfFile,
): Promise<ReadonlyMap<number, PastCalls>> {
  const { rows } = await connection.query<FoundCall>(
    `SELECT chunk, generation, state <> 'STORED' AS "isDone", ${ROW_COUNT} AS "rowCount", ${PAST_OUTCOME} AS outcome
     FROM shopify_call AS call
     WHERE shop_id = $1 AND sequence = $2 AND chunk >= $3 AND chunk < $4 ORDER BY chunk, generation`,
    [shopId, sequence, first, end],
  );
  return new Map(
    [...Map.groupBy(rows, ({ chunk }) => chunk)].map(([chunk, calls]) => {
      const history = calls.filter(({ isDone }) => isDone);
      return [chunk, { history, nextGeneration: (calls.at(-1)?.generation ?? -1) + 1 }];
    }),
  );
}

interface FoundCall extends PastCall {
  readonly chunk: number;
  readonly generation: number;
  readonly isDone: boolean;
}

interface FileToApply extends Pick<OpenRows, 'ordersImportedUntil' | 'isDrain'> {
  readonly isOutdated: boolean;
  readonly locationId: string;
  /** Of the window: most often none, and then what follows from them need not be looked for. */
  readonly hasRefusedCalls: boolean;
  /** Of the shop: calls that may be in doubt, or may still arrive. */
  readonly hasUncertainCalls: boolean;
  /** A delta has gone before the rest of the file. */
  readonly hasMadeWay: boolean;
}

/** Rows of a page or of a chunk: all in one window. */
type RowsOfFile = Pick<Page, 'sequence' | 'positions'>;

/**
 * In SQL, of a row of file $2 of shop $1: its item is that of another product by now, and a later file has settled it for that one. Only
 * a delta that has gone before the rest of this file can have done that. The planner is not told which shop, so that it expects many
 * products of it, and looks for the item by the index of items (decision 0094).
 */
const ITEM_HAS_NEWER = `coalesce((
  SELECT theirs.sequence > $2 FROM shop_product AS now
  JOIN applied_row AS theirs ON theirs.shop_id = now.shop_id AND theirs.product_id = now.product_id
  WHERE now.shop_id = (SELECT $1) AND now.inventory_item_id = row.inventory_item_id AND now.product_id <> row.product_id), false)`;

/** In SQL, of a file: its order watermark was not taken by a clock that was ahead. Such a one would let every drop go. */
const IS_OF_THE_PAST = 'greatest(file.created_at, file.orders_imported_until) <= clock_timestamp()';

/** One statement, whose answers spare a page several: each takes longer to plan than to find nothing. */
async function readFile(
  connection: Connection,
  shopId: string,
  { sequence, positions }: RowsOfFile,
): Promise<FileToApply> {
  const chunks = chunksOfWindow({ window: windowOf(positions[0] ?? 0) });
  const { rows } = await connection.query<FileToApply>(
    `SELECT CASE WHEN ${IS_OF_THE_PAST} THEN ${asIso('orders_imported_until')} END AS "ordersImportedUntil", kind = 'drain' AS "isDrain",
       ${IS_OUTDATED} AS "isOutdated", file.location_id AS "locationId",
       EXISTS (SELECT FROM shopify_call WHERE shop_id = $1 AND sequence = $2 AND chunk >= $3 AND chunk < $4
         AND state = 'REFUSED') AS "hasRefusedCalls",
       EXISTS (SELECT FROM shopify_call WHERE shop_id = $1 AND (repeated OR state = 'EXPIRED_UNKNOWN'))
         AS "hasUncertainCalls",
       EXISTS (SELECT FROM upload_file AS delta WHERE delta.shop_id = $1 AND delta.sequence > $2
         AND delta.goes_before = $2) AS "hasMadeWay"
     FROM upload_file AS file JOIN shop USING (shop_id) WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence, chunks.first, chunks.end],
  );
  const [file] = rows;
  if (!file) throw new AtpError('UPLOAD_FILE_UNKNOWN', { shopId, sequence });
  return file;
}

async function readRows(
  connection: Connection,
  shopId: string,
  { sequence, positions }: RowsOfFile,
  { locationId, isDrain, isOutdated, hasMadeWay }: FileToApply,
): Promise<readonly RowToApply[]> {
  // Each by its key, as in COUNT_WINDOW: before the planner has looked at the tables, it compares all with all.
  const { rows } = await connection.query<RowToApply>(
    `SELECT row.position, row.product_id AS "productId", row.sku,
       row.inventory_item_id AS "inventoryItemId", row.quantity, row.imported_units AS "importedUnits",
       CASE WHEN applied.last_known IS NOT NULL
         THEN jsonb_build_object('lastKnown', CASE WHEN pushed.location_id <> $4
             OR applied.inventory_item_id <> row.inventory_item_id THEN NULL ELSE applied.last_known END,
           'importedUnits', applied.imported_units,
           'debt', applied.debt, 'drops', coalesce(applied.drops, '[]')) END AS "lastPush",
       coalesce(applied.pushed_sequence, 0) AS "pushedSequence"
     FROM upload_file_rows_at($1, $2, $3::int[]) AS row
     LEFT JOIN LATERAL (SELECT * FROM applied_row AS applied
       WHERE applied.shop_id = $1 AND applied.product_id = row.product_id OFFSET 0) AS applied ON true
     LEFT JOIN LATERAL (SELECT location_id FROM upload_file AS pushed
       WHERE pushed.shop_id = $1 AND pushed.sequence = applied.pushed_sequence OFFSET 0) AS pushed ON true
     WHERE (applied.sequence IS NULL OR applied.sequence < $2
         OR ($5 AND applied.sequence = $2 AND applied.outcome = 'APPLIED'))
       AND NOT $6 ${hasMadeWay && !isDrain ? `AND NOT ${ITEM_HAS_NEWER}` : ''}
     ORDER BY row.position`,
    [shopId, sequence, positions, locationId, isDrain, isOutdated],
  );
  return rows;
}

async function readOpenRows(connection: Connection, shopId: string, of: RowsOfFile): Promise<OpenRows> {
  const { sequence } = of;
  const file = await readFile(connection, shopId, of);
  const { ordersImportedUntil, isDrain, hasUncertainCalls, hasRefusedCalls } = file;
  const rows = await readRows(connection, shopId, of, file);
  const chunks = { sequence, ...chunksOfWindow({ window: windowOf(of.positions[0] ?? 0) }) };
  const ids = rows.map(({ productId }) => productId);
  const isOpen = rows.length > 0;
  return {
    ...{ ordersImportedUntil, isDrain, rows },
    doubtful: isOpen && hasUncertainCalls ? await readDoubtfulCalls(connection, shopId, chunks, rows) : [],
    late: isOpen && hasUncertainCalls ? await readLateCalls(connection, shopId, ids) : new Map(),
    staleTries: isOpen && hasRefusedCalls ? await readStaleTries(connection, shopId, chunks) : new Map(),
  };
}

interface ChunksOfFile extends Range {
  readonly sequence: number;
}

/** Those of the whole window: an attempt that took over may have packed the row into another chunk. */
async function readStaleTries(
  connection: Connection,
  shopId: string,
  { sequence, first, end }: ChunksOfFile,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await connection.query<{ inventoryItemId: string; tries: number }>(
    `SELECT refused ->> 'inventoryItemId' AS "inventoryItemId", count(*)::int AS tries
     FROM shopify_call, jsonb_array_elements(outcome) AS refused
     WHERE shop_id = $1 AND sequence = $2 AND chunk >= $3 AND chunk < $4 AND state = 'REFUSED'
       AND (refused ->> 'isStale')::boolean AND refused ->> 'inventoryItemId' IS NOT NULL
     GROUP BY 1`,
    [shopId, sequence, first, end],
  );
  return new Map(rows.map(({ inventoryItemId, tries }) => [inventoryItemId, tries]));
}

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
const IS_IN_DOUBT = `(call.state = 'EXPIRED_UNKNOWN' OR (call.state = 'REFUSED' AND call.repeated))`;

/**
 * The calls in doubt of this file that have one of the rows, and those of earlier files since the oldest last push of its rows: the doubt about a
 * skipped file, or about a quarantined row, concerns the next file with the product. Not those of another location, and
 * not those from before a restore: that file's memory of Shopify is void. By the index shopify_call_may_arrive.
 */
async function readDoubtfulCalls(
  connection: Connection,
  shopId: string,
  { sequence, first, end }: ChunksOfFile,
  rows: readonly RowToApply[],
): Promise<readonly DoubtfulCall[]> {
  const since = Math.min(...rows.map(({ pushedSequence }) => pushedSequence));
  const { rows: calls } = await connection.query<DoubtfulCall>(
    `SELECT call.sequence, call.chunk, call.generation, call.idempotency_key AS "idempotencyKey", call.variables,
       ${POSITIONS} AS positions, ${ROW_COUNT} AS "rowCount", coalesce(call.debts, '{}') AS debts, coalesce((
         SELECT jsonb_object_agg(row.inventory_item_id, row.imported_units) FROM ${ROWS_OF_CALL}), '{}')
         AS "importedUnits"
     FROM shopify_call AS call
     JOIN upload_file AS file USING (shop_id, sequence)
     JOIN upload_file AS this ON this.shop_id = $1 AND this.sequence = $2
     WHERE call.shop_id = $1 AND ${IS_IN_DOUBT} AND NOT call.was_not_applied
       AND call.sequence > $5
       AND (call.sequence < $2
         OR (call.sequence = $2 AND call.chunk >= $3 AND call.chunk < $4 AND ${POSITIONS} && $7::int[]))
       AND file.restore_generation = this.restore_generation AND file.location_id = this.location_id
     ORDER BY call.sequence DESC, call.stored_at DESC LIMIT $6`,
    [shopId, sequence, first, end, since, DOUBTFUL_CALLS_MAX, rows.map(({ position }) => position)],
  );
  return calls;
}
