/**
 * Imports a feed, once by its claim: one transaction stages all rows, refuses those that are at fault, and posts the others
 * to the ledger. Of a large feed it keeps the postings, which are then made in chunks.
 */
import { AtpError, isCoded } from '../../domain/errors.ts';
import type { FeedRow, ImportCounts, RefusedRow } from '../../domain/feed.ts';
import { isCount, kindOf } from '../../domain/feed-kind.ts';
import {
  isComplete,
  reasonsInWords,
  whyHeld,
  type FeedEffect,
  type HoldReason,
} from '../../domain/feed-gates.ts';
import { NO_SETTINGS, type EqualKeyRule, type SourceSettings } from '../../domain/feed-source.ts';
import type { FeedContents, FeedType } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import { FEED_DUPLICATE_DAYS, IMPORT_CHUNK_ROWS, IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { readEffect } from './effect.ts';
import {
  findHeldAround,
  forgetHeldLevels,
  keepHeldLevels,
  replaceHeld,
  type HeldAround,
} from './held-levels.ts';
import { countAbsent } from './complete.ts';
import { recordFeedCame } from './expected-feeds.ts';
import { applyFacilities, FACILITY_STAGING } from './imp-facility.ts';
import { applyFacilitySettings, FACILITY_SETTING_STAGING } from './imp-prod-facility.ts';
import { applyProducts, PRODUCT_STAGING } from './imp-product.ts';
import { applyThresholds, THRESHOLD_STAGING } from './imp-threshold.ts';
import { holdFeed, readRecordedEffect, recordApplied, takeNumber } from './feed-imports.ts';
import { readGateFacts } from './gate-facts.ts';
import { dropToldRows, findToldRows, type GrownFrom } from './grown.ts';
import { applyInventoryVariance, VARIANCE_STAGING } from './inventory-variance.ts';
import { applyOrderItems } from './order-items.ts';
import { ORDER_ITEM_STAGING } from './pending-orders.ts';
import type { ChunkOptions } from './apply-chunks.ts';
import { beginChunks, findBrokenOff } from './import-chunks.ts';
import { boundMemory } from './import-memory.ts';
import { stuckError, toCodedError } from './import-errors.ts';
import { finishOthers, postLater, refuseUndone, takeTurn } from './import-in-turn.ts';
import { adoptImport, importKeyOf, readCounts, toCounts } from './import-records.ts';
import type { PostedLater } from './pending-postings.ts';
import { nameLikelyFacilities } from './name-likely-facilities.ts';
import { nameLikelyProducts } from './name-likely-products.ts';
import { requireFewRows } from './require-few-rows.ts';
import { endRefusedFeeds, recordRefusedRows } from './refused-feeds.ts';
import { readRefusedRows, recordRefusals } from './refused-rows.ts';
import { applyCount, applyResetInventory, RESET_STAGING } from './reset-inventory.ts';
import { dropAppliedRows, findSentBefore, type SentBefore } from './sent-again.ts';
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
  /** The folder that it was sent to; absent: it came from a machine of ours. */
  readonly source?: string;
  /** The source whose settings it has, where it came from a machine of ours. */
  readonly sender?: string;
  /** What was said of its source; absent: nothing. */
  readonly settings?: SourceSettings;
  /** What its counts are about, where they do not say so; absent: the moment at which it is applied. */
  readonly countedAt?: Date;
  /** What it was when it was imported before; absent: it has not grown since. */
  readonly grown?: GrownFrom;
  /** Our name of each of its columns; null: nothing reads it. Absent: they are not known. */
  readonly columns?: readonly (string | null)[];
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
  /**
   * Whether the file is still as it was read; if not, nothing is applied. Called as late as no level is locked: a server that answers
   * slowly must keep no order waiting.
   */
  readonly isUnchanged?: () => Promise<boolean>;
  /** Called with what it changes, and with what gates say of it, before the transaction ends. */
  readonly onJudged?: (judged: JudgedImport) => void;
  /** A person applies it whatever gates say. */
  readonly passesGates?: boolean;
  /** How long it waits for rows that another transaction has locked; absent: IMPORT_WAIT_MS. */
  readonly waitMs?: number;
  /** A feed with more rows is posted in chunks of about so many; absent: IMPORT_CHUNK_ROWS. */
  readonly chunkRows?: number;
  /** Chunks that are applied at the same time; absent: IMPORT_CHUNKS_AT_ONCE. */
  readonly chunksAtOnce?: ChunkOptions['chunksAtOnce'];
  /** Called after each chunk. */
  readonly onChunk?: ChunkOptions['onChunk'];
}

export interface JudgedImport {
  readonly importId: number;
  readonly effect: FeedEffect;
  /** Why it is held, or would be; empty: nothing speaks against it. */
  readonly reasons: readonly HoldReason[];
}

