/** What is recorded of an import: its counts, and where its feed lies. */
import { createHash, randomUUID } from 'node:crypto';
import { folderOf, importKeyOfGrown, type Claim } from '../../domain/claim.ts';
import type { ImportCounts } from '../../domain/feed.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import { FILED_FEEDS_WATCHED_MAX, FILED_FEEDS_WATCHED_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

type CountsAsRead = Omit<ImportCounts, 'warnings'> & { readonly warnings: readonly ImportWarning[] };

const COUNTS = `row_count AS rows, applied_count AS applied, failed_count AS failed,
  coalesce(warnings, '[]') AS warnings`;

/** What an import is known by: a file on SFTP is imported once. Of the claim alone it could not tell that the file grew. */
export function importKeyOf({
  claimed,
  sha256,
}: {
  readonly claimed: { readonly path: string } | null;
  readonly sha256: string;
}): string {
  const claim = claimed?.path ?? `import ${randomUUID()}`;
  return createHash('sha256').update(`${claim}\n${sha256}`).digest('hex');
}

export function toCounts({ rows, applied, failed, warnings }: CountsAsRead): ImportCounts {
  return { rows, applied, failed, ...(warnings.length > 0 && { warnings }) };
}

/** The counts of an import; null: it is not recorded. */
export async function readCounts(connection: Connection, key: string): Promise<ImportCounts | null> {
  const { rows } = await connection.query<CountsAsRead>(
    `SELECT ${COUNTS} FROM import_file WHERE sha256 = $1`,
    [key],
  );
  return rows[0] ? toCounts(rows[0]) : null;
}

/**
 * Makes the import of a worker of an earlier release ours, when it died before it moved its feed: it is known by the
 * content alone, and the feed lay in incoming/ still.
 */
export async function adoptImport(
  connection: Connection,
  key: string,
  feed: { readonly sha256: string; readonly fileName: string; readonly claimedPath: string },
): Promise<boolean> {
  const found = await connection.query(
    `SELECT FROM import_file WHERE sha256 = $1 AND file_name = $2 AND content_sha256 IS NULL AND filed_at IS NULL
     FOR UPDATE`,
    [feed.sha256, feed.fileName],
  );
  if (found.rowCount === 0) return false;
  await connection.query(
    `INSERT INTO import_file (sha256, content_sha256, file_name, feed_type, claimed_path, row_count, applied_count,
       failed_count, warnings, imported_at)
     SELECT $1, sha256, file_name, feed_type, $3, row_count, applied_count, failed_count, warnings, imported_at
     FROM import_file WHERE sha256 = $2`,
    [key, feed.sha256, feed.claimedPath],
  );
  await connection.query('UPDATE import_file_error SET sha256 = $1 WHERE sha256 = $2', [key, feed.sha256]);
  await connection.query('DELETE FROM import_file WHERE sha256 = $1', [feed.sha256]);
  return true;
}

/** Records where the feed of a claim lies now. @param filedAs its path; null: it is not known, since another run moved it */
export async function markFiled(
  database: Database,
  claimedPath: string,
  filedAs: string | null,
): Promise<void> {
  // Of a feed that grew before it was filed, only the last import is of what lies there.
  await database.query(
    `UPDATE import_file SET filed_at = now(), filed_as = coalesce(filed_as, CASE WHEN imported_at =
       (SELECT max(imported_at) FROM import_file WHERE claimed_path = $1) THEN $2 END)
     WHERE claimed_path = $1 AND filed_at IS NULL`,
    [claimedPath, filedAs],
  );
}

export interface RecordedImport {
  readonly counts: ImportCounts;
  /** Null: nobody has recorded yet that its feed was moved. */
  readonly filedAt: Date | null;
  /** Null in imports of earlier releases. */
  readonly contentSha256: string | null;
}

type RecordAsRead = CountsAsRead & Omit<RecordedImport, 'counts'>;

const RECORD = `${COUNTS}, filed_at AS "filedAt", content_sha256 AS "contentSha256"`;

