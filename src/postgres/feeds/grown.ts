/**
 * A feed that grew after it was imported, where it lies or by another upload. What it has told already is not told again: it would happen
 * twice, or set back what others have said since.
 */
import { claimedPath, importKeyOfGrown, isOfGrown, type Claim } from '../../domain/claim.ts';
import { FEED_BEGINNINGS_MAX, FEED_HELD_DAYS_FOUND } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { STANDING_IMPORT, STANDING_INSTANT } from './last-count.ts';
import { SENDING_LOCK } from './sent-again.ts';

/** What a feed was when it was imported, before it grew. */
export interface EarlierContent {
  /** What its import is known by. */
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly type: string;
}

export interface GrownFrom {
  readonly key: string;
  /** Rows up to this number are as they were then; 0: none is. */
  readonly lastToldRow: number;
  /** The number of that import, if this is another upload; absent: it grew where it lies. */
  readonly importId?: number;
}

/** What another upload may begin with. */
export interface EarlierUpload extends EarlierContent {
  readonly importId: number;
}

const EARLIER = `sha256 AS key, content_sha256 AS sha256, size_bytes AS "sizeBytes", feed_type AS type`;

/**
 * What was imported of a claim with other content; null: nothing, or nobody knows it any more. By import_file_by_claim and
 * import_file_pkey.
 */
export async function findEarlierContent(
  database: Database,
  claim: Claim,
  sha256: string,
): Promise<EarlierContent | null> {
  const [latest] = await database.query<EarlierContent>(
    `SELECT ${EARLIER} FROM import_file WHERE claimed_path = $1 AND content_sha256 IS NOT NULL
     ORDER BY imported_at DESC LIMIT 1`,
    [claimedPath(claim)],
  );
  if (latest) return latest.sha256 === sha256 ? null : latest;
  if (!isOfGrown(claim)) return null;
  const [filed] = await database.query<EarlierContent>(
    `SELECT ${EARLIER} FROM import_file WHERE starts_with(sha256, $1) LIMIT 1`,
    [importKeyOfGrown(claim)],
  );
  return filed ?? null;
}

/**
 * What was applied under a name within so many days before the feed came, and stands; the last ones first. By feed_import_came and
 * import_file_pkey.
 */
export async function listEarlierUploads(
  database: Database,
  feed: {
    readonly key: string;
    readonly source: string;
    readonly fileName: string;
    readonly type: string;
    readonly sizeBytes: number;
  },
  days: number,
): Promise<readonly EarlierUpload[]> {
  // What is held is asked again once it is approved: as of when it came, however long that took.
  return database.query<EarlierUpload>(
    `WITH own AS MATERIALIZED (
       SELECT coalesce((SELECT came_at FROM feed_import WHERE import_key = $1), now()) AS came_at)
     SELECT sha256 AS key, content_sha256 AS sha256, file.size_bytes AS "sizeBytes", file.feed_type AS type,
       import_id AS "importId"
     FROM feed_import AS feed JOIN import_file AS file ON sha256 = import_key
     WHERE feed.source = $2 AND feed.came_at > (SELECT came_at FROM own) - make_interval(days => $6::int + $7::int)
       AND feed.file_name = $3 AND feed.feed_type = $4 AND state IN ('applying', 'applied')
       AND file.imported_at > (SELECT came_at FROM own) - make_interval(days => $6::int)
       AND applied_count > 0 AND content_sha256 IS NOT NULL AND file.size_bytes <= $5
     ORDER BY import_id DESC LIMIT $8`,
    [
      ...[feed.key, feed.source, feed.fileName, feed.type, feed.sizeBytes],
      ...[days, FEED_HELD_DAYS_FOUND, FEED_BEGINNINGS_MAX],
    ],
  );
}

/** How many rows an import has refused, from this one on. By import_file_error_pkey. */
export async function countRefusedFrom(database: Database, key: string, rowNumber: number): Promise<number> {
  const [found] = await database.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM import_file_error WHERE sha256 = $1 AND row_number >= $2',
    [key, rowNumber],
  );
  return found?.rows ?? 0;
}