type FeedFile = Pick<Feed<FeedType>, 'fileName' | 'writtenAt'> & {
  readonly equalKeys: EqualKeyRule | null;
  /** What a count is about that does not say so itself; null: the moment at which it is applied. */
  readonly asOf: Date | null;
  /** Null: it is posted at once. */
  readonly later: PostedLater | null;
  /** Whether an open state of an order line opens it again that was closed. */
  readonly mayReopen: boolean;
  /** The source, where it says that what its counts do not name is zero. */
  readonly completeOf: string | null;
  /** What it was before it grew; null: it has not. */
  readonly grown: GrownFrom | null;
  /** Our name of each of its columns; null: nothing reads it. */
  readonly columns: readonly (string | null)[];
};

interface FeedSql<Content> {
  readonly staging: StagingShape<Content>;
  /** Adds the rows that are at fault to `refused_row` and applies all others; of these it may have something to tell. */
  readonly apply: (connection: Connection, feed: FeedFile) => Promise<readonly ImportWarning[] | void>;
  /** Whether `apply` can keep its postings for later. */
  readonly isPostedInChunks?: true;
}

const FEED_SQL: { readonly [Type in FeedType]: FeedSql<FeedContents[Type]> } = {
  RESET_INVENTORY: { staging: RESET_STAGING, apply: applyResetInventory, isPostedInChunks: true },
  REC_INV_COUNT: { staging: RESET_STAGING, apply: applyCount, isPostedInChunks: true },
  MDM_INV_VARIANCE: { staging: VARIANCE_STAGING, apply: applyInventoryVariance, isPostedInChunks: true },
  TRANSFER: { staging: TRANSFER_STAGING, apply: applyTransfers },
  ORDER_ITEMS: { staging: ORDER_ITEM_STAGING, apply: applyOrderItems },
  ORDER_WATERMARK: { staging: ORDER_WATERMARK_STAGING, apply: applyOrderWatermark },
  SHOPIFY_INVENTORY: {
    staging: SHOPIFY_INVENTORY_STAGING,
    apply: applyShopifyInventory,
    isPostedInChunks: true,
  },
  IMP_PRODUCT: { staging: PRODUCT_STAGING, apply: applyProducts },
  IMP_FACILITY: { staging: FACILITY_STAGING, apply: applyFacilities },
  IMP_PROD_FACILITY: {
    staging: FACILITY_SETTING_STAGING,
    apply: applyFacilitySettings,
    isPostedInChunks: true,
  },
  IMP_THRESHOLD: { staging: THRESHOLD_STAGING, apply: applyThresholds },
};

/**
 * Imports the good rows of a feed and records the refused ones; or finds that an earlier run has done so and stopped
 * before it filed the feed. Of a difference that is sent again after some rows were refused, it applies those rows only.
 *
 * @throws AtpError FEED_HELD (a file on SFTP waits for a person), FEED_IMPLAUSIBLE and FEED_ALREADY_IMPORTED (the same for
 *   one of a machine of ours), FEED_REJECTED, FEED_REPLACED, FEED_UNSETTLED, LEVEL_OUT_OF_RANGE (the file as a whole),
 *   FEED_ROWS_TOO_MANY, IMPORT_BUSY, IMPORT_UNDONE (by a person, meanwhile), and what `rows` throws; once it is judged only IMPORT_UNFINISHED (others go
 *   on with it), IMPORT_STUCK and IMPORT_UNDONE
 */
export async function importFeed<Type extends FeedType>(
  database: Database,
  feed: Feed<Type>,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { waitMs = IMPORT_WAIT_MS, dryRun } = options;
  const { fileName, type } = feed;
  const key = importKeyOf(feed);
  return database.session(async (connection) => {
    try {
      await boundMemory(connection);
      const stuck = await finishOthers(database, connection, feed, options);
      await connection.query('BEGIN');
      await connection.query(`SET LOCAL lock_timeout = ${waitMs}`);
      const earlier = await findEarlierCounts(connection, key, feed);
      if (earlier) await refuseUndone(connection, key);
      const { counts, judged } = earlier
        ? { counts: earlier, judged: null }
        : await applyFeed(connection, key, feed, options, stuck);
      const isHeld = judged !== null && judged.reasons.length > 0 && judged.isGated && !dryRun;
      const isLater = judged?.isPostedLater === true && !isHeld && !dryRun;
      const later = isLater ? judged.importId : earlier && (await findBrokenOff(connection, key));
      const tell = async ({ failed }: ImportCounts, effect = judged?.effect) => {
        if (failed > 0 && !isHeld) await options.onRefused(readRefusedRows(connection, key));
        if (judged) options.onJudged?.({ ...judged, effect: effect ?? judged.effect });
      };
      if (later === null) await tell(counts);
      if (judged === null || judged.isPostedLater) await requireUnchanged(feed, options);
      if (isHeld && feed.claimed !== null && isCount(type))
        await keepHeldLevels(database, connection, judged.importId);
      else if (judged && !isHeld) await forgetHeldLevels(connection, [judged.importId]);
      await connection.query(dryRun || isHeld ? 'ROLLBACK' : 'COMMIT');
      if (isHeld) throw await hold(connection, key, feed, { ...judged, ...toSizes(counts) });
      if (later === null) return counts;
      await postLater(database, connection, { importId: later, type, fileName }, options);
      await refuseUndone(connection, key);
      const all = (await readCounts(connection, key)) ?? counts;
      await tell(all, await readRecordedEffect(connection, later));
      return all;
    } catch (error) {
      // The first error says what went wrong; a ROLLBACK on a dead connection would hide it.
      await connection.query('ROLLBACK').catch(() => undefined);
      // A statement of its own: nothing of the feed is applied, and still it came.
      if (isCoded(error, 'FEED_ALREADY_IMPORTED') && !dryRun) await recordFeedCame(connection, type);
      throw toCodedError(error, fileName, waitMs);
    }
  });
}

