/** What lies in incoming/ and is read by nobody, as the last run of the import saw it. */
import type { Database } from '../database.ts';

export interface UntakenFile {
  readonly path: string;
  readonly seenSince: Date;
}

/** @param paths all that a run has seen which looks everywhere; what it did not see is there no more */
export async function recordUntaken(database: Database, paths: readonly string[]): Promise<void> {
  await database.query(
    `WITH gone AS (DELETE FROM untaken_file WHERE path <> ALL ($1))
     INSERT INTO untaken_file (path) SELECT unnest($1::text[]) ON CONFLICT (path) DO NOTHING`,
    [paths],
  );
}

export async function listUntaken(database: Database): Promise<readonly UntakenFile[]> {
  return database.query<UntakenFile>(
    'SELECT path, seen_since AS "seenSince" FROM untaken_file ORDER BY seen_since, path',
  );
}
