/** A shop's files, a page at a time, and one of them with what became of it. */
import { PAGES_PER_WINDOW, ROWS_PER_CALL } from '../../domain/limits.ts';
import { whoMovesOn } from '../../domain/failed-step.ts';
import { AtpError } from '../../domain/errors.ts';
import { uploadFileName, type UploadFileKind, type UploadFileState } from '../../domain/upload-file.ts';
import type { Database } from '../database.ts';
import { ROW_COUNT } from './stored-call.ts';
import { IS_UNDER_WAY, SETTLED_SO_FAR } from './lane-view.ts';

export interface ListedFile {
  readonly sequence: number;
  readonly name: string;
  readonly kind: UploadFileKind;
  readonly status: UploadFileState;
  readonly rows: number;
  readonly toZero: number;
  readonly applied: number;
  /** Rows that needed no write: Shopify showed the value already, less what is kept back for unseen sales. */
  readonly skipped: number;
  readonly quarantined: number;
  readonly owed: number;
  readonly sha256: string | null;
  readonly createdAt: Date;
  readonly readyAt: Date | null;
  readonly startedAt: Date | null;
  readonly closedAt: Date | null;
  readonly archivedAt: Date | null;
  /** When the oldest change was made that it carries; null: nothing had changed. */
  readonly oldestChangeAt: Date | null;
  /** Why it is blocked, or was when it was left out: a code and its message. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly blockedSince: Date | null;
  /** Who gets it moving again; null: it is not blocked. */
  readonly movedOnBy: 'next-run' | 'person' | null;
}

type FileRecord = Omit<ListedFile, 'name' | 'movedOnBy'>;

const COLUMNS = `sequence, kind, state AS status, row_count AS rows, to_zero_count AS "toZero",
  coalesce(settled.applied, applied_count, 0) AS applied, coalesce(settled.unchanged, unchanged_count, 0) AS skipped,
  coalesce(settled.quarantined, quarantined_count, 0) AS quarantined, coalesce(settled.owed, owed_count, 0) AS owed,
  sha256, created_at AS "createdAt", ready_at AS "readyAt", started_at AS "startedAt", closed_at AS "closedAt",
  archived_at AS "archivedAt", oldest_change_at AS "oldestChangeAt", reason_code AS "reasonCode", reason,
  blocked_since AS "blockedSince"`;

/** Of a file under way, what its calls have settled until now is counted. */
const FROM = `FROM upload_file LEFT JOIN LATERAL (${SETTLED_SO_FAR}) AS settled ON ${IS_UNDER_WAY}`;

function toListedFile<R extends FileRecord>(shopId: string, record: R): R & ListedFile {
  return {
    ...record,
    name: uploadFileName({ shopId, ...record }),
    movedOnBy: record.status === 'BLOCKED' ? whoMovesOn(record.reasonCode) : null,
  };
}

/** The newest first, below the number `before`. By upload_file_pkey. */
export async function listFiles(
  database: Database,
  shopId: string,
  page: {
    readonly state: UploadFileState | null;
    readonly kind: UploadFileKind | null;
    readonly before: number | null;
    readonly limit: number;
  },
): Promise<readonly ListedFile[]> {
  const records = await database.query<FileRecord>(
    `SELECT ${COLUMNS} ${FROM}
     WHERE shop_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
       AND ($4::bigint IS NULL OR sequence < $4)
     ORDER BY sequence DESC LIMIT $5`,
    [shopId, page.state, page.kind, page.before, page.limit],
  );
  return records.map((record) => toListedFile(shopId, record));
}

/** Calls of one window of a file: the part of it that one activity applies. */
export interface FileWindow {
  readonly window: number;
  /** Its rows, by their positions in the file. */
  readonly rows: number;
  readonly calls: number;
  /** Calls that Shopify has taken, and their rows. */
  readonly taken: number;
  readonly takenRows: number;
  readonly refused: number;
  /** Calls that were sent and not answered, or not yet. */
  readonly unanswered: number;
  readonly unansweredRows: number;
  readonly firstSentAt: Date;
  readonly lastAnsweredAt: Date | null;
}

