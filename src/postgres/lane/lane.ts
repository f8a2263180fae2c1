/**
 * A shop's lane: one file at a time, whoever starts it. Between two windows of a large file, the delta that follows it may go first
 * (docs/decisions/0085).
 *
 * The lease belongs to a workflow run (`holder`); it lasts LEASE_DURATION_MS beyond its holder's last sign of life,
 * by the database's clock. Every attempt of an activity enters the lane anew and gets a higher epoch, and every write
 * states its epoch. So an attempt that was believed dead and comes back is refused, even within the same run: a
 * heartbeat timeout does not stop it.
 *
 * Every function locks the lane's row before it looks at files. A producer marks its file READY under the same lock
 * before it wakes the lane, so no file becomes ready between "nothing left" and "released" without a wake-up that
 * finds the lane free.
 */
import { AtpError, type ErrorCode } from '../../domain/errors.ts';
import { whoMovesOn } from '../../domain/failed-step.ts';
import { LEASE_DURATION_MS, LOCK_TIMEOUT_MS } from '../../domain/limits.ts';
import type { UploadFileState } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { isLockTimeout } from '../sql-state.ts';
import { settleLeftItems } from './left-items.ts';
import {
  findDeltaToGoFirst,
  findFile,
  findHeadOfLane,
  IS_OUTDATED,
  lockFile,
  type UploadFile,
} from './upload-files.ts';

/** Who applies a shop's files: a workflow, in the chain of runs that began with `holder`. */
export interface LaneHolder {
  readonly shopId: string;
  readonly workflowId: string;
  /** First execution run id. */
  readonly holder: string;
}

/** An attempt's right to write in the lane, as long as no other attempt has a higher epoch. */
export interface LanePass {
  readonly shopId: string;
  readonly holder: string;
  readonly epoch: number;
}

/** Throws LANE_LOCKED. */
export async function lockLane(connection: Connection, shopId: string): Promise<void> {
  await waitForLane(shopId, async () => {
    const { rowCount } = await connection.query('SELECT FROM lane WHERE shop_id = $1 FOR UPDATE', [shopId]);
    if (rowCount !== 0) return;
    await connection.query('INSERT INTO lane (shop_id) VALUES ($1) ON CONFLICT DO NOTHING', [shopId]);
    await connection.query('SELECT FROM lane WHERE shop_id = $1 FOR UPDATE', [shopId]);
  });
}

/**
 * Locks the lane and then the shop, for whoever changes both. In this order: a step of the lane that owes a row has the
 * lane, and its row's reference to the shop waits while that is locked.
 *
 * Throws SHOP_UNKNOWN, LANE_LOCKED.
 */
export async function lockLaneAndShop(connection: Connection, shopId: string): Promise<void> {
  const there = await connection.query('SELECT FROM shop WHERE shop_id = $1', [shopId]);
  if (there.rowCount === 0) throw new AtpError('SHOP_UNKNOWN', { shopId });
  await lockLane(connection, shopId);
  const locked = await waitForLane(shopId, () =>
    connection.query('SELECT FROM shop WHERE shop_id = $1 FOR UPDATE', [shopId]),
  );
  if (locked.rowCount === 0) throw new AtpError('SHOP_UNKNOWN', { shopId });
}

/**
 * Runs a statement that waits for the lane's row. Its holder works for milliseconds, so one that has it for longer stands
 * still or is cut off; Postgres ends such a transaction after IDLE_IN_TRANSACTION_TIMEOUT_MS.
 */
async function waitForLane<Result>(shopId: string, statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new AtpError('LANE_LOCKED', { shopId, seconds: LOCK_TIMEOUT_MS / 1000 }, { cause: error });
  }
}

/**
 * Enters the lane for `holder`; null while another holder's lease lasts: not longer than a whole one, though the clock was set
 * back since. Who lives renews it until then.
 *
 * @param file whose state must be one of `states`: otherwise somebody has decided about it since the run took it, the
 *   lane is not entered, and UPLOAD_FILE_TAKEN_BACK is thrown
 */
