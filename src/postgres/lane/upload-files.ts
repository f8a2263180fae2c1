/** Numbered files of a shop: their facts and their rows. */
import { AtpError } from '../../domain/errors.ts';
import {
  DONE_FILE_STATES,
  OPEN_FILE_STATES,
  uploadFileName,
  type DoneFileState,
  type UploadFileKind,
  type UploadFileState,
} from '../../domain/upload-file.ts';
import {
  PAGES_PER_WINDOW,
  PASSED_ON_FILE_ROWS_MAX,
  PASSED_ON_TIMES_MAX,
  ROWS_PER_CALL,
} from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { EARLIER_RELEASE_WORKS } from '../worker-reports.ts';

export interface UploadFile {
  readonly shopId: string;
  readonly sequence: number;
  readonly kind: UploadFileKind;
  readonly state: UploadFileState;
  readonly facilityGroupId: string;
  readonly locationId: string;
  readonly rowCount: number;
  readonly toZeroCount: number;
  readonly createdAt: Date;
  /** Of the rendered file; null while it is WRITING. */
  readonly sha256: string | null;
  /** Why it is BLOCKED, or why it was BLOCKED when a run tries it again: a code of errors.ts and its message. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** When it was first BLOCKED for what still troubles it, also while a run tries it again; null: nothing does. */
  readonly blockedSince: Date | null;
  /** When it was last BLOCKED, in seconds since 1970, exactly: to be compared. Null: never. */
  readonly lastBlocked: string | null;
  readonly name: string;
}

/** One line of a file. */
export interface UploadFileRow {
  readonly position: number;
  readonly productId: string;
  readonly sku: string;
  readonly inventoryItemId: string;
  /** Online ATP in units. */
  readonly quantity: number;
}

const COLUMNS = `shop_id AS "shopId", sequence, kind, state, facility_group_id AS "facilityGroupId",
  location_id AS "locationId", row_count AS "rowCount", to_zero_count AS "toZeroCount",
  created_at AS "createdAt", sha256, reason_code AS "reasonCode", reason, blocked_since AS "blockedSince",
  extract(epoch FROM blocked_at)::text AS "lastBlocked"`;

/** In SQL, of a row of upload_file: the lane is not done with it. As in the index upload_file_open. */
export const IS_OPEN = `state IN (${OPEN_FILE_STATES.map((state) => `'${state}'`).join(', ')})`;

/** In SQL, of a row of upload_file: the lane is done with it. As in upload_file_to_archive and upload_file_to_purge. */
export const IS_DONE = `state IN (${DONE_FILE_STATES.map((state) => `'${state}'`).join(', ')})`;

/**
 * In SQL, of a row `file` of upload_file and its `shop`: it was made for another location or group than the shop's of now,
 * or the shop is being closed. Nothing new of it is sent; a call whose outcome is unknown is still brought to an end.
 */
export const IS_OUTDATED = `(file.kind <> 'drain' AND (shop.closing_since IS NOT NULL
  OR (file.location_id, file.facility_group_id) <> (shop.location_id, shop.facility_group_id)))`;

type FileRecord = Omit<UploadFile, 'name'>;

function toUploadFile(record: FileRecord): UploadFile {
  return { ...record, name: uploadFileName(record) };
}

export async function findFileOfProducer(
  connection: Connection,
  producerKey: string,
): Promise<UploadFile | null> {
  const { rows } = await connection.query<FileRecord>(
    `SELECT ${COLUMNS} FROM upload_file WHERE producer_key = $1`,
    [producerKey],
  );
  return rows[0] ? toUploadFile(rows[0]) : null;
}

const OF_NUMBER = `SELECT ${COLUMNS} FROM upload_file WHERE shop_id = $1 AND sequence = $2`;

/** Throws UPLOAD_FILE_UNKNOWN. */
export async function findFile(database: Database, shopId: string, sequence: number): Promise<UploadFile> {
  const [record] = await database.query<FileRecord>(OF_NUMBER, [shopId, sequence]);
  if (!record) throw new AtpError('UPLOAD_FILE_UNKNOWN', { shopId, sequence });
  return toUploadFile(record);
}

/** The same, locked until the transaction ends. Throws UPLOAD_FILE_UNKNOWN. */
export async function lockFile(
  connection: Connection,
  shopId: string,
  sequence: number,
): Promise<UploadFile> {
  const { rows } = await connection.query<FileRecord>(`${OF_NUMBER} FOR UPDATE`, [shopId, sequence]);
  if (!rows[0]) throw new AtpError('UPLOAD_FILE_UNKNOWN', { shopId, sequence });
  return toUploadFile(rows[0]);
}