/** The last import of a claim; null: nothing of it was imported. By import_file_by_claim. */
export async function findImportOfClaim(
  database: Database,
  claimedPath: string,
): Promise<RecordedImport | null> {
  const [latest] = await database.query<RecordAsRead>(
    `SELECT ${RECORD} FROM import_file
     WHERE claimed_path = $1 ORDER BY imported_at DESC LIMIT 1`,
    [claimedPath],
  );
  return latest ? toRecord(latest) : null;
}

/** The last import of a feed that was sent to this path, whatever its claim, since then: two runs may have found it. */
export async function findImportSince(
  database: Database,
  sentPath: string,
  since: Date,
): Promise<RecordedImport | null> {
  const [latest] = await database.query<RecordAsRead>(
    `SELECT ${RECORD} FROM import_file
     WHERE regexp_replace(claimed_path, '^claimed/[^/]+', 'incoming') = $1 AND imported_at >= $2
     ORDER BY imported_at DESC LIMIT 1`,
    [sentPath, since],
  );
  return latest ? toRecord(latest) : null;
}

function toRecord({ filedAt, contentSha256, ...counts }: RecordAsRead): RecordedImport {
  return { counts: toCounts(counts), filedAt, contentSha256 };
}

/** Whether a later feed of the same folder was imported since the import of one that has grown. Rare, so it reads all. */
export async function isOvertaken(database: Database, grown: Claim): Promise<boolean> {
  const [found] = await database.query<{ isOvertaken: boolean }>(
    `SELECT EXISTS (
       SELECT FROM import_file AS own JOIN import_file AS later ON later.imported_at > own.imported_at
       WHERE starts_with(own.sha256, $1)
         AND regexp_replace(later.claimed_path, '^claimed/[^/]+(.*)/[^/]*$', 'incoming\\1') = $2) AS "isOvertaken"`,
    [importKeyOfGrown(grown), folderOf(grown.sentPath)],
  );
  return found?.isOvertaken ?? false;
}

/** When a feed was filed that has grown since: no count of it was later. Null: it is not known any more. By import_file_pkey. */
export async function findFiledAt(database: Database, grown: Claim): Promise<Date | null> {
  const [found] = await database.query<{ filedAt: Date | null }>(
    `SELECT filed_at AS "filedAt" FROM import_file WHERE starts_with(sha256, $1) LIMIT 1`,
    [importKeyOfGrown(grown)],
  );
  return found?.filedAt ?? null;
}

export interface FiledFeed {
  /** What its import is known by. */
  readonly key: string;
  readonly claimedPath: string;
  readonly filedAs: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** Feeds that were filed not long ago, the last ones: they may have grown since. By import_file_filed. */
export async function listFiledFeeds(database: Database): Promise<readonly FiledFeed[]> {
  return database.query<FiledFeed>(
    `SELECT sha256 AS key, claimed_path AS "claimedPath", filed_as AS "filedAs", size_bytes AS "sizeBytes",
       modified_at AS "modifiedAt"
     FROM import_file
     WHERE filed_as IS NOT NULL AND size_bytes IS NOT NULL
       AND filed_at > clock_timestamp() - make_interval(secs => $1::float8 / 1000)
     ORDER BY filed_at DESC LIMIT $2`,
    [FILED_FEEDS_WATCHED_MS, FILED_FEEDS_WATCHED_MAX],
  );
}

/** Those of the paths under which a feed was filed since then. By import_file_filed. */
export async function findFiledSince(
  database: Database,
  paths: readonly string[],
  since: Date,
): Promise<ReadonlySet<string>> {
  const filed = await database.query<{ path: string }>(
    'SELECT filed_as AS path FROM import_file WHERE filed_at >= $1 AND filed_as = ANY($2)',
    [since, paths],
  );
  return new Set(filed.map(({ path }) => path));
}

/** The feed does not lie there any more. */
export async function forgetFiledAs(database: Database, key: string): Promise<void> {
  await database.query('UPDATE import_file SET filed_as = NULL WHERE sha256 = $1', [key]);
}
