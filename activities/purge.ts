import { ARCHIVE_FOLDER, ERROR_FOLDER } from '../src/domain/drop-folders.ts';
import {
  FOLDER_DEPTH_CLEANED_MAX,
  NEWEST_FILES_KEPT,
  OLD_FILES_REFUSED_MAX,
  OLD_FILES_REMOVED_MAX,
  SFTP_FILES_KEPT_DAYS,
} from '../src/domain/limits.ts';
import type { Database } from '../src/postgres/database.ts';
import { findFiledSince } from '../src/postgres/feeds/import-records.ts';
import { purge, type Purged } from '../src/postgres/purge.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { removeOldFiles, type RemovedFiles } from '../src/sftp/old-files.ts';
import { keepAlive } from './keep-alive.ts';

export interface PurgeDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
}

export function createPurgeActivities({ database, fileDrop }: PurgeDeps) {
  return {
    /** Removes what nobody reads any more. Null when producers were in the way: the next run tries again. */
    async purge(): Promise<Purged | null> {
      return keepAlive(() => purge(database));
    },

    /** Removes files of `archive/` and `error/` that were kept SFTP_FILES_KEPT_DAYS. What it leaves, the next run removes. */
    async removeOldFiles(): Promise<RemovedFiles> {
      return keepAlive(() =>
        fileDrop((drop) =>
          removeOldFiles(drop, [ARCHIVE_FOLDER, ERROR_FOLDER], {
            before: new Date(Date.now() - SFTP_FILES_KEPT_DAYS * 24 * 60 * 60_000),
            newestKept: NEWEST_FILES_KEPT,
            removedMax: OLD_FILES_REMOVED_MAX,
            depthMax: FOLDER_DEPTH_CLEANED_MAX,
            refusedMax: OLD_FILES_REFUSED_MAX,
            filedSince: (paths, since) => findFiledSince(database, paths, since),
          }),
        ),
      );
    },
  };
}
