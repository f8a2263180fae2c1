/** Importing one feed from SFTP: it is claimed, read, applied once, and filed in archive/ or error/. */
import { Context } from '@temporalio/activity';
import { join } from 'node:path';
import { writeErrorFile, writeFileFault } from '../src/csv/error-file-csv.ts';
import { withFeed } from '../src/csv/feed-csv.ts';
import { typeOfFeed } from '../src/csv/recognise-type.ts';
import { feedTooLargeError } from '../src/csv/feed-text.ts';
import { claimByStep, claimedPath, isOfGrown, readClaim, type Claim } from '../src/domain/claim.ts';
import type { Diary } from '../src/domain/diary.ts';
import { ERROR_CLASSES } from '../src/domain/error-class.ts';
import { AtpError, isCoded } from '../src/domain/errors.ts';
import { feedTypeOrNull, sourceOf } from '../src/domain/feed.ts';
import { CLOCKS_APART_MS, UPKEEP_TRIES_MAX } from '../src/domain/limits.ts';
import { isServerFault } from '../src/domain/source-server.ts';
import type { ImportedFile } from '../src/domain/jobs/import.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  findLeft,
  forgetFeedsLeft,
  listFeedsLeft,
  recordFeedLeft,
  type FeedFault,
} from '../src/postgres/feeds/feeds-left.ts';
import { finishBrokenOff } from '../src/postgres/feeds/import-chunks.ts';
import {
  findFiledAt,
  findImportOfClaim,
  findImportSince,
  markFiled,
} from '../src/postgres/feeds/import-records.ts';
import { importFeed as importIntoDatabase } from '../src/postgres/feeds/imports.ts';
import { whileFeedIsLocked } from '../src/postgres/feeds/lock.ts';
import { readSettings } from '../src/postgres/feeds/sources.ts';
import { recordServerLook } from '../src/postgres/feeds/source-servers.ts';
import { recordRefusedFeed } from '../src/postgres/feeds/refused-feeds.ts';
import { forgetWaitingFeeds } from '../src/postgres/feeds/waiting-feeds.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { withScratchFolder } from '../src/sftp/scratch-folder.ts';
import { isUnchanged, removeClaim, takeFeed, type FeedAsFound, type TakenFeed } from './claim-feed.ts';
import { dropOfFeed, type FeedDrops } from './feed-drops.ts';
import { findWhatWasTold } from './grown-feed.ts';
import { ImportProgress } from './import-progress.ts';
import { keepAlive } from './keep-alive.ts';
import { putAway } from './put-feed-away.ts';

export interface ImportDeps extends FeedDrops {
  readonly diary: Diary;
}

/** Where the feed lies, in incoming/ or in claimed/, and how it was found. */
export type FeedToImport = FeedAsFound & { readonly path: string };

