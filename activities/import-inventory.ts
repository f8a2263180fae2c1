/** Importing feeds from SFTP: each is imported once and then moved to archive/, or to error/ with an error file. */
import { Context } from '@temporalio/activity';
import { join } from 'node:path';
import { writeErrorFile, writeFileFault } from '../src/csv/error-file-csv.ts';
import { withFeed } from '../src/csv/feed-csv.ts';
import { feedTooLargeError } from '../src/csv/feed-text.ts';
import { ARCHIVE_FOLDER, ERROR_FOLDER, INCOMING_FOLDER } from '../src/domain/drop-folders.ts';
import type { Diary } from '../src/domain/diary.ts';
import { ERROR_CLASSES } from '../src/domain/error-class.ts';
import { AtpError, isCoded } from '../src/domain/errors.ts';
import { errorFileName, feedOrderKey, feedTypeOf, filedNames, isFeedName } from '../src/domain/feed.ts';
import { FEED_TYPES, type FeedType } from '../src/domain/feed-type.ts';
import {
  CLOCKS_APART_MS,
  FEEDS_PER_RUN,
  FEED_SIZE_MAX_BYTES,
  FILED_NAMES_MAX,
  UPKEEP_TRIES_MAX,
  WAITING_FEEDS_RECORDED_MAX,
} from '../src/domain/limits.ts';
import type { ImportedFile } from '../src/domain/jobs/import.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import { compareNames } from '../src/domain/name-order.ts';
import type { Database } from '../src/postgres/database.ts';
import {
  findLeft,
  forgetFeedsLeft,
  listFeedsLeft,
  recordFeedLeft,
  type FeedFault,
  type FeedOnDrop,
} from '../src/postgres/feeds/feeds-left.ts';
import { importFeed, markFiled, markFiledSince } from '../src/postgres/feeds/imports.ts';
import { whileFeedIsLocked } from '../src/postgres/feeds/lock.ts';
import { recordRefusedFeed } from '../src/postgres/feeds/refused-feeds.ts';
import { forgetWaitingFeed, recordWaitingFeeds } from '../src/postgres/feeds/waiting-feeds.ts';
import type { FileDrop, OpenFileDrop, RemoteFile } from '../src/sftp/file-drop.ts';
import { sha256OfFile } from '../src/sftp/file-hash.ts';
import { noNameFreeError } from '../src/sftp/name-taken.ts';
import { withScratchFolder } from '../src/sftp/scratch-folder.ts';
import { keepAlive } from './keep-alive.ts';

export interface ImportDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly diary: Diary;
}

/** A feed on SFTP. */
export interface FeedRef {
  /** Below the SFTP root: `incoming/…`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** ISO 8601, by the server's clock. */
  readonly modifiedAt: string;
  /** It is done with, and only has to be moved: an earlier run could not move it. */
  readonly isLeft?: true;
}

