/**
 * Imports a feed, once by its claim: one transaction stages all rows, refuses those that are at fault, and posts the others
 * to the ledger.
 */
import { createHash, randomUUID } from 'node:crypto';
import { AtpError, isCoded, type ErrorCode, type ErrorDetail } from '../../domain/errors.ts';
import type { FeedRow, ImportCounts, RefusedRow } from '../../domain/feed.ts';
import { kindOf } from '../../domain/feed-kind.ts';
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { FeedContents, FeedType } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import { IMPORT_WAIT_MS, REFUSED_ROWS_PER_PAGE } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { isDeadlock, isLockTimeout, isOutOfRange } from '../sql-state.ts';
import { recordFeedCame } from './expected-feeds.ts';
import { applyFacilities, FACILITY_STAGING } from './imp-facility.ts';
import { applyFacilitySettings, FACILITY_SETTING_STAGING } from './imp-prod-facility.ts';
import { applyProducts, PRODUCT_STAGING } from './imp-product.ts';
import { applyThresholds, THRESHOLD_STAGING } from './imp-threshold.ts';
import { applyInventoryVariance, VARIANCE_STAGING } from './inventory-variance.ts';
import { applyOrderItems, ORDER_ITEM_STAGING } from './order-items.ts';
import { adoptImport, readCounts, toCounts } from './import-records.ts';
import { nameLikelyProducts } from './name-likely-products.ts';
import { findNewestPosting, previewPostings } from './preview.ts';
import { endRefusedFeeds, recordRefusedRows } from './refused-feeds.ts';
import { applyCount, applyResetInventory, RESET_STAGING } from './reset-inventory.ts';
import { dropAppliedRows, findSentBefore } from './sent-again.ts';
import { applyOrderWatermark, ORDER_WATERMARK_STAGING } from './order-watermark.ts';
import { applyShopifyInventory, SHOPIFY_INVENTORY_STAGING } from './shopify-inventory.ts';
import { applyTransfers, TRANSFER_STAGING } from './transfers.ts';
import { stageRows, type StagingShape } from './staging.ts';

export interface Feed<Type extends FeedType> {
  /** Of the content. */
  readonly sha256: string;
  readonly fileName: string;
  readonly type: Type;
  /** When its file was written, by the clock of the machine on which it lies. */
  readonly writtenAt: Date;
  /** The file on SFTP; null: it lies on a machine of ours, and each import of it is one of its own. */
  readonly claimed: ClaimedFile | null;
  readonly rows: AsyncIterable<FeedRow<Type>>;
  /** What becomes of several counts of one product at one facility; absent: unequal ones are refused. */
  readonly equalKeys?: EqualKeyRule | null;
}

export interface ClaimedFile {
  /** `claimed/…`. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface ImportOptions {
  /** Undoes everything at the end: nothing changes, but the counts and the refused rows are told. */
  readonly dryRun: boolean;
  /** Called with the refused rows, in their order, before the transaction ends; not called when there are none. */
  readonly onRefused: (rows: AsyncIterable<RefusedRow>) => Promise<void>;
  /** Called last before the COMMIT: whether the file is still as it was read. If not, nothing is applied. */
  readonly isUnchanged?: () => Promise<boolean>;
  /** How long it waits for rows that another transaction has locked; absent: IMPORT_WAIT_MS. */
  readonly waitMs?: number;
}

type FeedFile = Pick<Feed<FeedType>, 'fileName' | 'writtenAt' | 'equalKeys'>;

interface FeedSql<Content> {
  readonly staging: StagingShape<Content>;
  /** Adds the rows that are at fault to `refused_row` and applies all others; of these it may have something to tell. */
  readonly apply: (connection: Connection, feed: FeedFile) => Promise<readonly ImportWarning[] | void>;
}

