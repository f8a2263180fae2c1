/**
 * The outbox: messages for targets. Each is delivered by whoever has claimed it, one attempt at a time, and those of one
 * target in their order. A message may arrive twice when whoever sent it died before it could write that down.
 */
import { randomUUID } from 'node:crypto';
import type { AlertMessage, Phase } from '../../domain/alert-message.ts';
import type { AlertTarget, TellableCondition } from '../../domain/alert-target.ts';
import {
  ALERT_CLAIM_MS,
  ALERT_GIVEN_UP_AFTER_MS,
  ALERT_RETRY_FIRST_MS,
  ALERT_RETRY_LONGEST_MS,
} from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { CONDITION, type StoredCondition } from './conditions.ts';
import { TARGET } from './targets.ts';

const IS_WAITING = 'delivered_at IS NULL AND given_up_at IS NULL';

/** The conditions that a target may have to be told of: those that are open, and those whose end it was not told. */
export async function listTellable(
  connection: Connection,
  target: string,
): Promise<readonly TellableCondition[]> {
  const { rows } = await connection.query<StoredCondition & { toldAt: Date | null }>(
    `SELECT ${CONDITION}, told.told_at AS "toldAt"
     FROM condition LEFT JOIN condition_told AS told ON told.condition_id = condition.id AND told.target = $1
     WHERE (condition.began_at IS NOT NULL AND condition.ended_at IS NULL) OR told.told_at IS NOT NULL
     ORDER BY condition.id`,
    [target],
  );
  return rows.map(({ toldAt, ...condition }) => ({ condition, toldAt }));
}

/** @param until now: what lies ahead was made before the clock was set back, and counts no longer */
export async function countMessages(
  connection: Connection,
  target: string,
  since: Date,
  until: Date,
): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM alert_message WHERE target = $1 AND made_at > $2 AND made_at <= $3',
    [target, since, until],
  );
  return rows[0]?.count ?? 0;
}

/** Conditions that began and ended without the target being told of them. */
export async function countNeverTold(connection: Connection, target: string, since: Date): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM condition
     WHERE began_at >= $2 AND ended_at >= $2
       AND NOT EXISTS (SELECT FROM condition_told WHERE condition_id = condition.id AND target = $1)`,
    [target, since],
  );
  return rows[0]?.count ?? 0;
}

/** Puts a message in, and records that the target knows of its conditions. */
export async function putMessage(
  connection: Connection,
  target: string,
  phase: Phase,
  message: AlertMessage,
  conditionIds: readonly number[],
): Promise<void> {
  await connection.query(
    `INSERT INTO alert_message (id, target, phase, message, made_at, next_try_at) VALUES ($1, $2, $3, $4, $5, $5)`,
    [message.id, target, phase, JSON.stringify(message), message.at],
  );
  if (phase === 'ended') {
    await connection.query('DELETE FROM condition_told WHERE target = $1 AND condition_id = ANY ($2)', [
      target,
      conditionIds,
    ]);
    return;
  }
  await connection.query(
    `INSERT INTO condition_told (condition_id, target, told_at) SELECT unnest($2::bigint[]), $1, $3
     ON CONFLICT (condition_id, target) DO UPDATE SET told_at = excluded.told_at`,
    [target, conditionIds, message.at],
  );
}

export interface ClaimedMessage {
  readonly id: string;
  readonly target: AlertTarget;
  readonly message: AlertMessage;
  /** This attempt is the first one, or a later one. */
  readonly tries: number;
  readonly claim: string;
}

/**
 * What lies further ahead of the clock of now than any pause was put there before the clock was set back: to wait for it
 * might take hours, so it is due.
 */
function isAhead(time: string, now: string): string {
  return `${time} > ${now}::timestamptz + interval '${ALERT_RETRY_LONGEST_MS} milliseconds'`;
}

/**
 * Claims the oldest message that is due, of a target whose older ones are done with. Null: there is none.
 *
 * @param dueForMs only one that has been due for so long
 */
export async function claimMessage(
  database: Database,
  now: Date,
  dueForMs: number,
): Promise<ClaimedMessage | null> {
  const claim = randomUUID();
  const [claimed] = await database.query<{ id: string; message: AlertMessage; tries: number } & AlertTarget>(
    `UPDATE alert_message SET claim = $1, tries = tries + 1,
       claimed_until = $2::timestamptz + make_interval(secs => $3::float8 / 1000)
     FROM alert_target AS target
     WHERE target.name = alert_message.target AND id = (
       SELECT id FROM alert_message AS due
       WHERE ${IS_WAITING}
         AND (next_try_at <= $2::timestamptz - make_interval(secs => $4::float8 / 1000) OR ${isAhead('next_try_at', '$2')})
         AND (claimed_until IS NULL OR claimed_until <= $2 OR ${isAhead('claimed_until', '$2')})
         AND NOT EXISTS (SELECT FROM alert_message AS older
           WHERE older.target = due.target AND older.number < due.number
             AND older.delivered_at IS NULL AND older.given_up_at IS NULL)
       ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, message, tries, ${TARGET}`,
    [claim, now, ALERT_CLAIM_MS, dueForMs],
  );
  if (!claimed) return null;
  const { id, message, tries, ...target } = claimed;
  return { id, message, tries, target, claim };
}

/** Does nothing when the claim is another's by now. */
export async function markDelivered(
  database: Database,
  { id, claim }: ClaimedMessage,
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE alert_message SET delivered_at = $3, claim = NULL, claimed_until = NULL, last_error = NULL
     WHERE id = $1 AND claim = $2`,
    [id, claim, now],
  );
}

/** Plans the next attempt, or gives the message up when it would come ALERT_GIVEN_UP_AFTER_MS after it was made. */
export async function markFailed(
  database: Database,
  { id, claim, tries }: ClaimedMessage,
  error: string,
  now: Date,
): Promise<void> {
  const pauseMs = Math.min(ALERT_RETRY_LONGEST_MS, ALERT_RETRY_FIRST_MS * 2 ** (tries - 1));
  await database.query(
    `UPDATE alert_message SET claim = NULL, claimed_until = NULL, last_error = $3, next_try_at = $4,
       given_up_at = CASE WHEN $4::timestamptz > made_at + make_interval(secs => $6::float8 / 1000)
         THEN $5::timestamptz END
     WHERE id = $1 AND claim = $2`,
    [id, claim, error, new Date(now.getTime() + pauseMs), now, ALERT_GIVEN_UP_AFTER_MS],
  );
}

/** When the next message may be tried, also one that somebody has claimed; null: none waits. */
export async function findNextTry(database: Database, now: Date): Promise<Date | null> {
  const [next] = await database.query<{ at: Date | null }>(
    `SELECT min(CASE WHEN ${isAhead('at', '$1')} THEN $1 ELSE at END) AS at FROM (
       SELECT DISTINCT ON (target) greatest(next_try_at, claimed_until) AS at FROM alert_message
       WHERE ${IS_WAITING} ORDER BY target, number) AS first_of_target`,
    [now],
  );
  return next?.at ?? null;
}