export function createImportActivities({ database, fileDrop, diary }: ImportDeps) {
  return {
    /**
     * The feeds in incoming/, and in those of its folders that are named after a feed type, ordered by name without the
     * type: at most FEEDS_PER_RUN. Files that are hidden, still a `.part`, or not `.csv` are left alone. Feeds that only
     * have to be moved come last, and at most FEEDS_PER_RUN of them, too: they must not take the place of new ones.
     *
     * @param source only this folder below incoming/
     */
    async listFeeds({ source }: JobInput<'import'> = {}): Promise<FeedRef[]> {
      return keepAlive(() =>
        fileDrop(async (drop) => {
          const found: { readonly folder: string; readonly file: RemoteFile }[] = [];
          const folders = await foldersOf(drop, source);
          for (const folder of folders) {
            const files = await drop.list(folder);
            found.push(...files.filter(({ name }) => isFeedName(name)).map((file) => ({ folder, file })));
          }
          const feeds = found
            .map(({ folder, file: { name, sizeBytes, modifiedAt } }) => ({
              name,
              feed: { path: `${folder}/${name}`, sizeBytes, modifiedAt },
            }))
            .toSorted((one, other) => compareNames(feedOrderKey(one.name), feedOrderKey(other.name)))
            .map(({ feed }) => feed);
          const left = await listFeedsLeft(database);
          await forgetFeedsLeft(database, pathsGone(left, folders, feeds));
          const [old, fresh] = partition(feeds, (feed) => findLeft(left, feed) !== null);
          const waiting = fresh.slice(0, WAITING_FEEDS_RECORDED_MAX).map(({ path }) => path);
          // The folder of a type may have been removed since.
          await recordWaitingFeeds(database, source === undefined ? null : folders, waiting);
          return [
            ...fresh.slice(0, FEEDS_PER_RUN).map(toFeedRef),
            ...old.slice(0, FEEDS_PER_RUN).map((feed) => ({ ...toFeedRef(feed), isLeft: true as const })),
          ];
        }),
      );
    },

    /**
     * Imports one feed and moves it away. A fault of the whole file is in the result, so that the next feeds go on; only
     * what a retry can mend (the database, SFTP) is thrown. When only the moving fails, a few tries are enough: the feed
     * is recorded as done with and left where it is, a later run moves it, and the next feeds go on.
     *
     * May be repeated from any point: it finds by the content what is imported already, and what was moved already.
     */
    async importFeed({ path }: { readonly path: string }): Promise<ImportedFile> {
      const fileName = path.slice(path.lastIndexOf('/') + 1);
      const firstAsked = new Date(Context.current().info.scheduledTimestampMs - CLOCKS_APART_MS);
      // Two runs take turns at the same feed: the second one finds what the first has done.
      const alone = (work: (scratch: string) => Promise<ImportedFile>) =>
        whileFeedIsLocked(database, path, () => withScratchFolder(work));
      return keepAlive(() =>
        alone(async (scratch) => {
          const taken = await fileDrop((drop) => takeFeed(drop, path, scratch));
          if (taken === 'gone') {
            const counts = await markFiledSince(database, fileName, firstAsked);
            return counts
              ? { fileName, ...counts }
              : fault(fileName, new AtpError('FEED_GONE', { fileName }));
          }
          if (taken === 'unsettled') return fault(fileName, new AtpError('FEED_UNSETTLED', { fileName }));

          const onDrop = { path, sizeBytes: taken.sizeBytes, modifiedAt: taken.sentAt };
          const left = findLeft(await listFeedsLeft(database), onDrop);
          const inHand = { path, fileName, scratch, ...taken };
          const { feed, errorFile } = left?.fault
            ? await refuseAgain(inHand, left.fault)
            : await importTakenFeed(database, inHand);
          await forgetWaitingFeed(database, path);
          try {
            await fileDrop((drop) => putAway(drop, { ...inHand, errorFile }));
          } catch (error) {
            if (!(error instanceof AtpError) || (left === null && mayBeTriedAgain(error))) throw error;
            const { code, message } = error;
            await recordFeedLeft(database, { ...onDrop, fault: feed.error ?? null }, message);
            // One that was left before was told then.
            if (left === null) tellOfFeed(diary, feed);
            return { ...feed, notPutAway: { code, message } };
          }
          if (taken.sha256 !== null && feed.error === undefined) await markFiled(database, taken.sha256);
          if (left) await forgetFeedsLeft(database, [path]);
          else tellOfFeed(diary, feed);
          return feed;
        }),
      );
    },
  };
}

function tellOfFeed(diary: Diary, { fileName: feed, applied, failed: refused, error }: ImportedFile): void {
  if (error) diary({ event: 'FEED_REFUSED', feed, code: error.code, reason: error.message });
  else if (refused > 0) diary({ event: 'FEED_ROWS_REFUSED', feed, applied, refused });
  else diary({ event: 'FEED_IMPORTED', feed, applied });
}

async function foldersOf(drop: FileDrop, source: string | undefined): Promise<string[]> {
  if (source !== undefined) return [`${INCOMING_FOLDER}/${source}`];
  const folders = await drop.folders(INCOMING_FOLDER);
  const typed = FEED_TYPES.filter((type) => folders.includes(type));
  return [INCOMING_FOLDER, ...typed.map((type) => `${INCOMING_FOLDER}/${type}`)];
}

function toFeedRef({ modifiedAt, ...feed }: FeedOnDrop): FeedRef {
  return { ...feed, modifiedAt: modifiedAt.toISOString() };
}

function partition<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Paths of feeds that were left in one of the folders, and were moved since by somebody else. */
function pathsGone(
  left: readonly FeedOnDrop[],
  folders: readonly string[],
  found: readonly FeedOnDrop[],
): readonly string[] {
  const paths = new Set(found.map(({ path }) => path));
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  return left.map(({ path }) => path).filter((path) => folders.includes(folderOf(path)) && !paths.has(path));
}

/** Whether Temporal tries this attempt's step again, and it is not one too many for moving a feed. */
function mayBeTriedAgain(error: AtpError): boolean {
  return ERROR_CLASSES[error.class].isRetried && Context.current().info.attempt < UPKEEP_TRIES_MAX;
}

function fault(fileName: string, { code, message }: AtpError): ImportedFile {
  return { fileName, rows: 0, applied: 0, failed: 0, error: { code, message } };
}