export function createImportFeed({ diary, ...drops }: ImportDeps) {
  const { database } = drops;

  /**
   * Imports one feed and moves it away. A fault of the whole file is in the result, so that the next feeds go on; only
   * what a retry can mend (the database, SFTP) is thrown. When only the moving fails, a few tries are enough: the feed
   * is recorded as done with and left where it is, a later run moves it, and the next feeds go on.
   *
   * May be repeated from any point: all attempts have one claim, by which they find what is moved and imported already.
   */
  return async function importFeed({ path, ...found }: FeedToImport): Promise<ImportedFile> {
    const claim = readClaim(path) ?? claimOfThisStep(path);
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const progress = new ImportProgress();
    const { onChunk } = progress;
    const { open, ownerOf } = await dropOfFeed(drops, claim.sentPath);
    const work = () =>
      // Two runs take turns at the same feed: the second one finds what the first has done.
      whileFeedIsLocked(database, claim.sentPath, () =>
        withScratchFolder(async (scratch) => {
          // What an attempt before has begun is finished first, whatever has become of its file.
          await finishBrokenOff(database, { onChunk }, claimedPath(claim));
          const taken = await take(open, claim, found, scratch);
          if (taken === 'gone') return whatBecameOf(open, claim, fileName);
          if (taken === 'unsettled') return fault(fileName, new AtpError('FEED_UNSETTLED', { fileName }));
          return finish(
            open,
            { ...found, ...taken, claim, path: claimedPath(claim), fileName, scratch, onChunk },
            path,
          );
        }),
      );
    return keepAlive(() => unlessServerIsLost(work, fileName, ownerOf), progress.told);
  };

  /**
   * The server of one source keeps no other source waiting: a few tries, and its feeds are left to the next run. What is done with is
   * recorded as such by then.
   */
  async function unlessServerIsLost(
    work: () => Promise<ImportedFile>,
    fileName: string,
    ownerOf: string | null,
  ): Promise<ImportedFile> {
    try {
      return await work();
    } catch (error) {
      const isLost = error instanceof AtpError && isServerFault(error.code);
      if (!isLost || ownerOf === null || mayBeTriedAgain(error)) throw error;
      const { code, message } = error;
      await recordServerLook(database, ownerOf, { code, message });
      return fault(fileName, error);
    }
  }

  /** What an earlier attempt has filed is gone, though the sender may have put the next feed under its name. */
  async function take(
    open: OpenFileDrop,
    claim: Claim,
    found: FeedAsFound,
    scratch: string,
  ): ReturnType<typeof takeFeed> {
    const earlier = await findImportOfClaim(database, claimedPath(claim));
    return earlier?.filedAt ? 'gone' : open((drop) => takeFeed(drop, claim, found, scratch));
  }

  /** The result of a feed that lies there no more: what an earlier attempt, or another run, has made of it. */
  async function whatBecameOf(open: OpenFileDrop, claim: Claim, fileName: string): Promise<ImportedFile> {
    const firstAsked = new Date(Context.current().info.scheduledTimestampMs - CLOCKS_APART_MS);
    const done =
      (await findImportOfClaim(database, claimedPath(claim))) ??
      (await findImportSince(database, claim.sentPath, firstAsked));
    if (done === null) return fault(fileName, new AtpError('FEED_GONE', { fileName }));
    await markFiled(database, claimedPath(claim), null);
    await open((drop) => removeClaim(drop, claim));
    return { fileName, ...done.counts, ...grownOf(claim) };
  }

  /** @param foundAt where the run found the feed: a release before has left feeds there, and not claimed them */
  async function finish(open: OpenFileDrop, inHand: FeedInHand, foundAt: string): Promise<ImportedFile> {
    const { path, claim, sizeBytes, sentAt: modifiedAt } = inHand;
    const onDrop = { path, sizeBytes, modifiedAt };
    const allLeft = await listFeedsLeft(database);
    const left = findLeft(allLeft, onDrop) ?? findLeft(allLeft, { ...onDrop, path: foundAt });
    const { feed, errorFile } = left?.fault
      ? await refuseAgain(inHand, left.fault)
      : await importTakenFeed(database, open, inHand);
    if (feed.error?.code === 'FEED_UNSETTLED') return feed;
    if (feed.error?.code === 'FEED_HELD' || feed.error?.code === 'IMPORT_STUCK') {
      diary({ event: 'FEED_HELD', feed: inHand.fileName, reason: feed.error.message });
      return feed;
    }
    await forgetWaitingFeeds(database, [path, claim.sentPath]);
    try {
      await open(async (drop) => {
        const filedAs = await putAway(drop, { ...inHand, errorFile });
        if (feed.error === undefined) await markFiled(database, path, filedAs);
        await removeClaim(drop, claim);
      });
    } catch (error) {
      if (!(error instanceof AtpError) || (left === null && mayBeTriedAgain(error))) throw error;
      const { code, message } = error;
      await recordFeedLeft(database, { ...onDrop, fault: feed.error ?? null }, message);
      // One that was left before was told then.
      if (left === null) tellOfFeed(diary, feed);
      return { ...feed, notPutAway: { code, message } };
    }
    if (left) await forgetFeedsLeft(database, [path, foundAt]);
    else tellOfFeed(diary, feed);
    return feed;
  }
}

interface FeedInHand extends TakenFeed, FeedAsFound {
  readonly claim: Claim;
  /** Of the claim. */
  readonly path: string;
  readonly fileName: string;
  readonly scratch: string;
  readonly sizeBytes: number;
  readonly onChunk: ImportProgress['onChunk'];
}

function claimOfThisStep(sentPath: string): Claim {
  const { workflowExecution, activityId } = Context.current().info;
  return claimByStep(sentPath, workflowExecution?.runId ?? 'no-run', activityId);
}

function tellOfFeed(diary: Diary, { fileName: feed, applied, failed: refused, error }: ImportedFile): void {
  if (error) diary({ event: 'FEED_REFUSED', feed, code: error.code, reason: error.message });
  else if (refused > 0) diary({ event: 'FEED_ROWS_REFUSED', feed, applied, refused });
  else diary({ event: 'FEED_IMPORTED', feed, applied });
}