/**
 * Rows that are as they were when they were imported. What was refused then is told for the first time if it is good now; but not if it
 * was sent again meanwhile, or came with a part that grew before: then one of these has told it, unless it was undone. $1: the import before
 * it grew, $2: its last row that is the same, $3: this import. By import_file_by_content and import_file_grown.
 */
const FIND_TOLD = `
  CREATE TEMPORARY TABLE told_row ON COMMIT DROP AS
  WITH RECURSIVE sending (key) AS (
    SELECT same.sha256 FROM import_file AS own LEFT JOIN feed_import AS own_feed ON own_feed.import_key = own.sha256
    JOIN import_file AS same ON coalesce(same.content_sha256, same.sha256) = coalesce(own.content_sha256, own.sha256)
      AND same.file_name = own.file_name
    LEFT JOIN feed_import AS same_feed ON same_feed.import_key = same.sha256
    WHERE own.sha256 = $1 AND (same_feed.source <> own_feed.source) IS NOT TRUE
    UNION
    SELECT grown.sha256 FROM sending JOIN import_file AS grown ON grown.grown_from = sending.key WHERE grown.sha256 <> $3
  )
  SELECT row_number FROM staged_row AS row
  WHERE row_number <= $2 AND EXISTS (SELECT FROM sending
    WHERE NOT EXISTS (SELECT FROM import_file_error AS refused
        WHERE refused.sha256 = sending.key AND refused.row_number = row.row_number)
      AND (sending.key = $1 OR NOT EXISTS (SELECT FROM feed_import AS undone
        WHERE undone.import_key = sending.key AND undone.state = 'undone')))`;

/**
 * Makes `told_row` of the rows of `staged_row` that were told before. Sendings of the content that it was before wait until the transaction has
 * ended.
 */
export async function findToldRows(
  connection: Connection,
  key: string,
  { key: earlier, lastToldRow }: GrownFrom,
): Promise<void> {
  await connection.query(
    `SELECT pg_advisory_xact_lock($1, hashtext(coalesce(content_sha256, sha256))) FROM import_file WHERE sha256 = $2`,
    [SENDING_LOCK, earlier],
  );
  await connection.query(FIND_TOLD, [earlier, lastToldRow, key]);
  await connection.query('ANALYZE told_row');
}

/** Takes them out of `staged_row`: what is left is what has come behind. @returns how many */
export async function dropToldRows(connection: Connection): Promise<number> {
  const dropped = await connection.query(
    'DELETE FROM staged_row USING told_row WHERE told_row.row_number = staged_row.row_number',
  );
  await connection.query('ANALYZE staged_row');
  return dropped.rowCount ?? 0;
}

/**
 * A count of several rows, of which some came before the others, is right as of the first of them: what has happened since is kept on top. $1: the
 * import before it grew. By last_count_pkey.
 */
const DATE_TOLD = `
  UPDATE resolved_row AS row SET as_of = coalesce(
    (SELECT ${STANDING_INSTANT} FROM last_count AS last JOIN feed_import AS import ON import.import_id = ${STANDING_IMPORT}
     WHERE import.import_key = $1 AND last.product_id = row.product_id AND last.facility_id = row.facility_id),
    (SELECT imported_at FROM import_file WHERE sha256 = $1))
  FROM told_row WHERE told_row.row_number = row.row_number AND row.as_of IS NULL`;

/** To be called before rows of one level are added up. */
export async function dateToldRows(connection: Connection, { key }: GrownFrom): Promise<void> {
  await connection.query(DATE_TOLD, [key]);
}

/** The file still names these levels, so they are not absent; but it says nothing new of them. */
const LEAVE_TOLD = `
  DELETE FROM counted USING told_row WHERE told_row.row_number = counted.row_number AND NOT EXISTS (
    SELECT FROM picked_row AS picked
    WHERE picked.is_picked AND picked.product_id = counted.product_id AND picked.facility_id = counted.facility_id
      AND NOT EXISTS (SELECT FROM told_row AS told WHERE told.row_number = picked.row_number))`;

/** Leaves the levels out of `counted` of which all rows were told before. */
export async function leaveToldCounts(connection: Connection): Promise<void> {
  await connection.query(LEAVE_TOLD);
}
