/** The conditions that rounds of the watch have seen. One is written by the round that has the turn. */
import type { Condition, Changes } from '../../domain/condition-states.ts';
import { CONDITIONS_KEPT_DAYS, WATCH_STOPPED_AFTER_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

/** In SQL, items of a SELECT list from `condition`. */
export const CONDITION = `condition.id, condition.code, condition.shop_id AS "shopId", condition.part,
  condition.check_name AS "checkName", condition.cost, condition.detail, condition.hint,
  condition.seen_in_row AS "seenInRow", condition.missed_in_row AS "missedInRow", condition.since,
  condition.first_seen_at AS "firstSeenAt", condition.last_seen_at AS "lastSeenAt",
  condition.began_at AS "beganAt", condition.ended_at AS "endedAt"`;

export type StoredCondition = Condition & { readonly id: number };

/** Those that have not ended, also those that were seen once only. */
export async function listKnownConditions(connection: Connection): Promise<readonly StoredCondition[]> {
  const { rows } = await connection.query<StoredCondition>(
    `SELECT ${CONDITION} FROM condition WHERE ended_at IS NULL ORDER BY id`,
  );
  return rows;
}

/** Those that have begun and not ended, the oldest first. */
export async function listOpenConditions(database: Database): Promise<readonly StoredCondition[]> {
  return database.query<StoredCondition>(
    `SELECT ${CONDITION} FROM condition WHERE began_at IS NOT NULL AND ended_at IS NULL ORDER BY began_at, id`,
  );
}

export interface LastLook {
  /** When a round of a watch began last; null: none ever has. */
  readonly lookedAt: Date | null;
  /**
   * Whether that was within WATCH_STOPPED_AFTER_MS, by the clock of the database. Not when it lies ahead by more: a watch that lives
   * would have looked since the clock was set back.
   */
  readonly isWatched: boolean;
}

export async function findLastLook(database: Database): Promise<LastLook> {
  const [watch] = await database.query<LastLook>(
    `SELECT looked_at AS "lookedAt", looked_at BETWEEN clock_timestamp() - make_interval(secs => $1)
       AND clock_timestamp() + make_interval(secs => $1) AS "isWatched"
     FROM watch WHERE looked_at > '-infinity'`,
    [WATCH_STOPPED_AFTER_MS / 1_000],
  );
  return watch ?? { lookedAt: null, isWatched: false };
}

/** Writes what a round has changed. */
export async function saveConditions(connection: Connection, { changed, forgotten }: Changes): Promise<void> {
  await connection.query('DELETE FROM condition WHERE id = ANY ($1)', [forgotten]);
  const rows = JSON.stringify(changed);
  await connection.query(
    `UPDATE condition SET check_name = seen."checkName", cost = seen.cost, detail = seen.detail, hint = seen.hint,
       seen_in_row = seen."seenInRow", missed_in_row = seen."missedInRow", since = seen.since,
       last_seen_at = seen."lastSeenAt", began_at = seen."beganAt", ended_at = seen."endedAt"
     FROM jsonb_to_recordset($1::jsonb) AS seen (${RECORD}) WHERE condition.id = seen.id`,
    [rows],
  );
  await connection.query(
    `INSERT INTO condition (code, shop_id, part, check_name, cost, detail, hint, seen_in_row, missed_in_row, since,
       first_seen_at, last_seen_at, began_at, ended_at)
     SELECT code, "shopId", part, "checkName", cost, detail, hint, "seenInRow", "missedInRow", since, "firstSeenAt",
       "lastSeenAt", "beganAt", "endedAt"
     FROM jsonb_to_recordset($1::jsonb) AS seen (${RECORD}) WHERE seen.id IS NULL`,
    [rows],
  );
}

const RECORD = `id bigint, code text, "shopId" text, part text, "checkName" text, cost text, detail text, hint text,
  "seenInRow" integer, "missedInRow" integer, since timestamptz, "firstSeenAt" timestamptz,
  "lastSeenAt" timestamptz, "beganAt" timestamptz, "endedAt" timestamptz`;

/** Removes what ended CONDITIONS_KEPT_DAYS ago, by the indexes condition_ended and alert_message_by_time. */
export async function purgeAlerts(session: Connection): Promise<void> {
  await session.query(
    `DELETE FROM condition WHERE ended_at < clock_timestamp() - make_interval(days => $1)`,
    [CONDITIONS_KEPT_DAYS],
  );
  await session.query(
    `DELETE FROM alert_message
     WHERE (delivered_at IS NOT NULL OR given_up_at IS NOT NULL)
       AND made_at < clock_timestamp() - make_interval(days => $1)`,
    [CONDITIONS_KEPT_DAYS],
  );
}
