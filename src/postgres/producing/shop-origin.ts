/**
 * In which database a shop's files were numbered. A restored backup knows less than SFTP and Shopify do: its next
 * number was given before, its memory of Shopify is yesterday's. It is noticed, and nothing is sent until a Hard Sync
 * has numbered on from the highest number ever seen.
 *
 * How it is noticed: the cluster, its timeline, the database or the table is another one than was recorded. A copied disk
 * has all of these unchanged; there, SFTP has a higher number than the database, or has archived a file that waits in the
 * database. SFTP is searched for that when the server was started since the last search, as it always was on a copied
 * disk. Where the timeline alone has changed, the same search may prove that nothing was lost.
 */
import { AtpError } from '../../domain/errors.ts';
import type { NumbersOnSftp, UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { IS_OPEN } from '../lane/upload-files.ts';

export interface OriginCheck {
  /** Why nothing may be sent before the shop's next Hard Sync; null: all is well. */
  readonly restoredReason: string | null;
}

/** The database in which a shop's files were numbered, as recorded, and the one of now. */
interface Origin {
  readonly incarnation: string;
  /** As text, with the database's full precision. */
  readonly serverStart: string;
  readonly recordedIncarnation: string | null;
  readonly recordedServerStart: string | null;
  readonly restoredReason: string | null;
  readonly hasFiles: boolean;
  /** Numbers of the files that are not done. */
  readonly open: readonly number[];
  /** The highest number that this database knows of; 0: none. */
  readonly knownSequence: number;
}

/** Added to a lane's epoch when the database is another one, so that no epoch from before is given again. */
const LANE_EPOCHS_PER_RESTORE = 1_000_000;

/**
 * Cluster, timeline, database, table. Each restore and each failover changes one of them: another cluster has another
 * identifier, a promotion and a recovery another timeline, a reloaded dump other object ids.
 */
const INCARNATION = `
  (SELECT system_identifier FROM pg_control_system())::text
    || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || '/' || 'shop_baseline'::regclass::oid`;

/** In SQL, of the shop $1: the highest number that any of its files is known to have had; 0: none. */
const HIGHEST_SEQUENCE = `greatest(
    coalesce((SELECT max(sequence) FROM upload_file WHERE shop_id = $1), 0),
    coalesce((SELECT highest_sequence FROM shop_origin WHERE shop_id = $1), 0))`;

/**
 * Compares the shop's recorded origin with the database of now, and records what it finds. `numbersOnSftp` is
 * asked for only when the server was started since.
 *
 * Throws DATABASE_READ_ONLY on a standby.
 */
export async function checkOrigin(
  database: Database,
  shopId: string,
  numbersOnSftp: () => Promise<NumbersOnSftp>,
): Promise<OriginCheck> {
  const before = await database.transaction((connection) => readOrigin(connection, shopId));
  if (isAsRecorded(before)) return { restoredReason: before.restoredReason };
  // SFTP first, the database's numbers afterwards: a file is numbered before it is written, never the other way round.
  const numbers = await numbersOnSftp();
  return database.transaction(async (connection) => {
    const now = await readOrigin(connection, shopId);
    const restoredReason = now.restoredReason ?? whyRestored(now, numbers);
    // The server's start of before the search: should it have been started since, it is searched again.
    await recordOrigin(
      connection,
      shopId,
      { ...now, serverStart: before.serverStart, restoredReason },
      { highest: numbers.highest, isNoticedNow: now.restoredReason === null },
    );
    return { restoredReason };
  });
}

function isAsRecorded(origin: Origin): boolean {
  return (
    origin.recordedIncarnation === origin.incarnation && origin.recordedServerStart === origin.serverStart
  );
}

function whyRestored(origin: Origin, numbers: NumbersOnSftp): string | null {
  const { highest, archived } = numbers;
  const { recordedIncarnation, incarnation, hasFiles, open, knownSequence } = origin;
  if (recordedIncarnation !== null && recordedIncarnation !== incarnation) {
    if (isNothingLost(origin, numbers)) return null;
    return 'the database was restored or another server has taken over, so it may know less than was sent';
  }
  // A shop that was removed and added again: the files on SFTP are from before, and it only numbers on.
  const numberedHere = hasFiles || recordedIncarnation !== null;
  if (!numberedHere) return null;
  const forgotten = open.find((sequence) => archived.has(sequence));
  if (forgotten !== undefined) {
    return `SFTP has archived file ${forgotten} and the database believes that it waits: it was restored`;
  }
  if (highest <= knownSequence) return null;
  return `SFTP has file ${highest} and the database knows of none after ${knownSequence}: it was restored`;
}

/**
 * Whether it is proven that nothing that was sent is missing, although another server has taken over.
 *
 * The timeline alone is another one, so the database has replayed the log up to some commit, and no hole is in it. And
 * - SFTP shows its newest file, and none after it. A file is registered before it is published, and published before any
 *   call is made for it. Were a registration missing of whose file a call was made, SFTP would show a later number.
 * - No file is open. A file is closed after every answer to its calls is recorded.
 */
function isNothingLost(
  { recordedIncarnation, incarnation, open, knownSequence }: Origin,
  { highest }: NumbersOnSftp,
): boolean {
  return (
    recordedIncarnation !== null &&
    withoutTimeline(recordedIncarnation) === withoutTimeline(incarnation) &&
    open.length === 0 &&
    highest === knownSequence
  );
}

/** `<cluster>/<database>/<table>` of an incarnation. */
function withoutTimeline(incarnation: string): string {
  const [cluster, , ...objects] = incarnation.split('/');
  return [cluster, ...objects].join('/');
}

async function readOrigin(connection: Connection, shopId: string): Promise<Origin> {
  await refuseStandby(connection);
  const { rows } = await connection.query<Origin>(
    `SELECT ${INCARNATION} AS incarnation, pg_postmaster_start_time()::text AS "serverStart",
       origin.incarnation AS "recordedIncarnation", origin.server_start::text AS "recordedServerStart",
       origin.restored_reason AS "restoredReason",
       EXISTS (SELECT FROM upload_file WHERE shop_id = $1) AS "hasFiles",
       ARRAY(SELECT sequence::float8 FROM upload_file
         WHERE shop_id = $1 AND ${IS_OPEN}) AS open,
       ${HIGHEST_SEQUENCE} AS "knownSequence"
     FROM shop LEFT JOIN shop_origin AS origin USING (shop_id) WHERE shop_id = $1`,
    [shopId],
  );
  if (!rows[0]) throw new AtpError('SHOP_UNKNOWN', { shopId });
  return rows[0];
}

/** Throws DATABASE_READ_ONLY on a standby: the primary logs changes that it does not know yet. */
async function refuseStandby(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ isStandby: boolean }>(
    'SELECT pg_is_in_recovery() AS "isStandby"',
  );
  if (rows[0]?.isStandby) throw new AtpError('DATABASE_READ_ONLY');
}

