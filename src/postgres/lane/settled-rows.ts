/** What became of a row of a file, and what is known of its product since its last push. */
import type { ErrorCode } from '../../domain/errors.ts';
import type { KeptBack } from '../../domain/unseen-sales.ts';
import type { Connection } from '../database.ts';

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

/** In SQL: sets the column by a push only, a write or a value found equal. Nothing else tells what Shopify shows. */
function newWithPush(column: string): string {
  const isPush = `excluded.outcome IN ('APPLIED', 'UNCHANGED')`;
  return `${column} = CASE WHEN ${isPush} THEN excluded.${column} ELSE applied_row.${column} END`;
}

/** A row that a later file has settled stays as it is. One that was not applied keeps what is known of its last push. */
export const ON_SETTLED_BEFORE = `
  ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, outcome = excluded.outcome,
    target = excluded.target, sent = excluded.sent, observed = excluded.observed,
    error_code = excluded.error_code, error_message = excluded.error_message, settled_at = excluded.settled_at,
    looked_at = NULL, ${newWithPush('inventory_item_id')}, ${newWithPush('last_known')}, ${newWithPush('pushed_sequence')},
    ${newWithPush('imported_units')}, ${newWithPush('debt')}, ${newWithPush('drops')}
  WHERE applied_row.sequence <= excluded.sequence`;

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
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, observed, error_code, error_message,
       inventory_item_id, last_known, pushed_sequence, imported_units, debt, drops)
     SELECT $1, "productId", $2, outcome, target, observed, "errorCode", "errorMessage",
       "inventoryItemId", CASE WHEN outcome = 'UNCHANGED' THEN observed END,
       CASE WHEN outcome = 'UNCHANGED' THEN $2::bigint END, coalesce("importedUnits", 0),
       coalesce(("keptBack" ->> 'debt')::int, 0), nullif("keptBack" -> 'drops', '[]')
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