export async function enterLane(
  database: Database,
  { shopId, workflowId, holder }: LaneHolder,
  file?: { readonly sequence: number; readonly states: readonly UploadFileState[] },
): Promise<LanePass | null> {
  return database.transaction(async (connection) => {
    await lockLane(connection, shopId);
    if (file) {
      const { sequence, states } = file;
      const { state } = await lockFile(connection, shopId, sequence);
      if (!states.includes(state)) throw new AtpError('UPLOAD_FILE_TAKEN_BACK', { shopId, sequence, state });
    }
    const { rows } = await connection.query<LanePass>(
      `UPDATE lane SET epoch = epoch + 1, reads_records_at_epoch = epoch + 1, holder = $2, holder_workflow_id = $4,
         expires_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
       WHERE shop_id = $1 AND (holder IS NULL OR holder = $2 OR expires_at < clock_timestamp())
       RETURNING shop_id AS "shopId", holder, epoch`,
      [shopId, holder, LEASE_DURATION_MS, workflowId],
    );
    if (!rows[0]) await connection.query(SHORTEN_LEASE, [shopId, LEASE_DURATION_MS]);
    return rows[0] ?? null;
  });
}

const WHOLE_LEASE_FROM_NOW = 'clock_timestamp() + make_interval(secs => $2::float8 / 1000)';
/** Mostly it finds nothing to shorten, and writes nothing. */
const SHORTEN_LEASE = `UPDATE lane SET expires_at = ${WHOLE_LEASE_FROM_NOW} WHERE shop_id = $1 AND expires_at > ${WHOLE_LEASE_FROM_NOW}`;

/** In SQL, of a row of lane: a run has its lease. */
export const LEASE_LASTS = '(holder IS NOT NULL AND expires_at > clock_timestamp())';

/** A lease that has not expired. */
export interface Lease extends LaneHolder {
  readonly epoch: number;
}

export async function findLease(database: Database, shopId: string): Promise<Lease | null> {
  const [lease] = await database.query<Lease>(
    `SELECT shop_id AS "shopId", holder_workflow_id AS "workflowId", holder, epoch
     FROM lane WHERE shop_id = $1 AND holder_workflow_id IS NOT NULL AND ${LEASE_LASTS}`,
    [shopId],
  );
  return lease ?? null;
}

/**
 * Ends the lease of a run that was found to have ended. A lease that another attempt has renewed since then stays. Should
 * the run live after all, its writes are refused, because the next run has a higher epoch.
 */
export async function endLease(database: Database, { shopId, holder, epoch }: Lease): Promise<void> {
  await database.transaction(async (connection) => {
    await lockLane(connection, shopId);
    await connection.query(
      `UPDATE lane SET expires_at = '-infinity' WHERE shop_id = $1 AND holder = $2 AND epoch = $3`,
      [shopId, holder, epoch],
    );
  });
}

/**
 * Proves that the attempt still has the lane, and renews its lease: the first statement of every write. Throws
 * LANE_TAKEN_OVER when another run has the lane, LANE_ATTEMPT_OVERTAKEN when another attempt of this run entered it, and
 * LANE_LOCKED.
 */
export async function holdLane(connection: Connection, { shopId, holder, epoch }: LanePass): Promise<void> {
  const { rowCount } = await waitForLane(shopId, () =>
    connection.query(
      `UPDATE lane SET expires_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
       WHERE shop_id = $1 AND epoch = $2`,
      [shopId, epoch, LEASE_DURATION_MS],
    ),
  );
  if (rowCount === 0) await refuseOvertaken(connection, { shopId, holder, epoch });
}

/**
 * Throws as `holdLane` when the attempt has lost the lane. For reads only, which wait for nobody and keep nobody waiting: what is
 * decided by them is proved again by the write that follows.
 */
export async function refuseOvertaken(
  connection: Connection,
  { shopId, holder, epoch }: LanePass,
): Promise<void> {
  const { rows } = await connection.query<{ isOurs: boolean; isCurrent: boolean }>(
    'SELECT holder = $2 AS "isOurs", epoch = $3 AS "isCurrent" FROM lane WHERE shop_id = $1',
    [shopId, holder, epoch],
  );
  const [lane] = rows;
  if (lane?.isCurrent) return;
  throw new AtpError(lane?.isOurs ? 'LANE_ATTEMPT_OVERTAKEN' : 'LANE_TAKEN_OVER', { shopId });
}

/** Renews the lease of an attempt that has nothing to write for a while. Throws as `holdLane`. */
export async function renewLease(database: Database, pass: LanePass): Promise<void> {
  await database.transaction((connection) => holdLane(connection, pass));
}

