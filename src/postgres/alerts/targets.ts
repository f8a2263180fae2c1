/** Who is told of conditions. */
import type { AlertTarget } from '../../domain/alert-target.ts';
import { AtpError } from '../../domain/errors.ts';
import { ALERT_TARGETS_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { breaksUnique } from '../sql-state.ts';

/** In SQL, items of a SELECT list from alert_target AS target. */
export const TARGET = `target.name, target.kind, target.address, target.sender, target.secret_ref AS "secretRef",
  target.min_severity AS "minSeverity", (extract(epoch FROM target.remind_every) * 1000)::float8 AS "remindEveryMs",
  target.silent_since AS "silentSince"`;

/** @throws AtpError ALERT_TARGET_EXISTS, INPUT_INVALID (there are ALERT_TARGETS_MAX) */
export async function addTarget(
  database: Database,
  { name, kind, address, sender, secretRef, minSeverity, remindEveryMs }: Omit<AlertTarget, 'silentSince'>,
): Promise<AlertTarget> {
  const added = await database
    .query(
      `INSERT INTO alert_target (name, kind, address, sender, secret_ref, min_severity, remind_every)
       SELECT $1, $2, $3, $4, $5, $6, make_interval(secs => $7::float8 / 1000)
       WHERE (SELECT count(*) FROM alert_target) < $8 RETURNING name`,
      [name, kind, address, sender, secretRef, minSeverity, remindEveryMs, ALERT_TARGETS_MAX],
    )
    .catch((error: unknown) => {
      if (breaksUnique(error)) throw new AtpError('ALERT_TARGET_EXISTS', { name }, { cause: error });
      throw error;
    });
  if (added.length === 0) {
    throw new AtpError('INPUT_INVALID', {
      reason: `there are ${ALERT_TARGETS_MAX} targets, and no more are taken`,
    });
  }
  return findTarget(database, name);
}

/** Removes it with what waits for it. @throws AtpError ALERT_TARGET_UNKNOWN */
export async function removeTarget(database: Database, name: string): Promise<void> {
  const removed = await database.query('DELETE FROM alert_target WHERE name = $1 RETURNING name', [name]);
  if (removed.length === 0) throw new AtpError('ALERT_TARGET_UNKNOWN', { name });
}

/** @throws AtpError ALERT_TARGET_UNKNOWN */
export async function findTarget(database: Database, name: string): Promise<AlertTarget> {
  const [target] = await database.query<AlertTarget>(
    `SELECT ${TARGET} FROM alert_target AS target WHERE name = $1`,
    [name],
  );
  if (!target) throw new AtpError('ALERT_TARGET_UNKNOWN', { name });
  return target;
}

/** By name. */
export async function listTargets(database: Pick<Database, 'query'>): Promise<readonly AlertTarget[]> {
  return database.query<AlertTarget>(`SELECT ${TARGET} FROM alert_target AS target ORDER BY name`);
}

/** The same, in a transaction that tells them. A target that is being removed meanwhile is gone, or waits. */
export async function lockTargets(connection: Connection): Promise<readonly AlertTarget[]> {
  const { rows } = await connection.query<AlertTarget>(
    `SELECT ${TARGET} FROM alert_target AS target ORDER BY name FOR NO KEY UPDATE`,
  );
  return rows;
}

export async function setSilent(
  connection: Connection,
  name: string,
  silentSince: Date | null,
): Promise<void> {
  await connection.query('UPDATE alert_target SET silent_since = $2 WHERE name = $1', [name, silentSince]);
}

export interface TargetState extends AlertTarget {
  /** Messages that it has not accepted yet. */
  readonly waiting: number;
  /** When the oldest of them was made; null: none waits. */
  readonly waitingSince: Date | null;
  readonly lastDeliveredAt: Date | null;
  /** When a message was last given up; null: never, or it has accepted one since. */
  readonly givenUpAt: Date | null;
  /** Of the last attempt that failed; null: the last one did not. */
  readonly lastError: string | null;
}

/** By name, by the indexes of alert_message. */
export async function listTargetStates(database: Database): Promise<readonly TargetState[]> {
  return database.query<TargetState>(
    `SELECT ${TARGET}, waiting.count AS waiting, waiting.since AS "waitingSince",
       done.delivered_at AS "lastDeliveredAt",
       CASE WHEN done.given_up_at > coalesce(done.delivered_at, '-infinity') THEN done.given_up_at END AS "givenUpAt",
       coalesce(waiting.error, CASE WHEN done.given_up_at > coalesce(done.delivered_at, '-infinity')
         THEN done.error END) AS "lastError"
     FROM alert_target AS target,
       LATERAL (SELECT count(*)::int AS count, min(made_at) AS since,
           (array_agg(last_error ORDER BY number) FILTER (WHERE last_error IS NOT NULL))[1] AS error
         FROM alert_message WHERE alert_message.target = target.name AND delivered_at IS NULL AND given_up_at IS NULL) AS waiting,
       LATERAL (SELECT max(delivered_at) AS delivered_at, max(given_up_at) AS given_up_at,
           (array_agg(last_error ORDER BY number DESC) FILTER (WHERE given_up_at IS NOT NULL))[1] AS error
         FROM alert_message WHERE alert_message.target = target.name) AS done
     ORDER BY target.name`,
  );
}
