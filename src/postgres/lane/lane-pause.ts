/**
 * The pause of a lane. It is a state in the database, so it holds for every run and every worker, and needs neither
 * Temporal nor a worker. A call is stored, or marked as repeated, under the lane's lock and only if the lane is not
 * paused: once a pause is committed, no further call begins. Those that are on their way are answered and recorded.
 */
import { AtpError, isCoded } from '../../domain/errors.ts';
import type { LanePause } from '../../domain/lane-pause.ts';
import { PAUSE_TRIES_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { holdLane, lockLane, releaseLane, type LanePass } from './lane.ts';

/** Pauses the lane of a shop that exists. Throws LANE_PAUSED when it is paused already, LANE_LOCKED. */
export async function pauseLane(
  database: Database,
  shopId: string,
  { by, reason }: Pick<LanePause, 'by' | 'reason'>,
): Promise<void> {
  await inLockedLane(database, shopId, async (connection) => {
    await refusePaused(connection, shopId);
    await connection.query(
      `UPDATE lane SET paused_at = clock_timestamp(), paused_by = $2, pause_reason = $3 WHERE shop_id = $1`,
      [shopId, by, reason],
    );
  });
}

/** Ends the pause. Throws LANE_NOT_PAUSED, LANE_LOCKED. */
export async function resumeLane(database: Database, shopId: string): Promise<void> {
  await inLockedLane(database, shopId, async (connection) => {
    const { rowCount } = await connection.query(
      `UPDATE lane SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
       WHERE shop_id = $1 AND paused_at IS NOT NULL`,
      [shopId],
    );
    if (rowCount === 0) throw new AtpError('LANE_NOT_PAUSED', { shopId });
  });
}

/** Throws LANE_LOCKED after PAUSE_TRIES_MAX tries. */
async function inLockedLane(
  database: Database,
  shopId: string,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(async (connection) => {
        await lockLane(connection, shopId);
        await work(connection);
      });
    } catch (error) {
      if (tries === PAUSE_TRIES_MAX || !isCoded(error, 'LANE_LOCKED')) throw error;
    }
  }
}

/** Null: the lane is not paused. */
export async function findPause(database: Database, shopId: string): Promise<LanePause | null> {
  return database.transaction((connection) => readPause(connection, shopId));
}

/** Of the shops whose lane is paused, since when it is. By lane_pkey. */
export async function listPauses(
  database: Database,
  shopIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const pauses = await database.query<{ shopId: string; since: Date }>(
    `SELECT shop_id AS "shopId", paused_at AS since FROM lane
     WHERE shop_id = ANY ($1) AND paused_at IS NOT NULL`,
    [shopIds],
  );
  return new Map(pauses.map(({ shopId, since }) => [shopId, since]));
}

/** Throws LANE_PAUSED. In a transaction that has locked the lane, the answer holds until its end. */
export async function refusePaused(connection: Connection, shopId: string): Promise<void> {
  const pause = await readPause(connection, shopId);
  if (pause) throw new AtpError('LANE_PAUSED', { shopId, ...pause });
}

/** For a run that has entered the lane: why it has nothing to do there, with the lane released; null: not paused. */
export async function releaseIfPaused(database: Database, pass: LanePass): Promise<LanePause | null> {
  return database.transaction(async (connection) => {
    await holdLane(connection, pass);
    const pause = await readPause(connection, pass.shopId);
    if (pause) await releaseLane(connection, pass);
    return pause;
  });
}

async function readPause(connection: Connection, shopId: string): Promise<LanePause | null> {
  const { rows } = await connection.query<{ since: Date; by: string; reason: string }>(
    `SELECT paused_at AS since, paused_by AS by, pause_reason AS reason
     FROM lane WHERE shop_id = $1 AND paused_at IS NOT NULL`,
    [shopId],
  );
  return rows[0] ? { ...rows[0], since: rows[0].since.toISOString() } : null;
}