/**
 * The file at the head of the lane. When it is BLOCKED or there is none, the lane is released in the same transaction.
 *
 * @param letsDeltaGoFirst a delta that may go before the rest of a large file comes instead of it
 * @param triesBlocked a BLOCKED file whose cause may be gone by itself is taken back into its state before
 * @param mended the file whose cause was found to be gone, and that cause: it is taken back as well, unless somebody has
 *   decided about it since
 */
export async function takeNextFile(
  database: Database,
  pass: LanePass,
  {
    letsDeltaGoFirst = false,
    triesBlocked = false,
    mended = null,
  }: {
    readonly letsDeltaGoFirst?: boolean;
    readonly triesBlocked?: boolean;
    readonly mended?: MendedFile | null;
  } = {},
): Promise<UploadFile | null> {
  return database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const head = await findHeadOfLane(connection, pass.shopId);
    const delta = letsDeltaGoFirst && head ? await findDeltaToGoFirst(connection, head) : null;
    if (delta) return delta;
    const mayGoOn =
      (triesBlocked && head !== null && whoMovesOn(head.reasonCode) === 'next-run') ||
      (mended !== null && mended.sequence === head?.sequence && mended.code === head.reasonCode);
    if (head?.state === 'BLOCKED' && mayGoOn) {
      await unblockFile(connection, head);
      return findHeadOfLane(connection, pass.shopId);
    }
    if (!head || head.state === 'BLOCKED') await releaseLane(connection, pass);
    return head;
  });
}

/** A blocked file, and the code of what has blocked it. */
export interface MendedFile {
  readonly sequence: number;
  readonly code: string;
}

/**
 * BLOCKED → APPLYING when a part of the file was sent already, WRITING when it was never on SFTP, else READY. Why and
 * since when it was BLOCKED stays with it until it is applied or a person decides.
 */