/** @throws AtpError FEED_UNSETTLED */
async function requireUnchanged({ fileName }: Feed<FeedType>, { isUnchanged }: ImportOptions): Promise<void> {
  if (isUnchanged && !(await isUnchanged())) throw new AtpError('FEED_UNSETTLED', { fileName });
}

/** Holds a file on SFTP until a person decides. One of a machine of ours was sent by a person, who decides now. */
async function hold(
  connection: Connection,
  key: string,
  feed: Feed<FeedType>,
  judged: AppliedFeed['judged'] & { readonly rows: number; readonly refused: number },
): Promise<AtpError> {
  const { fileName, type, source = null } = feed;
  const reasons = reasonsInWords(judged.reasons);
  if (feed.claimed === null) return new AtpError('FEED_IMPLAUSIBLE', { fileName, reasons });
  await connection.query('BEGIN');
  const importId = await holdFeed(connection, { ...feed, key, source, importId: judged.importId }, judged);
  await recordFeedCame(connection, type);
  await connection.query('COMMIT');
  return new AtpError('FEED_HELD', { fileName, importId, reasons });
}

function toSizes({ rows, failed }: ImportCounts): { readonly rows: number; readonly refused: number } {
  return { rows, refused: failed };
}

/** The counts of an earlier run that imported this file and did not move it; its refused rows are recorded, too. */
async function findEarlierCounts(
  connection: Connection,
  key: string,
  { sha256, fileName, type, writtenAt, claimed, grown }: Feed<FeedType>,
): Promise<ImportCounts | null> {
  if (claimed && (await adoptImport(connection, key, { sha256, fileName, claimedPath: claimed.path }))) {
    return readCounts(connection, key);
  }
  // Waits while another transaction imports the same file.
  const taken = await connection.query(
    `INSERT INTO import_file (sha256, content_sha256, file_name, feed_type, claimed_path, size_bytes, modified_at,
       row_count, applied_count, failed_count, filed_at, grown_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, CASE WHEN $5::text IS NULL THEN now() END, $8)
     ON CONFLICT (sha256) DO NOTHING`,
    [
      ...[key, sha256, fileName, type, claimed?.path ?? null, claimed?.sizeBytes ?? null, writtenAt],
      grown?.key ?? null,
    ],
  );
  return taken.rowCount === 1 ? null : readCounts(connection, key);
}

interface AppliedFeed {
  readonly counts: ImportCounts;
  /** `isGated`: nobody has said that it is to be applied whatever gates say. */
  readonly judged: JudgedImport & {
    readonly isGated: boolean;
    readonly isPostedLater: boolean;
  };
}

