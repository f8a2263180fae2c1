/** Importing feeds from SFTP: each is imported once and then moved to archive/, or to error/ with an error file. */
import { Context } from '@temporalio/activity';
import { join } from 'node:path';
import { writeErrorFile, writeFileFault } from '../src/csv/error-file-csv.ts';
import { withFeed } from '../src/csv/feed-csv.ts';
import { feedTooLargeError } from '../src/csv/feed-text.ts';
import { ARCHIVE_FOLDER, ERROR_FOLDER, INCOMING_FOLDER } from '../src/domain/drop-folders.ts';
import { ERROR_CLASSES } from '../src/domain/error-class.ts';
import { AtpError, isCoded } from '../src/domain/errors.ts';
import { errorFileName, feedOrderKey, feedTypeOf, filedNames, isFeedName } from '../src/domain/feed.ts';
import { FEED_TYPES } from '../src/domain/feed-type.ts';
import { FEED_SIZE_MAX_BYTES, FEEDS_PER_RUN, FILED_NAMES_MAX } from '../src/domain/limits.ts';
import type { ImportedFile } from '../src/domain/jobs/import.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import { compareNames } from '../src/domain/name-order.ts';
import type { Database } from '../src/postgres/database.ts';
import { importFeed, markFiled, markFiledSince } from '../src/postgres/feeds/imports.ts';
import { whileFeedIsLocked } from '../src/postgres/feeds/lock.ts';
import type { FileDrop, OpenFileDrop, RemoteFile } from '../src/sftp/file-drop.ts';
import { sha256OfFile } from '../src/sftp/file-hash.ts';
import { noNameFreeError } from '../src/sftp/name-taken.ts';
import { withScratchFolder } from '../src/sftp/scratch-folder.ts';
import { keepAlive } from './keep-alive.ts';

export interface ImportDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
}

/** A feed on SFTP. */
export interface FeedRef {
  /** Below the SFTP root: `incoming/…`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** ISO 8601, by the server's clock. */
  readonly modifiedAt: string;
}

/** How far the clocks of the database and of Temporal may be apart. */
const CLOCKS_APART_MS = 5 * 60_000;

export function createImportActivities({ database, fileDrop }: ImportDeps) {
  return {
    /**
     * The feeds in incoming/, and in those of its folders that are named after a feed type, ordered by name without the
     * type: at most FEEDS_PER_RUN. Files that are hidden, still a `.part`, or not `.csv` are left alone.
     *
     * @param source only this folder below incoming/
     */
    async listFeeds({ source }: JobInput<'import'> = {}): Promise<FeedRef[]> {
      return keepAlive(() =>
        fileDrop(async (drop) => {
          const found: { readonly folder: string; readonly file: RemoteFile }[] = [];
          for (const folder of await foldersOf(drop, source)) {
            const files = await drop.list(folder);
            found.push(...files.filter(({ name }) => isFeedName(name)).map((file) => ({ folder, file })));
          }
          return found
            .map(({ folder, file: { name, sizeBytes, modifiedAt } }) => ({
              name,
              feed: { path: `${folder}/${name}`, sizeBytes, modifiedAt: modifiedAt.toISOString() },
            }))
            .toSorted((one, other) => compareNames(feedOrderKey(one.name), feedOrderKey(other.name)))
            .slice(0, FEEDS_PER_RUN)
            .map(({ feed }) => feed);
        }),
      );
    },

    /**
     * Imports one feed and moves it away. A fault of the whole file is in the result, so that the next feeds go on; only
     * what a retry can mend (the database, SFTP) is thrown.
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

          const { feed, errorFile } = await importTakenFeed(database, { path, fileName, scratch, ...taken });
          await fileDrop((drop) => putAway(drop, { path, fileName, scratch, errorFile, ...taken }));
          if (taken.sha256 !== null && feed.error === undefined) await markFiled(database, taken.sha256);
          return feed;
        }),
      );
    },
  };
}

async function foldersOf(drop: FileDrop, source: string | undefined): Promise<string[]> {
  if (source !== undefined) return [`${INCOMING_FOLDER}/${source}`];
  const folders = await drop.folders(INCOMING_FOLDER);
  const typed = FEED_TYPES.filter((type) => folders.includes(type));
  return [INCOMING_FOLDER, ...typed.map((type) => `${INCOMING_FOLDER}/${type}`)];
}

function fault(fileName: string, { code, message }: AtpError): ImportedFile {
  return { fileName, rows: 0, applied: 0, failed: 0, error: { code, message } };
}

interface TakenFeed {
  readonly localPath: string;
  /** Null when the file is too large to be taken. */
  readonly sha256: string | null;
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
  if (before.sizeBytes > FEED_SIZE_MAX_BYTES) return { localPath, sha256: null, sentAt };
  try {
    const { sha256, sizeBytes } = await drop.download(path, localPath);
    const after = await drop.find(path);
    const isSettled = sizeBytes === after?.sizeBytes && after.modifiedAt.getTime() === sentAt.getTime();
    return isSettled ? { localPath, sha256, sentAt } : 'unsettled';
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
  { path, fileName, scratch, localPath, sha256 }: FeedInHand,
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
        { sha256, fileName, type, rows },
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
    return { feed: fault(fileName, error), errorFile };
  }
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