async function recordOrigin(
  connection: Connection,
  shopId: string,
  { recordedIncarnation, incarnation, serverStart, restoredReason }: Origin,
  { highest, isNoticedNow }: { readonly highest: number; readonly isNoticedNow: boolean },
): Promise<void> {
  const isSameAsBefore = recordedIncarnation === null || recordedIncarnation === incarnation;
  if (restoredReason !== null || !isSameAsBefore) {
    // An attempt that entered the lane before the restore writes nothing after it. The lane is locked before the shop.
    await connection.query(
      `UPDATE lane SET epoch = epoch + $2, holder = NULL, holder_workflow_id = NULL, expires_at = '-infinity'
       WHERE shop_id = $1`,
      [shopId, LANE_EPOCHS_PER_RESTORE],
    );
  }
  await connection.query(
    `INSERT INTO shop_origin AS known (shop_id, incarnation, server_start, highest_sequence, restored_reason)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (shop_id) DO UPDATE SET incarnation = excluded.incarnation, server_start = excluded.server_start,
       highest_sequence = greatest(known.highest_sequence, excluded.highest_sequence),
       restored_reason = coalesce(known.restored_reason, excluded.restored_reason)`,
    [shopId, incarnation, serverStart, highest, restoredReason],
  );
  if (restoredReason === null) return;
  // What a worker of the release before has left in the column counts for nothing, unless the shop needs one already.
  await connection.query(
    `UPDATE shop SET hard_sync_needed_since = now()
     WHERE shop_id = $1 AND (hard_sync_needed_since IS NULL OR ($2 AND NOT refill_due
       AND EXISTS (SELECT FROM shop_baseline AS base WHERE base.shop_id = shop.shop_id)))`,
    [shopId, isNoticedNow],
  );
}