/** Whether Temporal tries this attempt's step again, and it is not one too many for moving a feed. */
function mayBeTriedAgain(error: AtpError): boolean {
  return ERROR_CLASSES[error.class].isRetried && Context.current().info.attempt < UPKEEP_TRIES_MAX;
}

function fault(fileName: string, { code, message }: AtpError): ImportedFile {
  return { fileName, rows: 0, applied: 0, failed: 0, error: { code, message } };
}

/** @returns the result, and the local error file when something was refused */
async function importTakenFeed(
  database: Database,
  open: OpenFileDrop,
  inHand: FeedInHand,
): Promise<{ readonly feed: ImportedFile; readonly errorFile: string | null }> {
  const { claim, path, fileName, localPath, sha256, sizeBytes, sentAt, wrongChecksum, onChunk } = inHand;
  const errorFile = join(inHand.scratch, 'errors.csv');
  const source = sourceOf(claim.sentPath);
  const settings = await readSettings(database, source);
  let type = feedTypeOrNull(claim.sentPath, settings.type);
  try {
    if (sha256 === null) throw feedTooLargeError(fileName);
    if (wrongChecksum) throw wrongChecksum;
    type = await typeOfFeed(claim.sentPath, { localPath, fileName, settings });
    const known = type;
    const read = { localPath, fileName, sha256, sizeBytes, type: known, settings };
    const grown = await findWhatWasTold(database, claim, read, inHand.scratch);
    const countedAt = await instantOfGrown(database, claim, sentAt);
    const counts = await withFeed(read, ({ header, columns, rows }) =>
      importIntoDatabase(
        database,
        {
          ...{ sha256, fileName, type: known, writtenAt: sentAt, claimed: { path, sizeBytes }, rows },
          ...{ source, settings, columns },
          ...(countedAt && { countedAt }),
          ...(grown && { grown }),
        },
        {
          dryRun: false,
          onRefused: (refused) =>
            writeErrorFile(errorFile, { header, separator: settings.separator }, refused),
          isUnchanged: () => open((drop) => isUnchanged(drop, path, { sizeBytes, sentAt })),
          onChunk,
        },
      ),
    );
    return {
      feed: { fileName, ...counts, ...grownOf(claim) },
      errorFile: counts.failed > 0 ? errorFile : null,
    };
  } catch (error) {
    // Temporal retries what a retry can mend. Anything else is a fault of the file, and goes into its error file.
    if (!(error instanceof AtpError) || ERROR_CLASSES[error.class].isRetried || isServerFault(error.code))
      throw error;
    // It is still being sent, or waits for a person: it stays where it is, and a later run takes it from there.
    if (isCoded(error, 'FEED_UNSETTLED') || isCoded(error, 'FEED_HELD') || isCoded(error, 'IMPORT_STUCK'))
      return { feed: fault(fileName, error), errorFile: null };
    await writeFileFault(errorFile, error);
    // What a person has decided is told to nobody.
    if (!isDecided(error)) await recordRefusedFeed(database, { fileName, source, type, sentAt }, error);
    return { feed: fault(fileName, error), errorFile };
  }
}

const grownOf = (claim: Claim) => (isOfGrown(claim) ? { hasGrown: true as const } : {});

/**
 * What the counts of a feed are about that has grown since it was filed: it may be taken again after others have counted, and then theirs are
 * newer. Not before it was filed, since it would be older than its own first counts: clocks are apart. Null: it has not grown.
 */
async function instantOfGrown(database: Database, claim: Claim, sentAt: Date): Promise<Date | null> {
  const filedAt = isOfGrown(claim) ? await findFiledAt(database, claim) : null;
  return filedAt && new Date(Math.max(filedAt.getTime(), sentAt.getTime()));
}

function isDecided(error: AtpError): boolean {
  return (
    isCoded(error, 'FEED_REJECTED') || isCoded(error, 'FEED_REPLACED') || isCoded(error, 'IMPORT_UNDONE')
  );
}

/** The result of a feed that was refused as a whole by an earlier run, which could not move it. */
async function refuseAgain(
  { fileName, scratch }: FeedInHand,
  { code, message }: FeedFault,
): Promise<{ readonly feed: ImportedFile; readonly errorFile: string }> {
  const errorFile = join(scratch, 'errors.csv');
  await writeFileFault(errorFile, { code, message });
  return { feed: { fileName, rows: 0, applied: 0, failed: 0, error: { code, message } }, errorFile };
}