const FEED_SQL: { readonly [Type in FeedType]: FeedSql<FeedContents[Type]> } = {
  RESET_INVENTORY: { staging: RESET_STAGING, apply: applyResetInventory },
  REC_INV_COUNT: { staging: RESET_STAGING, apply: applyCount },
  MDM_INV_VARIANCE: { staging: VARIANCE_STAGING, apply: applyInventoryVariance },
  TRANSFER: { staging: TRANSFER_STAGING, apply: applyTransfers },
  ORDER_ITEMS: { staging: ORDER_ITEM_STAGING, apply: applyOrderItems },
  ORDER_WATERMARK: { staging: ORDER_WATERMARK_STAGING, apply: applyOrderWatermark },
  SHOPIFY_INVENTORY: { staging: SHOPIFY_INVENTORY_STAGING, apply: applyShopifyInventory },
  IMP_PRODUCT: { staging: PRODUCT_STAGING, apply: applyProducts },
  IMP_FACILITY: { staging: FACILITY_STAGING, apply: applyFacilities },
  IMP_PROD_FACILITY: { staging: FACILITY_SETTING_STAGING, apply: applyFacilitySettings },
  IMP_THRESHOLD: { staging: THRESHOLD_STAGING, apply: applyThresholds },
};

/**
 * Imports the good rows of a feed and records the refused ones; or finds that an earlier run has done so and stopped
 * before it filed the feed. Of a difference that is sent again after some rows were refused, it applies those rows only.
 *
 * @throws AtpError FEED_ALREADY_IMPORTED (a difference that is probably sent twice by mistake), FEED_UNSETTLED,
 *   LEVEL_OUT_OF_RANGE (the file as a whole), IMPORT_BUSY, and what `rows` throws
 */
export async function importFeed<Type extends FeedType>(
  database: Database,
  feed: Feed<Type>,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { waitMs = IMPORT_WAIT_MS } = options;
  const key = importKeyOf(feed);
  return database.session(async (connection) => {
    await connection.query('BEGIN');
    try {
      await connection.query(`SET LOCAL lock_timeout = ${waitMs}`);
      const newestBefore = options.dryRun ? await findNewestPosting(connection) : null;
      const counts =
        (await findEarlierCounts(connection, key, feed)) ?? (await applyFeed(connection, key, feed));
      if (counts.failed > 0) await options.onRefused(readRefusedRows(connection, key));
      if (options.isUnchanged && !(await options.isUnchanged())) {
        throw new AtpError('FEED_UNSETTLED', { fileName: feed.fileName });
      }
      if (newestBefore === null) {
        await connection.query('COMMIT');
        return counts;
      }
      const preview = await previewPostings(connection, newestBefore);
      await connection.query('ROLLBACK');
      return { ...counts, preview };
    } catch (error) {
      // The first error says what went wrong; a ROLLBACK on a dead connection would hide it.
      await connection.query('ROLLBACK').catch(() => undefined);
      // A statement of its own: nothing of the feed is applied, and still it came.
      if (isCoded(error, 'FEED_ALREADY_IMPORTED') && !options.dryRun) {
        await recordFeedCame(connection, feed.type);
      }
      throw toCodedError(error, feed.fileName, waitMs);
    }
  });
}

/** What an import is known by: a file on SFTP is imported once. Of the claim alone it could not tell that the file grew. */
function importKeyOf({ claimed, sha256 }: Pick<Feed<FeedType>, 'claimed' | 'sha256'>): string {
  const claim = claimed?.path ?? `import ${randomUUID()}`;
  return createHash('sha256').update(`${claim}\n${sha256}`).digest('hex');
}

/** The counts of an earlier run that imported this file and did not move it; its refused rows are recorded, too. */
async function findEarlierCounts(
  connection: Connection,
  key: string,
  { sha256, fileName, type, writtenAt, claimed }: Feed<FeedType>,
): Promise<ImportCounts | null> {
  if (claimed && (await adoptImport(connection, key, { sha256, fileName, claimedPath: claimed.path }))) {
    return readCounts(connection, key);
  }
  // Waits while another transaction imports the same file.
  const taken = await connection.query(
    `INSERT INTO import_file (sha256, content_sha256, file_name, feed_type, claimed_path, size_bytes, modified_at,
       row_count, applied_count, failed_count, filed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, CASE WHEN $5::text IS NULL THEN now() END)
     ON CONFLICT (sha256) DO NOTHING`,
    [key, sha256, fileName, type, claimed?.path ?? null, claimed?.sizeBytes ?? null, writtenAt],
  );
  return taken.rowCount === 1 ? null : readCounts(connection, key);
}

