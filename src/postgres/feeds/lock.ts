import { AtpError } from '../../domain/errors.ts';
import { IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { isLockTimeout } from '../sql-state.ts';

/** First key of our advisory locks; the second is the feed's path. */
const FEED_LOCK = 7_201_154;

/**
 * Runs `work` while nobody else works on the feed of this path. The lock ends with the session, so a killed importer
 * leaves none, and Postgres ends the session of one that stands still. Throws IMPORT_BUSY.
 */
export async function whileFeedIsLocked<Result>(
  database: Database,
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  return database.session(async (session) => {
    await session.query(`SET lock_timeout = ${IMPORT_WAIT_MS}`);
    try {
      await session.query('SELECT pg_advisory_lock($1, hashtext($2))', [FEED_LOCK, path]);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      const reason = `another run has worked on it for ${IMPORT_WAIT_MS / 1000} s`;
      throw new AtpError('IMPORT_BUSY', { fileName: path, reason }, { cause: error });
    }
    return work();
  });
}