export interface FileDetails extends ListedFile {
  readonly locationId: string;
  /** The run that has made it, and the one that has begun to apply it last: `<workflow id> <run id>`; null: not recorded. */
  readonly producerKey: string;
  /** The plan whose approval has made it; null: none has, or it is not known any more. */
  readonly approvedPlan: number | null;
  readonly applierKey: string | null;
  /** When its rows and calls were removed; null: they are kept. */
  readonly rowsPurgedAt: Date | null;
}

/** @throws AtpError UPLOAD_FILE_UNKNOWN */
export async function readFileDetails(
  database: Database,
  shopId: string,
  sequence: number,
): Promise<FileDetails> {
  const [record] = await database.query<FileRecord & Omit<FileDetails, keyof ListedFile>>(
    `SELECT ${COLUMNS}, location_id AS "locationId", producer_key AS "producerKey", applier_key AS "applierKey",
       rows_purged_at AS "rowsPurgedAt",
       (SELECT plan FROM sync_plan WHERE approval_key = upload_file.producer_key) AS "approvedPlan" ${FROM}
     WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence],
  );
  if (!record) throw new AtpError('UPLOAD_FILE_UNKNOWN', { shopId, sequence });
  return toListedFile(shopId, record);
}

/** The windows of which calls are kept, in their order. By shopify_call_pkey. */
export async function listWindows(
  database: Database,
  shopId: string,
  sequence: number,
  rowCount: number,
): Promise<readonly FileWindow[]> {
  return database.query<FileWindow>(
    `SELECT window_number AS window, least($3 - window_number * $4::int, $4::int) AS rows, count(*)::int AS calls,
       count(*) FILTER (WHERE state = 'APPLIED')::int AS taken,
       coalesce(sum(rows) FILTER (WHERE state = 'APPLIED'), 0)::int AS "takenRows",
       count(*) FILTER (WHERE state = 'REFUSED')::int AS refused,
       count(*) FILTER (WHERE ${IS_UNANSWERED})::int AS unanswered,
       coalesce(sum(rows) FILTER (WHERE ${IS_UNANSWERED}), 0)::int AS "unansweredRows",
       min(stored_at) AS "firstSentAt", max(answered_at) AS "lastAnsweredAt"
     FROM (
       SELECT chunk / ${PAGES_PER_WINDOW} AS window_number, state, stored_at, answered_at, ${ROW_COUNT} AS rows
       FROM shopify_call AS call WHERE shop_id = $1 AND sequence = $2
     ) AS call
     GROUP BY window_number ORDER BY window_number`,
    [shopId, sequence, rowCount, PAGES_PER_WINDOW * ROWS_PER_CALL],
  );
}

const IS_UNANSWERED = `state IN ('STORED', 'EXPIRED_UNKNOWN')`;

/** What the last verification of all products has read back of a file's rows. */
export interface ReadBack {
  readonly verifiedAt: Date;
  /** Rows of products that are mapped, and that no later file had settled when it ended. */
  readonly rows: number;
  readonly equal: number;
  readonly different: number;
}

/**
 * Null: no verification of all products has begun to compare since the file was done, or its differences are too many to
 * be kept. By verification_history_by_time.
 */
export async function findReadBack(
  database: Database,
  shopId: string,
  sequence: number,
): Promise<ReadBack | null> {
  const [found] = await database.query<ReadBack>(
    `SELECT last.verified_at AS "verifiedAt", counted.rows, counted.rows - counted.different AS equal, counted.different
     FROM upload_file AS file
     JOIN LATERAL (
       SELECT began_at, verified_at, read_back FROM verification_history
       WHERE shop_id = $1 AND NOT is_sample ORDER BY verified_at DESC LIMIT 1
     ) AS last ON last.read_back IS NOT NULL AND last.began_at > file.closed_at
     CROSS JOIN LATERAL (
       SELECT coalesce((last.read_back -> file.sequence::text ->> 0)::int, 0) AS rows,
         coalesce((last.read_back -> file.sequence::text ->> 1)::int, 0) AS different
     ) AS counted
     WHERE file.shop_id = $1 AND file.sequence = $2`,
    [shopId, sequence],
  );
  return found ?? null;
}
