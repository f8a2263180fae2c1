import type { CleanUpResult } from '../src/domain/jobs/clean-up.ts';
import { begin } from './begin.ts';
import { step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Clean up: remove what was kept long enough, from the database and from `archive/` and `error/` on SFTP.
 *
 * @param input `{}`
 */
export function cleanUp(input: unknown): Promise<CleanUpResult> {
  return asJob('clean-up', async () => {
    begin('clean-up', input);
    const purged = await step('purge', 'Remove what no file needs any more');
    const {
      removed,
      isMore,
      refused = 0,
    } = await step('removeOldFiles', 'Remove old files from archive/ and error/');
    return { purged, filesOnSftp: removed, refusedOnSftp: refused, isMoreOnSftp: isMore };
  });
}
