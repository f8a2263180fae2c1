/** Large imports, and undos of them, that are done only in part, and that nobody gets on with. */
import type { FeedType } from '../../domain/feed-type.ts';
import { IMPORT_STILL_AFTER_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { classOf } from './chunk-kinds.ts';
import { readTurnsTaken } from './import-turns.ts';

export interface UnfinishedImport {
  readonly importId: number;
  readonly type: FeedType;
  readonly fileName: string;
  readonly done: number;
  readonly pending: number;
  readonly cameAt: Date;
  /** When it has got on last; null: an earlier release has judged it. */
  readonly movedAt: Date | null;
  /** Somebody has undone it: `done` and `pending` are its postings that are taken back, and that are still to be. */
  readonly isBeingUndone: boolean;
  /** Whether somebody has the turn of its class. */
  readonly isWorkedOn: boolean;
}

/** Imports that are posted only in part, and nobody works on them, or they have not got on for long. By feed_import_applying. */
export async function listUnfinished(database: Database): Promise<readonly UnfinishedImport[]> {
  const taken = await readTurnsTaken(database);
  const found = await database.query<Omit<UnfinishedImport, 'isWorkedOn'> & { readonly isStill: boolean }>(
    `SELECT import_id AS "importId", feed_type AS type, file_name AS "fileName", done_count AS done,
       pending_count AS pending, came_at AS "cameAt", moved_at AS "movedAt",
       undone_to IS NOT NULL AS "isBeingUndone",
       coalesce(moved_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000), false) AS "isStill"
     FROM feed_import WHERE state = 'applying' ORDER BY import_id`,
    [IMPORT_STILL_AFTER_MS],
  );
  return found
    .map((each) => ({ ...each, isWorkedOn: taken.includes(classOf(each.type)) }))
    .filter(({ isWorkedOn, isStill }) => !isWorkedOn || isStill);
}