/**
 * In SQL, of rows of upload_file: the order in which the lane comes to them. By their numbers; but a delta that it has taken between
 * two windows of a larger file comes before the rest of that one.
 */
export const ORDER_IN_LANE = 'coalesce(goes_before, sequence), goes_before IS NULL';

/** The head of the shop's lane: the first file that the lane is not done with. By upload_file_open. */
export async function findHeadOfLane(connection: Connection, shopId: string): Promise<UploadFile | null> {
  const { rows } = await connection.query<FileRecord>(
    `SELECT ${COLUMNS} FROM upload_file
     WHERE shop_id = $1 AND ${IS_OPEN}
     ORDER BY ${ORDER_IN_LANE} LIMIT 1`,
    [shopId],
  );
  return rows[0] ? toUploadFile(rows[0]) : null;
}

/**
 * In SQL, of a row of upload_file: it is applied, and may let deltas go before its next window. A drain may not: what follows it is of
 * another location or item.
 */
export const LETS_DELTAS_GO_FIRST = `(state = 'APPLYING' AND kind <> 'drain' AND goes_before IS NULL
  AND row_count > ${PAGES_PER_WINDOW * ROWS_PER_CALL})`;

/**
 * In SQL: the deltas to which file $2 of shop $1 may pass rows on. They follow it, up to the first file that keeps others waiting: one that
 * is not on SFTP, that is blocked, or with which they have more than PASSED_ON_FILE_ROWS_MAX rows. A Hard Sync is no taker: it has every
 * product, so a row might wait behind all of them. Nor does a drain pass on or take: its rows are of items and locations that are left. Nor
 * does a delta pass on that has gone before the rest of a larger file: that rest leaves alone only what the delta has settled. By
 * upload_file_open.
 */
export const TAKERS = `
  SELECT following.sequence FROM (
    SELECT file.sequence, file.kind, file.created_at, bool_and(file.state = 'READY' AND file.kind <> 'hard-sync'
      AND NOT ${IS_OUTDATED}) OVER earlier AND sum(file.row_count) OVER earlier <= ${PASSED_ON_FILE_ROWS_MAX} AS is_near
    FROM upload_file AS file JOIN shop USING (shop_id)
    WHERE file.shop_id = $1 AND file.sequence > $2 AND ${IS_OPEN}
    WINDOW earlier AS (ORDER BY file.sequence)
  ) AS following
  JOIN upload_file AS this ON this.shop_id = $1 AND this.sequence = $2
  WHERE following.is_near AND following.kind = 'recent-changes'
    AND this.kind <> 'drain' AND this.row_count <= ${PASSED_ON_FILE_ROWS_MAX} AND this.goes_before IS NULL
    -- Those that waited when the file was begun have an end.
    AND (this.passed_on_times < ${PASSED_ON_TIMES_MAX} OR following.created_at <= this.started_at)`;

/**
 * In SQL, of a row of upload_file, file $2 of shop $1: it is a delta, and several others may take its rows. One of them that went first
 * could not pass its own rows on, so each of its products would be written once more.
 */
const HAS_BACKLOG = `(kind = 'recent-changes' AND 1 < (SELECT count(*) FROM (${TAKERS}) AS taker))`;

/**
 * The delta that may go before the rest of the file at the head of the lane: the very next one, and only while every call of the
 * head is answered and no worker of a release lives that would go on with the head meanwhile. Null: there is none.
 *
 * @param mayBeOnItsWay of the head: a call of a chunk before this one need not be answered yet
 */
export async function findDeltaToGoFirst(
  connection: Connection,
  { shopId, sequence }: Pick<UploadFile, 'shopId' | 'sequence'>,
  mayBeOnItsWay = 0,
): Promise<UploadFile | null> {
  const { rows } = await connection.query<FileRecord & { readonly isNext: boolean }>(
    `SELECT ${COLUMNS}, state = 'READY' AND kind = 'recent-changes' AS "isNext" FROM upload_file
     WHERE shop_id = $1 AND ${IS_OPEN} AND sequence > $2
       AND EXISTS (SELECT FROM upload_file WHERE shop_id = $1 AND sequence = $2
         AND ${LETS_DELTAS_GO_FIRST} AND NOT ${HAS_BACKLOG})
       AND NOT EXISTS (SELECT FROM shopify_call WHERE shop_id = $1 AND sequence = $2 AND chunk >= $3 AND state = 'STORED')
       AND NOT ${EARLIER_RELEASE_WORKS}
     ORDER BY sequence LIMIT 1`,
    [shopId, sequence, mayBeOnItsWay],
  );
  const [next] = rows;
  return next?.isNext ? toUploadFile(next) : null;
}

