/** What became of a row of a file, and what is known of its product since its last push. */
import type { ErrorCode } from '../../domain/errors.ts';
import type { KeptBack } from '../../domain/unseen-sales.ts';
import type { Connection } from '../database.ts';
import { NOT_APPLIED_SINCE } from './quarantined-rows.ts';

/** A row with its outcome. */
export type SettledRow = FoundEqual | NotApplied;

/** Shopify shows already what would be written: no write was needed. */
export interface FoundEqual {
  readonly productId: string;
  readonly outcome: 'UNCHANGED';
  readonly target: number;
  readonly observed: number;
  readonly inventoryItemId: string;
  readonly importedUnits: number;
  readonly keptBack: KeptBack;
}

/** Shopify cannot take the row, or it is left to the next file. What is known of the product's last push stays. */
export interface NotApplied {
  readonly productId: string;
  readonly outcome: 'QUARANTINED' | 'OWED';
  readonly target: number;
  /** Units available on Shopify when the row was decided; null when it shows no quantity. */
  readonly observed: number | null;
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

/**
 * In SQL, of a row of file $2 that settles: it drains an item or a location that the product has left, and what is known
 * is of where it is sold now.
 */
const IS_LEFT_BEHIND = `((SELECT kind = 'drain' FROM upload_file WHERE shop_id = $1 AND sequence = $2)
  AND applied.last_known IS NOT NULL AND (applied.inventory_item_id <> excluded.inventory_item_id
    OR (SELECT location_id FROM upload_file WHERE shop_id = $1 AND sequence = $2) <> (
      SELECT location_id FROM upload_file WHERE shop_id = $1 AND sequence = applied.pushed_sequence)))`;

/** In SQL: sets the column by a push only, a write or a value found equal. Nothing else tells what Shopify shows. */
function newWithPush(column: string): string {
  const isPush = `excluded.outcome IN ('APPLIED', 'UNCHANGED') AND NOT ${IS_LEFT_BEHIND}`;
  return `${column} = CASE WHEN ${isPush} THEN excluded.${column} ELSE applied.${column} END`;
}

/** In SQL, of the file that settles: the oldest change that a row of it stands for. */
const CHANGE_OF_FILE = `(SELECT coalesce(oldest_change_at, now()) FROM upload_file WHERE shop_id = $1 AND sequence = $2)`;

/**
 * In SQL, of an INSERT INTO applied_row AS applied. A row that a later file has settled stays as it is. One that was not
 * applied keeps what is known of its last push, and since when its oldest change waits.
 */
export const ON_SETTLED_BEFORE = `
  ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, outcome = excluded.outcome,
    target = excluded.target, sent = excluded.sent, observed = excluded.observed,
    error_code = excluded.error_code, error_message = excluded.error_message, settled_at = excluded.settled_at,
    looked_at = NULL, lacked_since = NULL, changed_at = CASE WHEN excluded.outcome IN ('QUARANTINED', 'OWED')
      THEN least(excluded.changed_at, ${NOT_APPLIED_SINCE}) END,
    ${newWithPush('inventory_item_id')}, ${newWithPush('last_known')}, ${newWithPush('pushed_sequence')},
    ${newWithPush('imported_units')}, ${newWithPush('debt')}, ${newWithPush('drops')}
  WHERE applied.sequence <= excluded.sequence`;

/** Records rows of a file that need no write, in key order; those that are owed come with the next file. */
export async function settle(
  connection: Connection,
  shopId: string,
  sequence: number,
  rows: readonly SettledRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const values = [shopId, sequence, JSON.stringify(rows)];
  const settled = `jsonb_to_recordset($3) AS settled ("productId" text, outcome text, target int, observed int,
    "errorCode" text, "errorMessage" text, "inventoryItemId" text, "importedUnits" bigint, "keptBack" jsonb)`;
  await connection.query(
    `INSERT INTO applied_row AS applied (shop_id, product_id, sequence, outcome, target, observed, error_code, error_message,
       changed_at, inventory_item_id, last_known, pushed_sequence, imported_units, debt, drops)
     SELECT $1, "productId", $2, outcome, target, observed, "errorCode", "errorMessage",
       CASE WHEN outcome IN ('QUARANTINED', 'OWED') THEN ${CHANGE_OF_FILE} END,
       "inventoryItemId", CASE WHEN outcome = 'UNCHANGED' THEN observed END,
       CASE WHEN outcome = 'UNCHANGED' THEN $2::bigint END, coalesce("importedUnits", 0),
       coalesce(("keptBack" ->> 'debt')::int, 0), nullif("keptBack" -> 'drops', '[]')
     FROM ${settled} ORDER BY "productId"
     ${ON_SETTLED_BEFORE}`,
    values,
  );
  await connection.query(
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT $1, "productId", settled."errorCode", least(${CHANGE_OF_FILE}, ${NOT_APPLIED_SINCE})
     FROM ${settled}
     LEFT JOIN applied_row AS applied ON applied.shop_id = $1 AND applied.product_id = settled."productId"
     WHERE settled.outcome = 'OWED'
     ON CONFLICT DO NOTHING`,
    values,
  );
  // A later file that was skipped may have left the product owed since its own, younger change.
  await connection.query(
    `WITH younger AS (
       SELECT product_id, owed.cause, ${NOT_APPLIED_SINCE} AS changed_at
       FROM owed_row AS owed
       JOIN applied_row AS applied USING (shop_id, product_id)
       WHERE shop_id = $1 AND product_id = ANY($2) AND owed.changed_at > ${NOT_APPLIED_SINCE}
       ORDER BY product_id, owed.cause FOR UPDATE OF owed
     )
     UPDATE owed_row AS owed SET changed_at = younger.changed_at FROM younger
     WHERE owed.shop_id = $1 AND owed.product_id = younger.product_id AND owed.cause = younger.cause`,
    [shopId, rows.map(({ productId }) => productId)],
  );
}
