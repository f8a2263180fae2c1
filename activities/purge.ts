import { ARCHIVE_FOLDER, ERROR_FOLDER } from '../src/domain/drop-folders.ts';
import {
  FOLDER_DEPTH_CLEANED_MAX,
  NEWEST_FILES_KEPT,
  OLD_FILES_REFUSED_MAX,
  OLD_FILES_REMOVED_MAX,
  SFTP_FILES_KEPT_DAYS,
} from '../src/domain/limits.ts';
import { AtpError } from '../src/domain/errors.ts';
import { isServerFault } from '../src/domain/source-server.ts';
import { listSources } from '../src/postgres/feeds/sources.ts';
import { findFiledSince } from '../src/postgres/feeds/import-records.ts';
import { purge, type Purged } from '../src/postgres/purge.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { removeOldFiles, type RemovedFiles } from '../src/sftp/old-files.ts';
import type { FeedDrops } from './feed-drops.ts';
import { keepAlive } from './keep-alive.ts';

export function createPurgeActivities({ database, fileDrop, sourceDrop }: FeedDrops) {
  const removeOld = (open: OpenFileDrop, removedMax: number) =>
    open((drop) =>
      removeOldFiles(drop, [ARCHIVE_FOLDER, ERROR_FOLDER], {
        before: new Date(Date.now() - SFTP_FILES_KEPT_DAYS * 24 * 60 * 60_000),
        newestKept: NEWEST_FILES_KEPT,
        removedMax,
        depthMax: FOLDER_DEPTH_CLEANED_MAX,
        refusedMax: OLD_FILES_REFUSED_MAX,
        filedSince: (paths, since) => findFiledSince(database, paths, since),
      }),
    );

  return {
    /** Removes what nobody reads any more. Null when producers were in the way: the next run tries again. */
    async purge(): Promise<Purged | null> {
      return keepAlive(() => purge(database));
    },

    /**
     * Removes files of `archive/` and `error/` that were kept SFTP_FILES_KEPT_DAYS, also on servers of sources. What it leaves, the next run
     * removes; and so it does on a server that cannot be used now, which the import tells.
     */
    async removeOldFiles(): Promise<RemovedFiles> {
      return keepAlive(async () => {
        let all = await removeOld(fileDrop, OLD_FILES_REMOVED_MAX);
        for (const { source, server } of await listSources(database)) {
          if (server === null || all.isMore) continue;
          const found = await removeOld(
            sourceDrop(source, server),
            OLD_FILES_REMOVED_MAX - all.removed,
          ).catch((error: unknown) => {
            if (error instanceof AtpError && isServerFault(error.code)) return null;
            throw error;
          });
          if (found) all = addRemoved(all, found);
        }
        return all;
      });
    },
  };
}

function addRemoved(one: RemovedFiles, other: RemovedFiles): RemovedFiles {
  const refused = (one.refused ?? 0) + (other.refused ?? 0);
  return {
    removed: one.removed + other.removed,
    isMore: one.isMore || other.isMore,
    ...(refused > 0 && { refused }),
  };
}
