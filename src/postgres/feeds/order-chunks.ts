/** A chunk of order lines: judged and applied in one transaction, and its refused rows recorded in it. */
import type { AtpError } from '../../domain/errors.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import { addWarnings, type ImportWarning } from '../../domain/import-warning.ts';
import { UNKNOWN_SKUS_LOOKED_UP_MAX } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { readEffect } from './effect.ts';
import { nameLikelyFacilities } from './name-likely-facilities.ts';
import { nameLikelyProducts } from './name-likely-products.ts';
import { applyOrderRows, recordOrdersCame } from './order-items.ts';
import { stageChunk } from './pending-orders.ts';
import type { ChunkOf, PostedChunk } from './pending-postings.ts';
import { endRefusedFeeds, recordRefusedRows } from './refused-feeds.ts';
import { recordRefusals } from './refused-rows.ts';

interface Counts {
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  readonly warnings: readonly ImportWarning[] | null;
}

const READ_COUNTS = `
  SELECT row_count AS rows, applied_count AS applied, failed_count AS failed, warnings
  FROM import_file WHERE sha256 = $1 FOR UPDATE`;

async function readCounts(connection: Connection, key: string): Promise<Counts> {
  const { rows } = await connection.query<Counts>(READ_COUNTS, [key]);
  return rows[0] ?? { rows: 0, applied: 0, failed: 0, warnings: null };
}

export async function applyOrderChunk(
  connection: Connection,
  { importId, key, fileName, sentAt, lastEntry, mayReopen }: ChunkOf,
  chunk: number,
): Promise<PostedChunk> {
  // A chunk is a small part of large tables: they are looked up, not read as a whole.
  await connection.query('SET LOCAL random_page_cost = 1');
  const rows = await stageChunk(connection, importId, chunk);
  const warnings = await applyOrderRows(connection, { fileName, writtenAt: sentAt, mayReopen });
  const before = await readCounts(connection, key);
  if (before.failed < UNKNOWN_SKUS_LOOKED_UP_MAX) {
    await nameLikelyProducts(connection);
    await nameLikelyFacilities(connection);
  }
  const failed = await recordRefusals(connection, key);
  const all = addWarnings(before.warnings ?? [], warnings);
  await connection.query(
    `UPDATE import_file SET applied_count = $2, failed_count = $3, warnings = $4 WHERE sha256 = $1`,
    [
      key,
      before.applied + rows - failed,
      before.failed + failed,
      all.length > 0 ? JSON.stringify(all) : null,
    ],
  );
  await connection.query('UPDATE feed_import SET refused_count = $2 WHERE import_id = $1', [
    importId,
    before.failed + failed,
  ]);
  // By inventory_item_detail_pkey, behind the chunk before.
  const posted = await connection.query<{ lastEntry: number | null }>(
    `SELECT max(inventory_item_detail_id) AS "lastEntry" FROM inventory_item_detail
     WHERE inventory_item_detail_id > $2 AND import_id = $1`,
    [importId, lastEntry],
  );
  return { rows, lastEntry: posted.rows[0]?.lastEntry ?? null };
}

/** Records what is known only now: what it has changed, that orders came in, and whether rows were refused. */
export async function finishOrders(connection: Connection, of: ChunkOf): Promise<void> {
  const { rows, applied, failed } = await readCounts(connection, of.key);
  await recordEnd(connection, of, failed);
  if (rows === 0 || applied > 0) await recordOrdersCame(connection, of.sentAt);
  if (failed === 0 && rows > 0) await endRefusedFeeds(connection, of);
}

async function recordEnd(
  connection: Connection,
  { importId, fileName, source, sentAt, afterEntry, isClaimed }: ChunkOf,
  failed: number,
): Promise<void> {
  const effect = await readEffect(connection, { importId, afterEntry }, true);
  await connection.query('UPDATE feed_import SET effect = $2 WHERE import_id = $1', [
    importId,
    JSON.stringify(effect),
  ]);
  const type: FeedType = 'ORDER_ITEMS';
  if (failed > 0 && isClaimed)
    await recordRefusedRows(connection, { fileName, source: source ?? '', type, sentAt }, failed);
}

/** Each row becomes a refused one, so that its sender gets it back. By pending_order_row_pkey. */
const REFUSE_REST = `
  WITH taken AS (DELETE FROM pending_order_row WHERE import_id = $1 RETURNING rows),
  pending AS (SELECT row_number, row_values FROM taken, unnest(rows))
  INSERT INTO import_file_error (sha256, row_number, column_name, code, message, row_values)
  SELECT $2, row_number, 'orderId', $3, $4, row_values::json FROM pending`;

/**
 * Refuses what is not applied yet of an import of order lines, in the caller's transaction. Orders have not come in by it: some of its
 * claims on stock are not known, and what Shopify has sold stays kept back until they are.
 *
 * @returns how many rows
 */
export async function refuseRest(connection: Connection, of: ChunkOf, why: AtpError): Promise<number> {
  const { failed } = await readCounts(connection, of.key);
  const refused = await connection.query(REFUSE_REST, [of.importId, of.key, why.code, why.message]);
  const rows = refused.rowCount ?? 0;
  await connection.query('UPDATE import_file SET failed_count = $2 WHERE sha256 = $1', [
    of.key,
    failed + rows,
  ]);
  await recordEnd(connection, of, failed + rows);
  return rows;
}
