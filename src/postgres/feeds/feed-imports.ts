/** The records of imports by number. */
import { AtpError, type ErrorCode } from '../../domain/errors.ts';
import type { FeedEffect, HoldReason } from '../../domain/feed-gates.ts';
import type { FeedImport, ImportState, ImportStateWord } from '../../domain/feed-import.ts';
import type { FeedType } from '../../domain/feed-type.ts';
import type { Connection, Database } from '../database.ts';
import { forgetHeldLevels } from './held-levels.ts';

interface NumberedFeed {
  /** What its import is known by. */
  readonly key: string;
  readonly fileName: string;
  /** Null: it came from a machine of ours. */
  readonly source: string | null;
  readonly type: FeedType;
  readonly writtenAt: Date;
  readonly claimed: { readonly path: string; readonly sizeBytes: number } | null;
}

export interface TakenNumber {
  readonly importId: number;
  /** The last posting before its own ones. */
  readonly afterEntry: number;
  readonly isApproved: boolean;
  /** When it came, of one that was held; null: it comes now. */
  readonly heldSince: Date | null;
}

const INSERT = `
  INSERT INTO feed_import (import_key, file_name, source, feed_type, claimed_path, size_bytes, sent_at, state)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

const valuesOf = ({ key, fileName, source, type, claimed, writtenAt }: NumberedFeed) => [
  key,
  fileName,
  source,
  type,
  claimed?.path ?? null,
  claimed?.sizeBytes ?? null,
  writtenAt,
];

/**
 * Gives an import its number, or that under which it was held. Whatever the transaction posts from here on has it, and has
 * happened when its file was written, where the statement does not say otherwise.
 *
 * @throws AtpError FEED_REJECTED, FEED_REPLACED
 */
export async function takeNumber(connection: Connection, feed: NumberedFeed): Promise<TakenNumber> {
  const { rows: known } = await connection.query<{
    state: ImportState;
    by: string;
    reason: string;
    cameAt: Date;
  }>(
    `SELECT state, decided_by AS by, decision_reason AS reason, came_at AS "cameAt" FROM feed_import WHERE import_key = $1 FOR UPDATE`,
    [feed.key],
  );
  const [was] = known;
  const refusedBy = was && REFUSED_BY[was.state];
  if (refusedBy) throw new AtpError(refusedBy, { fileName: feed.fileName, by: was.by, reason: was.reason });
  const { rows } = await connection.query<{ importId: number; afterEntry: number }>(
    `${INSERT} ON CONFLICT (import_key) DO UPDATE SET state = excluded.state
     RETURNING import_id AS "importId", set_config('atp.import_id', import_id::text, true),
       set_config('atp.happened_at', least(sent_at, now())::text, true),
       (SELECT coalesce(max(inventory_item_detail_id), 0) FROM inventory_item_detail) AS "afterEntry"`,
    [...valuesOf(feed), 'applied'],
  );
  const [{ importId, afterEntry } = { importId: 0, afterEntry: 0 }] = rows;
  // By feed_import_held.
  await replaceWrittenOver(connection, feed, `state = 'held'`);
  return { importId, afterEntry, isApproved: was?.state === 'approved', heldSince: was?.cameAt ?? null };
}

/** Its sender has written on: nobody waits for the earlier content. */
async function replaceWrittenOver(
  connection: Connection,
  { claimed, key }: Pick<NumberedFeed, 'claimed' | 'key'>,
  condition: string,
): Promise<void> {
  const { rows } = await connection.query<{ importId: number }>(
    `UPDATE feed_import SET state = 'replaced', decided_at = clock_timestamp()
     WHERE ${condition} AND claimed_path = $1 AND import_key <> $2 RETURNING import_id AS "importId"`,
    [claimed?.path ?? null, key],
  );
  await forgetHeldLevels(
    connection,
    rows.map(({ importId }) => importId),
  );
}

const REFUSED_BY: Partial<Readonly<Record<ImportState, ErrorCode>>> = {
  rejected: 'FEED_REJECTED',
  replaced: 'FEED_REPLACED',
};

interface Judged {
  readonly rows: number;
  readonly refused: number;
  readonly effect: FeedEffect;
  readonly reasons: readonly HoldReason[];
}

/** Records what an import has done, in its transaction. */
export async function recordApplied(
  connection: Connection,
  { importId, afterEntry }: TakenNumber,
  { rows, refused, effect, reasons }: Judged,
): Promise<void> {
  await connection.query(
    `UPDATE feed_import SET row_count = $2, refused_count = $3, effect = $4, reasons = $5, after_entry = $6,
       last_entry = (SELECT max(inventory_item_detail_id) FROM inventory_item_detail
         WHERE inventory_item_detail_id > $6 AND import_id = $1)
     WHERE import_id = $1`,
    [importId, rows, refused, JSON.stringify(effect), JSON.stringify(reasons), afterEntry],
  );
}

/** What an import has changed, as it is recorded. */
export async function readRecordedEffect(
  connection: Connection,
  importId: number,
): Promise<FeedEffect | undefined> {
  const { rows } = await connection.query<{ effect: FeedEffect }>(
    'SELECT effect FROM feed_import WHERE import_id = $1',
    [importId],
  );
  return rows[0]?.effect;
}

/**
 * Holds a feed, after its transaction was undone. An earlier content of its claim is not waited for any more: the sender has
 * written on. What a person has decided meanwhile stays.
 *
 * @returns its number
 */
export async function holdFeed(
  connection: Connection,
  feed: NumberedFeed & { readonly importId: number },
  judged: Judged,
): Promise<number> {
  await replaceWrittenOver(connection, feed, `state IN ('held', 'approved')`);
  const { rows } = await connection.query<{ importId: number }>(
    `INSERT INTO feed_import (import_key, file_name, source, feed_type, claimed_path, size_bytes, sent_at, state, import_id)
     OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (import_key) DO UPDATE SET import_key = excluded.import_key
     RETURNING import_id AS "importId"`,
    [...valuesOf(feed), 'held', feed.importId],
  );
  const importId = rows[0]?.importId ?? 0;
  const { rows: sent, refused, effect, reasons } = judged;
  const waiting = await connection.query(
    `UPDATE feed_import SET row_count = $2, refused_count = $3, effect = $4, reasons = $5
     WHERE import_id = $1 AND state = 'held'`,
    [importId, sent, refused, JSON.stringify(effect), JSON.stringify(reasons)],
  );
  if (waiting.rowCount === 0) await forgetHeldLevels(connection, [importId]);
  return importId;
}

/** A feed that waits for a person. */
export interface HeldFeed {
  readonly importId: number;
  /** `claimed/…`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** Since when it is held. */
  readonly cameAt: Date;
}

/** It waits for another one alone, and that is decided. */
const LAPSED = `jsonb_array_length(reasons) = 1 AND reasons->0->>'code' = 'BEHIND_HELD' AND NOT EXISTS (
  SELECT FROM feed_import AS first
  WHERE first.import_id = (feed_import.reasons->0->'detail'->>'importId')::bigint AND first.state = 'held')`;

/** By feed_import_held. Feeds that came from a machine of ours are never held. */
export async function listHeldFeeds(database: Database): Promise<readonly HeldFeed[]> {
  return database.query<HeldFeed>(
    `SELECT import_id AS "importId", claimed_path AS path, size_bytes AS "sizeBytes", sent_at AS "modifiedAt",
       came_at AS "cameAt"
     FROM feed_import WHERE state = 'held' AND NOT (${LAPSED}) ORDER BY came_at, import_id`,
  );
}

/** A complete count of which no row is good may say still what is not there any more. */
const IS_REFUSED = `(state = 'applied' AND row_count > 0 AND refused_count = row_count
  AND coalesce((effect ->> 'levels')::int, 0) = 0)`;

/** When the feed came that is held for the longest; null: none is held. By feed_import_held. */
export async function findOldestHeld(database: Database): Promise<Date | null> {
  const [oldest] = await database.query<{ cameAt: Date | null }>(
    `SELECT min(came_at) AS "cameAt" FROM feed_import WHERE state = 'held'`,
  );
  return oldest?.cameAt ?? null;
}

const SELECT = `
  SELECT import_id AS "importId", file_name AS "fileName", source, feed_type AS type, state, row_count AS rows,
    refused_count AS refused, ${IS_REFUSED} AS "isRefused", came_at AS "cameAt", reasons, effect, done_count AS done, pending_count AS pending, moved_at AS "movedAt",
    state = 'applying' AND undone_to IS NOT NULL AS "isBeingUndone", decided_at AS "decidedAt",
    decided_by AS "decidedBy", decision_reason AS "decisionReason"
  FROM feed_import`;

/** Those that are held first, the oldest of them first; then the others, the last ones first. */
export async function listImports(
  database: Database,
  page: {
    readonly limit: number;
    readonly state?: ImportStateWord | undefined;
    /** The last import of the page before. */
    readonly after?: Pick<FeedImport, 'importId' | 'state'> | undefined;
  },
): Promise<readonly FeedImport[]> {
  const { limit, state, after } = page;
  const isPastHeld = after !== undefined && after.state !== 'held';
  const held = `${SELECT} WHERE state = 'held' AND ($2::bigint IS NULL
      OR (came_at, import_id) > (SELECT came_at, import_id FROM feed_import WHERE import_id = $2))
    ORDER BY came_at, import_id LIMIT $1`;
  const others = `${SELECT} WHERE state <> 'held' AND ($2::text IS NULL
      OR CASE WHEN ${IS_REFUSED} THEN 'refused' ELSE state END = $2)
    AND ($3::bigint IS NULL OR import_id < $3) ORDER BY import_id DESC LIMIT $1`;
  const first =
    (state === undefined || state === 'held') && !isPastHeld
      ? await database.query<FeedImport>(held, [limit, after?.importId ?? null])
      : [];
  if (state === 'held') return first;
  const rest = await database.query<FeedImport>(others, [
    limit - first.length,
    state ?? null,
    isPastHeld ? after.importId : null,
  ]);
  return [...first, ...rest];
}

/** @throws AtpError IMPORT_UNKNOWN */
export async function findImport(database: Database, importId: number): Promise<FeedImport> {
  const [found] = await database.query<FeedImport>(`${SELECT} WHERE import_id = $1`, [importId]);
  if (!found) throw new AtpError('IMPORT_UNKNOWN', { importId });
  return found;
}

/**
 * Records what a person decides about a held feed; the next run of the import does it.
 *
 * @throws AtpError IMPORT_UNKNOWN, IMPORT_NOT_HELD, IMPORT_BEHIND_HELD
 */
export async function decideImport(
  database: Database,
  importId: number,
  decision: { readonly state: 'approved' | 'rejected'; readonly by: string; readonly reason: string },
): Promise<FeedImport> {
  const { reasons } = await findImport(database, importId);
  const first = reasons.find(({ code }) => code === 'BEHIND_HELD')?.detail['importId'];
  if (decision.state === 'approved' && first !== undefined) {
    const { state } = await findImport(database, Number(first));
    if (state === 'held') throw new AtpError('IMPORT_BEHIND_HELD', { importId, first });
  }
  const decided = await database.query(
    `UPDATE feed_import SET state = $2, decided_at = clock_timestamp(), decided_by = $3, decision_reason = $4
     WHERE import_id = $1 AND state = 'held' RETURNING import_id`,
    [importId, decision.state, decision.by, decision.reason],
  );
  const found = await findImport(database, importId);
  if (decided.length === 0) throw new AtpError('IMPORT_NOT_HELD', { importId, state: found.state });
  await database.query('DELETE FROM held_level WHERE import_id = $1', [importId]);
  return found;
}
