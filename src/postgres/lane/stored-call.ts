/** A call as the ledger keeps it, and its rows. */
import { ROWS_PER_CALL } from '../../domain/limits.ts';
import type { KeptBack } from '../../domain/unseen-sales.ts';

/** Rows of one window of a file that are written together, by one call or, where Shopify refuses some of them, by several. */
export interface Chunk {
  readonly sequence: number;
  /** One of `chunksOfWindow`. At most one of its calls is on its way. */
  readonly chunk: number;
  /** Of its rows in the file. */
  readonly positions: readonly number[];
}

/**
 * One request to Shopify, stored before it is sent and never changed: its repeat is the same request. Its positions are those
 * of the rows that it sends.
 */
export interface StoredCall extends Chunk {
  readonly generation: number;
  readonly idempotencyKey: string;
  /** The request's variables, byte for byte. */
  readonly variables: string;
  readonly rowCount: number;
  /** By product, what was kept back when its row was decided. Of a product that is not here, nothing was. */
  readonly debts: Readonly<Record<string, KeptBack>>;
}

/**
 * In SQL, of a row `call` of shopify_call: where its rows are in its file. An older release applied each page by calls of its own.
 */
export const POSITIONS = `coalesce(call.positions,
  ARRAY(SELECT generate_series(call.chunk * ${ROWS_PER_CALL}, (call.chunk + 1) * ${ROWS_PER_CALL} - 1)))`;

/** In SQL, of a row `call` of shopify_call: its rows, as the table `row`. */
export const ROWS_OF_CALL = `upload_file_rows_at(call.shop_id, call.sequence, ${POSITIONS}) AS row`;

/** In SQL, of a row `call` of shopify_call. */
export const ROW_COUNT = `coalesce(call.row_count, jsonb_array_length(call.variables::jsonb #> '{input,quantities}'))`;