/** What whoever numbers a file must have: there is no other way to a number. */
export interface KnownOrigin {
  /** The number of the shop's next file, as long as the shop's producer lock is held. */
  readonly nextSequence: number;
}

/**
 * Proves, in the transaction of whoever numbers a file and under the shop's producer lock, that the shop's numbers are of
 * this database.
 *
 * Throws HARD_SYNC_REQUIRED for a delta after a restore, DATABASE_READ_ONLY on a standby, and DATABASE_UNREACHABLE
 * when it was started or exchanged since it was checked: the next attempt checks it again. A drain after a restore has
 * its number, and waits in the lane for the Hard Sync like every file.
 */
export async function requireKnownOrigin(
  session: Connection,
  { shopId, kind }: { readonly shopId: string; readonly kind: UploadFileKind },
): Promise<KnownOrigin> {
  const origin = await readOrigin(session, shopId);
  const { restoredReason } = origin;
  if (origin.recordedIncarnation !== null && !isAsRecorded(origin)) {
    throw new AtpError('DATABASE_UNREACHABLE', { reason: 'it was started or exchanged just now' });
  }
  if (restoredReason !== null && kind === 'recent-changes') {
    throw new AtpError('HARD_SYNC_REQUIRED', { shopId, reason: restoredReason });
  }
  return { nextSequence: origin.knownSequence + 1 };
}

/**
 * In the transaction of the first Hard Sync after a restore: supersedes the files that wait, but no drain, forgets what was known of
 * Shopify, and gives all later calls new keys. What the backup knows is older than what was really sent. Without a
 * restore it changes nothing. Returns when the oldest change was made that those files carried.
 */
export async function beginAfterRestore(session: Connection, shopId: string): Promise<string | null> {
  const { rowCount } = await session.query(
    `UPDATE shop_origin SET restored_reason = NULL WHERE shop_id = $1 AND restored_reason IS NOT NULL`,
    [shopId],
  );
  if (rowCount === 0) return null;
  await session.query('UPDATE shop SET restore_generation = restore_generation + 1 WHERE shop_id = $1', [
    shopId,
  ]);
  await session.query(
    `UPDATE shopify_call SET state = 'EXPIRED_UNKNOWN'
     WHERE shop_id = $1 AND state = 'STORED'`,
    [shopId],
  );
  const { rows: superseded } = await session.query<{ oldest: string | null }>(
    `WITH superseded AS (
       UPDATE upload_file SET state = 'SUPERSEDED', closed_at = now()
       WHERE shop_id = $1 AND ${IS_OPEN} AND kind <> 'drain'
       RETURNING oldest_change_at
     ) SELECT min(oldest_change_at)::text AS oldest FROM superseded`,
    [shopId],
  );
  await session.query(
    `UPDATE applied_row SET last_known = NULL, debt = 0, drops = NULL
     WHERE shop_id = $1 AND (last_known IS NOT NULL OR debt > 0 OR drops IS NOT NULL)`,
    [shopId],
  );
  // Logged by another cluster, with numbers that this one has not reached: they would be candidates of every delta.
  for (const log of ['change_log', 'sale_log']) {
    await session.query(`DELETE FROM ${log} WHERE txid >= pg_snapshot_xmax(pg_current_snapshot())`);
  }
  return superseded[0]?.oldest ?? null;
}