async function applyFeed<Type extends FeedType>(
  connection: Connection,
  key: string,
  { sha256, type, rows, claimed, ...file }: Feed<Type>,
): Promise<ImportCounts> {
  const { staging, apply }: FeedSql<FeedContents[Type]> = FEED_SQL[type];
  const earlier =
    kindOf(type) === 'difference'
      ? await findSentBefore(connection, { key, sha256, fileName: file.fileName })
      : null;
  if (earlier?.failed === 0) {
    throw new AtpError('FEED_ALREADY_IMPORTED', { fileName: file.fileName, at: earlier.at.toISOString() });
  }
  const sent = await stageRows<Type>(connection, staging, rows);
  const applied = earlier ? await dropAppliedRows(connection, earlier.key) : 0;
  const rowCount = sent - applied;
  const warnings = (await apply(connection, file)) ?? [];
  await nameLikelyProducts(connection);
  const failed = await recordRefusals(connection, key);
  const counts = toCounts({ rows: rowCount, applied: rowCount - failed, failed, warnings });
  await connection.query(
    `UPDATE import_file SET row_count = $2, applied_count = $3, failed_count = $4, warnings = $5 WHERE sha256 = $1`,
    [
      key,
      counts.rows,
      counts.applied,
      counts.failed,
      counts.warnings ? JSON.stringify(counts.warnings) : null,
    ],
  );
  await recordFeedCame(connection, type);
  // Whoever imports a file by hand sees what is refused. And an empty feed proves nothing of the one before.
  if (failed > 0 && claimed) {
    await recordRefusedRows(connection, { fileName: file.fileName, type, sentAt: file.writtenAt }, failed);
  }
  if (failed === 0 && rowCount > 0) await endRefusedFeeds(connection, type);
  return counts;
}

interface StagedRefusal {
  readonly rowNumber: number;
  readonly columnName: string;
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/** Turns codes into sentences, a page in memory at a time; the rows' values never leave the database. */
async function recordRefusals(connection: Connection, key: string): Promise<number> {
  let failed = 0;
  for (let after = 0; ;) {
    const { rows: page } = await connection.query<StagedRefusal>(
      `SELECT row_number AS "rowNumber", column_name AS "columnName", code, detail
       FROM refused_row WHERE row_number > $1 ORDER BY row_number LIMIT $2`,
      [after, REFUSED_ROWS_PER_PAGE],
    );
    const last = page.at(-1);
    if (!last) return failed;
    // Made only now, since most feeds have no refused row. By it each page reads its own part of the rows.
    if (failed === 0) await connection.query('CREATE UNIQUE INDEX ON staged_row (row_number)');
    await connection.query(
      `INSERT INTO import_file_error (sha256, row_number, column_name, code, message, row_values)
       SELECT $1, refusal.row_number, refusal.column_name, refusal.code, refusal.message, staged.row_values
       FROM unnest($2::int[], $3::text[], $4::text[], $5::text[])
         AS refusal (row_number, column_name, code, message)
       JOIN staged_row AS staged USING (row_number)
       WHERE staged.row_number BETWEEN $6 AND $7`,
      [
        key,
        page.map(({ rowNumber }) => rowNumber),
        page.map(({ columnName }) => columnName),
        page.map(({ code }) => code),
        page.map(({ code, detail }) => new AtpError(code, detail).message),
        page[0]?.rowNumber,
        last.rowNumber,
      ],
    );
    failed += page.length;
    after = last.rowNumber;
  }
}

/** By import_file_error_pkey. */
async function* readRefusedRows(connection: Connection, key: string): AsyncGenerator<RefusedRow> {
  for (let after = 0; ;) {
    const { rows: page } = await connection.query<RefusedRow>(
      `SELECT row_number AS "rowNumber", column_name AS "column", code, message, row_values AS "values"
       FROM import_file_error WHERE sha256 = $1 AND row_number > $2 ORDER BY row_number LIMIT $3`,
      [key, after, REFUSED_ROWS_PER_PAGE],
    );
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.rowNumber;
  }
}

/** The coded error for what Postgres says when another transaction is in the way, or when a level cannot hold its sum. */
function toCodedError(error: unknown, fileName: string, waitMs: number): unknown {
  if (isLockTimeout(error)) {
    return new AtpError(
      'IMPORT_BUSY',
      { fileName, reason: `it has waited for ${waitMs / 1000} s` },
      { cause: error },
    );
  }
  if (isDeadlock(error)) {
    const reason = 'each had locked rows that the other needed';
    return new AtpError('IMPORT_BUSY', { fileName, reason }, { cause: error });
  }
  return isOutOfRange(error) ? new AtpError('LEVEL_OUT_OF_RANGE', {}, { cause: error }) : error;
}