export async function unblockFile(
  connection: Connection,
  { shopId, sequence }: Pick<UploadFile, 'shopId' | 'sequence'>,
): Promise<void> {
  await connection.query(
    `UPDATE upload_file SET state = CASE
       WHEN sha256 IS NULL THEN 'WRITING'
       WHEN EXISTS (SELECT FROM shopify_call AS call
         WHERE call.shop_id = $1 AND call.sequence = $2) THEN 'APPLYING'
       ELSE 'READY' END
     WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence],
  );
}

/**
 * Takes the lane away from whoever has it: the lease ends, and the epoch rises, so that every attempt that has entered
 * is refused at its next write. The lane is locked already.
 */
export async function takeLaneAway(connection: Connection, shopId: string): Promise<void> {
  await connection.query(
    `UPDATE lane SET epoch = epoch + 1, holder = NULL, holder_workflow_id = NULL, expires_at = '-infinity'
     WHERE shop_id = $1`,
    [shopId],
  );
}

/** Ends the lease of an attempt that has nothing more to do. It must have held the lane in this transaction. */
export async function releaseLane(connection: Connection, { shopId, epoch }: LanePass): Promise<void> {
  await connection.query(
    `UPDATE lane SET holder = NULL, holder_workflow_id = NULL, expires_at = '-infinity'
     WHERE shop_id = $1 AND epoch = $2`,
    [shopId, epoch],
  );
}

/**
 * READY → APPLYING, once the file on SFTP was found to be the one that was written. False: it is not READY any more, since a Hard
 * Sync may have superseded it; or it is not its turn, since a person may have stopped the file before whose rest it was to go.
 */
export async function startApplying(database: Database, pass: LanePass, sequence: number): Promise<boolean> {
  const { shopId } = pass;
  return database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const head = await findHeadOfLane(connection, shopId);
    const isHead = head?.sequence === sequence;
    const goesFirst = head && !isHead ? await findDeltaToGoFirst(connection, head) : null;
    if (!isHead && goesFirst?.sequence !== sequence) return false;
    const { rowCount } = await connection.query(
      `UPDATE upload_file SET state = 'APPLYING', started_at = coalesce(started_at, clock_timestamp()),
         goes_before = coalesce(goes_before, $3),
         -- The rest of that file leaves alone what this one settles, so it takes over since when the change waits.
         oldest_change_at = least(oldest_change_at, (SELECT oldest_change_at FROM upload_file
           WHERE shop_id = $1 AND sequence = $3)),
         applier_key = (SELECT holder_workflow_id || ' ' || holder FROM lane WHERE shop_id = $1)
       WHERE shop_id = $1 AND sequence = $2 AND state IN ('READY', 'APPLYING')`,
      [shopId, sequence, isHead ? null : head?.sequence],
    );
    return rowCount !== 0;
  });
}

/**
 * → BLOCKED: the file cannot be applied. The lane is released, and no later file is applied before this one. A file that
 * has left the states `from` meanwhile is left as it is: its producer has published it, or a person has decided. So is a
 * file that was BLOCKED since `lastBlocked`: an attempt whose answer was lost has blocked it, and a person may have
 * decided since.
 *
 * @returns whether that is news: it is not when the file was tried again and failed by the same cause
 */
export async function blockFile(
  database: Database,
  pass: LanePass,
  block: {
    readonly sequence: number;
    readonly code: ErrorCode;
    readonly reason: string;
    readonly from?: readonly UploadFileState[];
    /** As it was when the run took the file; absent: whenever. */
    readonly lastBlocked?: string | null;
  },
): Promise<boolean> {
  return database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const { rows } = await connection.query<{ isNews: boolean }>(
      `UPDATE upload_file AS file SET state = 'BLOCKED', reason_code = $3, reason = $4, blocked_at = clock_timestamp(),
         blocked_since = coalesce(file.blocked_since, clock_timestamp())
       FROM upload_file AS before
       WHERE file.shop_id = $1 AND file.sequence = $2 AND file.state = ANY($5)
         AND ($6 OR extract(epoch FROM file.blocked_at)::text IS NOT DISTINCT FROM $7)
         AND before.shop_id = $1 AND before.sequence = $2
       RETURNING before.blocked_since IS NULL OR before.reason_code IS DISTINCT FROM $3 AS "isNews"`,
      [
        pass.shopId,
        block.sequence,
        block.code,
        block.reason,
        block.from ?? ['WRITING', 'READY', 'APPLYING'],
        block.lastBlocked === undefined,
        block.lastBlocked ?? null,
      ],
    );
    await releaseLane(connection, pass);
    return rows[0]?.isNews ?? false;
  });
}

/** What became of a file's rows; the four add up to its rows, less those that a later file has settled or takes. */
export interface FileOutcome {
  readonly applied: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly owed: number;
}

/**
 * APPLYING → APPLIED, or PARTIAL when a row is quarantined or owed; SUPERSEDED when it is outdated. Every row of a file
 * that is not must be settled.
 */
export async function closeFile(
  database: Database,
  pass: LanePass,
  sequence: number,
): Promise<{ readonly file: UploadFile; readonly outcome: FileOutcome }> {
  const outcome = await database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const counts = await countRows(connection, pass.shopId, sequence);
    const state = counts.quarantined + counts.owed > 0 ? 'PARTIAL' : 'APPLIED';
    await connection.query(
      `UPDATE upload_file AS file SET state = CASE WHEN ${IS_OUTDATED} THEN 'SUPERSEDED' ELSE $3 END,
         closed_at = now(), reason_code = NULL, reason = NULL, blocked_since = NULL
       FROM shop WHERE shop.shop_id = file.shop_id
         AND file.shop_id = $1 AND file.sequence = $2 AND file.state = 'APPLYING'`,
      [pass.shopId, sequence, state],
    );
    await settleLeftItems(connection, pass.shopId, sequence);
    return counts;
  });
  return { file: await findFile(database, pass.shopId, sequence), outcome };
}

/** Counts what became of a file's rows so far, and records the counts with the file while the lane is not done with it. */
export async function countRows(
  connection: Connection,
  shopId: string,
  sequence: number,
): Promise<FileOutcome> {
  const { rows } = await connection.query<FileOutcome>(
    `WITH counted AS (
       SELECT count(*) FILTER (WHERE outcome = 'APPLIED')::int AS applied,
         count(*) FILTER (WHERE outcome = 'UNCHANGED')::int AS unchanged,
         count(*) FILTER (WHERE outcome = 'QUARANTINED')::int AS quarantined,
         count(*) FILTER (WHERE outcome = 'OWED')::int AS owed
       FROM applied_row WHERE shop_id = $1 AND sequence = $2
     ), written AS (
       UPDATE upload_file SET applied_count = applied, unchanged_count = unchanged,
         quarantined_count = quarantined, owed_count = owed
       FROM counted WHERE shop_id = $1 AND sequence = $2 AND state IN ('APPLYING', 'BLOCKED')
     )
     SELECT applied, unchanged, quarantined, owed FROM counted`,
    [shopId, sequence],
  );
  return rows[0] ?? { applied: 0, unchanged: 0, quarantined: 0, owed: 0 };
}
