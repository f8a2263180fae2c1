/**
 * What a person's decision does to a file. It runs in the transaction that records it, with the lane locked:
 * nobody applies the file meanwhile, and of two people who decide at once the second one finds it decided.
 */
import { AtpError } from '../../domain/errors.ts';
import type { FileDecision, LaneDecision } from '../../domain/lane-decision.ts';
import { UNANSWERED_CALL_SETTLED_AFTER_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { isDone } from '../../domain/upload-file.ts';
import { passOver } from '../whole-pass.ts';
import { countRows, takeLaneAway, unblockFile } from './lane.ts';
import { keepSkippedOnSale } from './left-items.ts';
import { NOT_APPLIED_SINCE } from './quarantined-rows.ts';
import { readsRecords } from './reads-records.ts';
import { ON_SETTLED_BEFORE } from './settled-rows.ts';
import { findHeadOfLane, IS_OPEN, lockFile, type UploadFile } from './upload-files.ts';

/** The file that was decided about; `owed`: how many products the next file has instead; null: the file keeps them. */
export interface DecidedFile {
  readonly file: UploadFile;
  readonly owed: number | null;
}

/**
 * → BLOCKED by a person, in any state in which the lane is not done with the file. The lane's epoch rises and its lease
 * ends in the same transaction: an attempt that works on the file now, or that comes back later, is refused at its next
 * write. Without a sequence it is the first file that waits.
 *
 * Throws LANE_EMPTY, UPLOAD_FILE_UNKNOWN, UPLOAD_FILE_DONE.
 */
export async function holdFile(
  connection: Connection,
  shopId: string,
  { sequence, by, reason }: LaneDecision<'hold'>,
): Promise<UploadFile> {
  const file =
    sequence === undefined
      ? await findHeadOfLane(connection, shopId)
      : await lockFile(connection, shopId, sequence);
  if (!file) throw new AtpError('LANE_EMPTY', { shopId });
  const { state } = file;
  if (isDone(state)) throw new AtpError('UPLOAD_FILE_DONE', { shopId, sequence: file.sequence, state });
  const held = new AtpError('HELD_BY_PERSON', { by, reason });
  // Nothing of a file that is BLOCKED already was sent since: for it, blocked_at stays.
  await connection.query(
    `UPDATE upload_file SET state = 'BLOCKED', reason_code = $3, reason = $4,
       blocked_at = CASE WHEN state = 'BLOCKED' THEN blocked_at ELSE clock_timestamp() END,
       blocked_since = coalesce(blocked_since, clock_timestamp())
     WHERE shop_id = $1 AND sequence = $2`,
    [shopId, file.sequence, held.code, held.message],
  );
  await takeLaneAway(connection, shopId);
  return file;
}

/**
 * Throws UPLOAD_FILE_UNKNOWN, UPLOAD_FILE_NOT_BLOCKED, UPLOAD_FILE_BLOCKED_OTHERWISE, and of `skip`
 * UPLOAD_FILE_CALL_UNANSWERED.
 */
export async function decideFile(
  connection: Connection,
  shopId: string,
  { decision, sequence, expectedReason }: FileDecision,
): Promise<DecidedFile> {
  const file = await lockFile(connection, shopId, sequence);
  if (file.state !== 'BLOCKED') {
    throw new AtpError('UPLOAD_FILE_NOT_BLOCKED', { shopId, sequence, state: file.state });
  }
  if (expectedReason !== undefined && expectedReason !== file.reasonCode) {
    const found = file.reasonCode;
    throw new AtpError('UPLOAD_FILE_BLOCKED_OTHERWISE', {
      shopId,
      sequence,
      found,
      expected: expectedReason,
    });
  }
  switch (decision) {
    case 'retry':
      await retry(connection, file);
      return { file, owed: null };
    case 'rewrite':
      await rewrite(connection, file);
      return { file, owed: null };
    case 'skip':
      return { file, owed: await skip(connection, file) };
  }
}

/** BLOCKED → the state before. */
async function retry(connection: Connection, file: UploadFile): Promise<void> {
  await unblockFile(connection, file);
  await connection.query(
    `UPDATE upload_file SET reason_code = NULL, reason = NULL, blocked_since = NULL
     WHERE shop_id = $1 AND sequence = $2`,
    [file.shopId, file.sequence],
  );
}

/** BLOCKED → WRITING: without a hash it counts as not on SFTP, so the next run writes it, in the place of what is there. */
async function rewrite(connection: Connection, { shopId, sequence }: UploadFile): Promise<void> {
  await connection.query(
    `UPDATE upload_file SET state = 'WRITING', sha256 = NULL, ready_at = NULL, reason_code = NULL, reason = NULL,
       blocked_since = NULL
     WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence],
  );
}

/** BLOCKED → SKIPPED. Returns how many products the next file has instead. */
async function skip(connection: Connection, { shopId, sequence }: UploadFile): Promise<number> {
  await readsRecords(connection);
  await giveUpCalls(connection, shopId, sequence);
  await settleWhatWentFirst(connection, shopId, sequence);
  await countRows(connection, shopId, sequence);
  await connection.query(
    `UPDATE upload_file SET state = 'SKIPPED', closed_at = now() WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence],
  );
  await keepSkippedOnSale(connection, shopId, sequence);
  await handOnChanges(connection, shopId, sequence);
  // A product that a later file has comes with that one. (published_row and applied_row by their primary keys, for the
  // rows of the file.)
  const { rowCount } = await passOver(
    connection,
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT row.shop_id, row.product_id, 'SKIPPED', least(file.oldest_change_at, ${NOT_APPLIED_SINCE}, now())
     FROM upload_file_rows($1, $2) AS row
     JOIN upload_file AS file USING (shop_id, sequence)
     JOIN published_row AS published USING (shop_id, product_id)
     LEFT JOIN applied_row AS applied USING (shop_id, product_id)
     WHERE row.shop_id = $1 AND row.sequence = $2 AND published.sequence = $2 AND ${IS_NOT_APPLIED}
     ORDER BY row.product_id
     ON CONFLICT DO NOTHING`,
    [shopId, sequence],
  );
  return rowCount ?? 0;
}

/**
 * Settles what is left of a delta that has gone before the rest of a larger file: that rest comes next, and must not bring an older
 * quantity to a product of which a call of the delta is in doubt.
 */
async function settleWhatWentFirst(connection: Connection, shopId: string, sequence: number): Promise<void> {
  await connection.query(
    `INSERT INTO applied_row AS applied (shop_id, product_id, sequence, outcome, target, error_code, error_message, changed_at)
     SELECT row.shop_id, row.product_id, row.sequence, 'OWED', row.quantity, file.reason_code, file.reason,
       coalesce(file.oldest_change_at, now())
     FROM upload_file_rows($1, $2) AS row
     JOIN upload_file AS file USING (shop_id, sequence)
     LEFT JOIN applied_row AS before USING (shop_id, product_id)
     WHERE row.shop_id = $1 AND row.sequence = $2 AND file.goes_before IS NOT NULL
       AND (before.sequence IS NULL OR before.sequence < row.sequence)
     ORDER BY row.product_id
     ${ON_SETTLED_BEFORE}`,
    [shopId, sequence],
  );
}

/** In SQL, of a row of file $2 with its `applied` row: neither this file nor a later one was applied to the product. */
const IS_NOT_APPLIED = `NOT coalesce(applied.sequence >= $2 AND applied.outcome IN ('APPLIED', 'UNCHANGED'), false)`;

/**
 * A product of the file that comes with a later one waits as long as it did: the later file, or what that one has left
 * owed, takes over when the oldest change of this one was made.
 */
async function handOnChanges(connection: Connection, shopId: string, sequence: number): Promise<void> {
  const left = `
    SELECT row.product_id, published.sequence, file.oldest_change_at
    FROM upload_file_rows($1, $2) AS row
    JOIN upload_file AS file USING (shop_id, sequence)
    JOIN published_row AS published USING (shop_id, product_id)
    LEFT JOIN applied_row AS applied USING (shop_id, product_id)
    WHERE row.shop_id = $1 AND row.sequence = $2 AND published.sequence > $2 AND ${IS_NOT_APPLIED}`;
  await passOver(
    connection,
    `UPDATE upload_file AS later SET oldest_change_at = least(later.oldest_change_at, earlier.oldest_change_at)
     FROM (SELECT sequence, min(oldest_change_at) AS oldest_change_at FROM (${left}) AS row GROUP BY sequence) AS earlier
     WHERE later.shop_id = $1 AND later.sequence = earlier.sequence AND ${IS_OPEN}`,
    [shopId, sequence],
  );
  await passOver(
    connection,
    `UPDATE owed_row AS owed SET changed_at = earlier.oldest_change_at
     FROM (${left}) AS earlier
     WHERE owed.shop_id = $1 AND owed.product_id = earlier.product_id AND owed.changed_at > earlier.oldest_change_at`,
    [shopId, sequence],
  );
}

/**
 * Lets a file that was blocked at an instant ahead of the clock count as blocked now: the clock was set back since, and
 * waiting until it has caught up might take hours. It stays so when the decision itself is refused.
 */
export async function forgetFutureBlock(database: Database, shopId: string, sequence: number): Promise<void> {
  await database.query(
    `UPDATE upload_file SET blocked_at = clock_timestamp()
     WHERE shop_id = $1 AND sequence = $2 AND blocked_at > clock_timestamp()`,
    [shopId, sequence],
  );
}

/**
 * Gives up the calls that were never answered. A call that may still arrive at Shopify must not mix with the writes of a
 * later file. UNANSWERED_CALL_SETTLED_AFTER_MS after the file was blocked, no worker can send it any more; what the network
 * still delivers is watched for (late-calls.ts). Throws UPLOAD_FILE_CALL_UNANSWERED before that. A call that was stored ahead
 * of the clock was stored before the clock was set back, and so before the file was blocked by the clock of now.
 */
async function giveUpCalls(connection: Connection, shopId: string, sequence: number): Promise<void> {
  const { rows } = await connection.query<{ ageMs: number }>(
    `SELECT extract(epoch FROM clock_timestamp() - max(greatest(
         CASE WHEN call.stored_at <= clock_timestamp() THEN call.stored_at END, file.blocked_at)))::float8 * 1000 AS "ageMs"
     FROM shopify_call AS call JOIN upload_file AS file USING (shop_id, sequence)
     WHERE call.shop_id = $1 AND call.sequence = $2 AND call.state = 'STORED'
     HAVING count(*) > 0`,
    [shopId, sequence],
  );
  const [youngest] = rows;
  if (!youngest) return;
  if (youngest.ageMs < UNANSWERED_CALL_SETTLED_AFTER_MS) {
    const seconds = Math.round(youngest.ageMs / 1000);
    throw new AtpError('UPLOAD_FILE_CALL_UNANSWERED', { shopId, sequence, seconds });
  }
  await connection.query(
    `UPDATE shopify_call SET state = 'EXPIRED_UNKNOWN'
     WHERE shop_id = $1 AND sequence = $2 AND state = 'STORED'`,
    [shopId, sequence],
  );
}