/**
 * Whether a delta waits that may go before the rest of this file.
 *
 * @param mayBeOnItsWay or could go, once the calls of chunks before this one are answered
 */
export async function deltaMayGoFirst(
  database: Database,
  file: Pick<UploadFile, 'shopId' | 'sequence'>,
  mayBeOnItsWay: number,
): Promise<boolean> {
  const found = await database.transaction((connection) =>
    findDeltaToGoFirst(connection, file, mayBeOnItsWay),
  );
  return found !== null;
}

/** A file that the lane is done with. */
export interface ClosedUploadFile extends UploadFile {
  readonly state: DoneFileState;
}

/**
 * Files that the lane is done with and that still lie in outgoing/, at most `limit`. Those that could not be moved when
 * that was last tried come last, so that one of them does not keep the others.
 */
export async function listFilesToArchive(
  database: Database,
  shopId: string,
  limit: number,
): Promise<readonly ClosedUploadFile[]> {
  const records = await database.query<Omit<ClosedUploadFile, 'name'>>(
    `SELECT ${COLUMNS} FROM upload_file
     WHERE shop_id = $1 AND archived_at IS NULL AND ${IS_DONE}
     ORDER BY archive_error IS NOT NULL, sequence LIMIT $2`,
    [shopId, limit],
  );
  return records.map((record) => ({ ...record, name: uploadFileName(record) }));
}

export async function isArchived(database: Database, shopId: string, sequence: number): Promise<boolean> {
  const rows = await database.query(
    'SELECT FROM upload_file WHERE shop_id = $1 AND sequence = $2 AND archived_at IS NOT NULL',
    [shopId, sequence],
  );
  return rows.length > 0;
}

export async function markArchived(database: Database, shopId: string, sequence: number): Promise<void> {
  await database.query(
    `UPDATE upload_file SET archived_at = now(), archive_error = NULL
     WHERE shop_id = $1 AND sequence = $2 AND archived_at IS NULL`,
    [shopId, sequence],
  );
}

/** Records why a file could not be moved to the archive. */
export async function markNotArchived(
  database: Database,
  { shopId, sequence }: Pick<UploadFile, 'shopId' | 'sequence'>,
  error: string,
): Promise<void> {
  await database.query('UPDATE upload_file SET archive_error = $3 WHERE shop_id = $1 AND sequence = $2', [
    shopId,
    sequence,
    error,
  ]);
}

/** Files that wait for the archive for longer than they should. */
export interface LateForArchive {
  readonly count: number;
  readonly oldestSequence: number;
  /** When the lane was done with the oldest of them. */
  readonly since: Date;
  /** The last error of any of them; null: moving them was not tried, or its error is not known. */
  readonly error: string | null;
}

/** Null when there are none. By upload_file_to_archive. */
export async function findLateForArchive(
  database: Database,
  shopId: string,
  afterMs: number,
): Promise<LateForArchive | null> {
  const [late] = await database.query<LateForArchive & { readonly since: Date | null }>(
    `SELECT count(*)::int AS count, min(sequence) AS "oldestSequence", min(closed_at) AS since,
       max(archive_error) AS error
     FROM upload_file
     WHERE shop_id = $1 AND archived_at IS NULL AND ${IS_DONE}
       AND closed_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
       -- While a large file is applied, deltas that have gone first wait for the end of it.
       AND NOT EXISTS (SELECT FROM upload_file WHERE shop_id = $1 AND ${LETS_DELTAS_GO_FIRST})`,
    [shopId, afterMs],
  );
  return late && late.count > 0 ? late : null;
}

/** Locations that the shop has left by a drain, and that no other shop of the same store has. By upload_file_pkey. */
export async function listLeftLocations(database: Database, shopId: string): Promise<readonly string[]> {
  const rows = await database.query<{ locationId: string }>(
    `SELECT DISTINCT file.location_id AS "locationId" FROM upload_file AS file JOIN shop USING (shop_id)
     WHERE file.shop_id = $1 AND file.kind = 'drain' AND NOT EXISTS (
       SELECT FROM shop AS there WHERE there.domain = shop.domain AND there.location_id = file.location_id)
     ORDER BY 1`,
    [shopId],
  );
  return rows.map(({ locationId }) => locationId);
}