async function applyFeed<Type extends FeedType>(
  connection: Connection,
  key: string,
  feed: Feed<Type>,
  options: ImportOptions,
  stuck: readonly number[],
): Promise<AppliedFeed> {
  const { passesGates = false, dryRun, chunkRows = IMPORT_CHUNK_ROWS, waitMs = IMPORT_WAIT_MS } = options;
  const { type, claimed, fileName, writtenAt, source = null, settings = NO_SETTINGS, grown = null } = feed;
  const { staging, apply, isPostedInChunks }: FeedSql<FeedContents[Type]> = FEED_SQL[type];
  const number = await takeNumber(connection, { ...feed, key, source });
  const isGated = !number.isApproved && !passesGates;
  const earlier = await findEarlierSending(connection, key, feed, isGated);
  const sent = await stageRows<Type>(connection, staging, feed.rows);
  if (grown) await findToldRows(connection, key, grown);
  // Levels that a count names again are not absent, so its rows stay.
  const told = grown && !isCount(type) ? await dropToldRows(connection) : 0;
  const dropped = earlier && earlier.failed > 0 ? await dropAppliedRows(connection, earlier.key) : 0;
  const rowCount = sent - told - dropped;
  const { importId } = number;
  requireFewRows(feed, rowCount, dryRun);
  // Rows of orders are judged by what the chunks before them have made, so only one transaction can tell without leaving anything.
  const isJudgedLater = type === 'ORDER_ITEMS' && rowCount > chunkRows && !dryRun;
  const isPostedLater = isJudgedLater || (isPostedInChunks === true && rowCount > chunkRows);
  const notes = await takeTurn(connection, feed, { dryRun, isLarge: isPostedLater, stuck, waitMs });
  const held = await findHeldOfSource(connection, feed, importId);
  // What is applied at once locks its levels until the COMMIT; what is posted later locks none, and is looked at then.
  if (!isPostedLater) await requireUnchanged(feed, options);
  const remarks =
    (await apply(connection, {
      fileName,
      writtenAt,
      equalKeys: settings.rows,
      mayReopen: settings.reopen === true,
      completeOf: isComplete(type, settings) ? (source ?? feed.sender ?? null) : null,
      // One that lies before a held one is not news of what that one counts.
      asOf:
        settings.countsAsOf === 'file'
          ? writtenAt
          : (feed.countedAt ?? number.heldSince ?? held?.behindSince ?? null),
      later: isPostedLater ? { importId, chunkRows } : null,
      grown,
      columns: feed.columns ?? [],
    })) ?? [];
  const warnings = [...notes, ...remarks];
  const moved = await readEffect(connection, number, !isPostedLater);
  const absent = isCount(type) ? await countAbsent(connection) : 0;
  const effect = absent > 0 ? { ...moved, absent } : moved;
  const about = { type, source, rows: rowCount, importId, settings };
  const sentBeforeAt = earlier?.failed === 0 ? earlier.at : null;
  const hasGrown = grown !== null;
  const facts = {
    ...(await readGateFacts(connection, about)),
    ...{ toZero: effect.toZero, sentBeforeAt, hasGrown, beginsWith: grown?.importId },
  };
  const behind = held && (await replaceHeld(connection, held.before));
  const reasons = [...whyHeld(facts, settings), ...(behind ? [behind] : [])];
  await nameLikelyProducts(connection);
  await nameLikelyFacilities(connection);
  const failed = await recordRefusals(connection, key);
  const applied = isJudgedLater ? 0 : rowCount - failed;
  const counts = toCounts({ rows: rowCount, applied, failed, warnings });
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
  await recordApplied(connection, number, { ...toSizes(counts), effect, reasons });
  if (isPostedLater) await beginChunks(connection, { importId, type });
  await recordFeedCame(connection, type);
  // Whoever imports a file by hand sees what is refused. And an empty feed proves nothing of the one before.
  if (isJudgedLater) return { counts, judged: { effect, reasons, isGated, importId, isPostedLater } };
  if (failed > 0 && claimed) {
    await recordRefusedRows(connection, { fileName, source: source ?? '', type, sentAt: writtenAt }, failed);
  }
  if (failed === 0 && rowCount > 0)
    await endRefusedFeeds(connection, { fileName, type, source: source ?? feed.sender ?? null });
  return { counts, judged: { effect, reasons, isGated, importId, isPostedLater } };
}

/** Null: it is no count, or it came from a machine of ours. */
async function findHeldOfSource(
  connection: Connection,
  { type, source, claimed, writtenAt, settings = NO_SETTINGS }: Feed<FeedType>,
  importId: number,
): Promise<HeldAround | null> {
  if (source === undefined || claimed === null || !isCount(type)) return null;
  const isByTime = settings.order === 'time';
  return findHeldAround(connection, { importId, source, path: claimed.path, writtenAt, isByTime });
}

/** What was sent before of a difference; null: it is another event, or a person has said so. */
async function findEarlierSending(
  connection: Connection,
  key: string,
  { type, sha256, fileName, claimed, source, settings = NO_SETTINGS }: Feed<FeedType>,
  isGated: boolean,
): Promise<SentBefore | null> {
  if (kindOf(type) === 'state') return null;
  const earlier = await findSentBefore(
    connection,
    { key, sha256, fileName, source: source ?? null },
    settings.duplicateDays ?? FEED_DUPLICATE_DAYS,
  );
  if (earlier?.applyingId != null) throw stuckError(earlier.applyingId, fileName);
  if (earlier?.failed !== 0) return earlier;
  if (claimed === null && isGated) {
    throw new AtpError('FEED_ALREADY_IMPORTED', { fileName, at: earlier.at.toISOString() });
  }
  return earlier;
}