interface TakenFeed {
  readonly localPath: string;
  /** Null when the file is too large to be taken. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
  readonly sentAt: Date;
}

/** Downloads the feed, and proves that it did not change while it was read. */
async function takeFeed(
  drop: FileDrop,
  path: string,
  scratch: string,
): Promise<TakenFeed | 'gone' | 'unsettled'> {
  const localPath = join(scratch, 'feed.csv');
  const before = await drop.find(path);
  if (before === null) return 'gone';
  const sentAt = before.modifiedAt;
  if (before.sizeBytes > FEED_SIZE_MAX_BYTES)
    return { localPath, sha256: null, sizeBytes: before.sizeBytes, sentAt };
  try {
    const { sha256, sizeBytes } = await drop.download(path, localPath);
    const after = await drop.find(path);
    const isSettled = sizeBytes === after?.sizeBytes && after.modifiedAt.getTime() === sentAt.getTime();
    return isSettled ? { localPath, sha256, sizeBytes, sentAt } : 'unsettled';
  } catch (error) {
    if (isCoded(error, 'FILE_MISSING')) return 'gone';
    throw error;
  }
}

interface FeedInHand extends TakenFeed {
  readonly path: string;
  readonly fileName: string;
  readonly scratch: string;
}

/** @returns the result, and the local error file when something was refused */
async function importTakenFeed(
  database: Database,
  { path, fileName, scratch, localPath, sha256, sentAt }: FeedInHand,
): Promise<{ readonly feed: ImportedFile; readonly errorFile: string | null }> {
  const errorFile = join(scratch, 'errors.csv');
  try {
    if (sha256 === null) {
      throw feedTooLargeError(fileName);
    }
    const type = feedTypeOf(path);
    const counts = await withFeed({ localPath, fileName, type }, ({ header, rows }) =>
      importFeed(
        database,
        { sha256, fileName, type, writtenAt: sentAt, rows },
        {
          dryRun: false,
          isToBeFiled: true,
          onRefused: (refused) => writeErrorFile(errorFile, header, refused),
        },
      ),
    );
    return { feed: { fileName, ...counts }, errorFile: counts.failed > 0 ? errorFile : null };
  } catch (error) {
    // Temporal retries what a retry can mend. Anything else is a fault of the file, and goes into its error file.
    if (!(error instanceof AtpError) || ERROR_CLASSES[error.class].isRetried) throw error;
    await writeFileFault(errorFile, error);
    // What was imported before is not missing: nobody has to be told.
    if (!isCoded(error, 'FEED_ALREADY_IMPORTED')) {
      await recordRefusedFeed(database, { fileName, type: typeOrNull(path), sentAt }, error);
    }
    return { feed: fault(fileName, error), errorFile };
  }
}

function typeOrNull(path: string): FeedType | null {
  try {
    return feedTypeOf(path);
  } catch {
    return null;
  }
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

/** Moves the feed out of incoming/: with an error file to error/, else to archive/. */
async function putAway(
  drop: FileDrop,
  { path, fileName, scratch, sha256, sentAt, errorFile }: FeedInHand & { readonly errorFile: string | null },
): Promise<void> {
  const folder = errorFile === null ? ARCHIVE_FOLDER : ERROR_FOLDER;
  const errorSha256 = errorFile && (await sha256OfFile(errorFile));
  let lastTaken: AtpError | null = null;
  for (const name of filedNames(fileName, sentAt, FILED_NAMES_MAX)) {
    if (await isOtherContent(drop, `${folder}/${name}`, sha256, scratch)) continue;
    try {
      if (errorFile !== null && errorSha256 !== null) {
        const target = { folder, name: errorFileName(name), sha256: errorSha256, withChecksumFile: false };
        await drop.publish(errorFile, target);
      }
      await drop.move(path, `${folder}/${name}`);
      return;
    } catch (error) {
      // Another run has moved it meanwhile: that is all we want.
      if (isCoded(error, 'FILE_MISSING')) return;
      if (!isCoded(error, 'FILE_NAME_TAKEN')) throw error;
      lastTaken = error;
    }
  }
  throw noNameFreeError(`${folder}/${fileName}`, FILED_NAMES_MAX, lastTaken);
}

/**
 * Whether a file with other content has the name. The same content may have it: an attempt that died has moved it
 * there.
 */
async function isOtherContent(
  drop: FileDrop,
  path: string,
  sha256: string | null,
  scratch: string,
): Promise<boolean> {
  if ((await drop.find(path)) === null) return false;
  return sha256 === null || (await drop.download(path, join(scratch, 'filed.csv'))).sha256 !== sha256;
}
