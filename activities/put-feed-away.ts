/** Filing a feed that is done with: in archive/, or with an error file in error/. */
import { join } from 'node:path';
import { ARCHIVE_FOLDER, ERROR_FOLDER } from '../src/domain/drop-folders.ts';
import { isCoded, type AtpError } from '../src/domain/errors.ts';
import { errorFileName, filedNames } from '../src/domain/filed-name.ts';
import { FILED_NAMES_MAX } from '../src/domain/limits.ts';
import type { FileDrop } from '../src/sftp/file-drop.ts';
import { sha256OfFile } from '../src/sftp/file-hash.ts';
import { noNameFreeError } from '../src/sftp/name-taken.ts';

export interface FeedToFile {
  /** Where it lies. */
  readonly path: string;
  readonly fileName: string;
  readonly sentAt: Date;
  /** Null when the file was too large to be read. */
  readonly sha256: string | null;
  /** A local file; null: nothing was refused. */
  readonly errorFile: string | null;
  readonly scratch: string;
}

/**
 * Moves the feed, with an error file to error/, else to archive/.
 *
 * @returns its path there; null when another run has moved it meanwhile
 * @throws AtpError FILE_NAME_TAKEN (no name is free)
 */
export async function putAway(drop: FileDrop, feed: FeedToFile): Promise<string | null> {
  const { path, fileName, scratch, sha256, sentAt, errorFile } = feed;
  const folder = errorFile === null ? ARCHIVE_FOLDER : ERROR_FOLDER;
  const errorSha256 = errorFile && (await sha256OfFile(errorFile));
  let lastTaken: AtpError | null = null;
  for (const name of filedNames(fileName, sentAt, FILED_NAMES_MAX)) {
    const filedAs = `${folder}/${name}`;
    if (await isOtherContent(drop, filedAs, sha256, scratch)) continue;
    try {
      if (errorFile !== null && errorSha256 !== null) {
        const target = { folder, name: errorFileName(name), sha256: errorSha256, withChecksumFile: false };
        await drop.publish(errorFile, target);
      }
      await drop.move(path, filedAs);
      return filedAs;
    } catch (error) {
      // That is all we want.
      if (isCoded(error, 'FILE_MISSING')) return null;
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
