/**
 * The audit log: every act of a person, with who did it, what went in, what came of it, and what it changed.
 *
 * An act is written before it begins and completed when it ends. An act without an end still runs, or its process died.
 */
import type { Database } from './database.ts';

export interface NewAct {
  /** Name of the operation, such as `shop.set`. */
  readonly act: string;
  readonly actor: string;
  /** From where it came, such as `cli`. */
  readonly via: string;
  /** Stored as JSON. It must hold no secret: whoever reads the log sees it. */
  readonly input: object;
}

export interface ActEnd {
  /** DONE, or the code that it failed with. UNEXPECTED: an error without a code. */
  readonly outcome: string;
  /** What the act changes, as it was before; null or absent: it does not tell. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ActRecord {
  readonly id: number;
  readonly act: string;
  readonly actor: string;
  readonly via: string;
  readonly startedAt: Date;
  /** Null: it still runs, or its process died. */
  readonly endedAt: Date | null;
  /** `DONE`, or a code of an error; null as long as there is no end. */
  readonly outcome: string | null;
  readonly input: unknown;
  /** Null: it was not told. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Writes down that the act begins. Returns its id, with which `endAct` completes it. */
export async function beginAct(database: Database, { act, actor, via, input }: NewAct): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    `INSERT INTO audit_log (act, actor, via, input) VALUES ($1, $2, $3, $4) RETURNING id`,
    [act, actor, via, asJson(input)],
  );
  if (!row) throw new Error('The database did not return the id of the act.');
  return row.id;
}

/** Writes down how the act ended. An act that has ended already stays as it is. */
export async function endAct(
  database: Database,
  id: number,
  { outcome, before, after }: ActEnd,
): Promise<void> {
  await database.query(
    `UPDATE audit_log SET ended_at = clock_timestamp(), outcome = $2, before = $3, after = $4
     WHERE id = $1 AND ended_at IS NULL`,
    [id, outcome, asJson(before), asJson(after)],
  );
}

/** How many acts of one name are written down in a time; further ones are not. */
export interface ActBound {
  readonly max: number;
  readonly withinMs: number;
}

/** Writes down an act that has ended already. By audit_log_by_act. */
export async function recordAct(
  database: Database,
  { act, actor, via, input, outcome }: NewAct & Pick<ActEnd, 'outcome'>,
  bound?: ActBound,
): Promise<void> {
  await database.query(
    `INSERT INTO audit_log (act, actor, via, input, outcome, started_at, ended_at)
     SELECT $1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp()
     WHERE $6::int IS NULL OR $6 > (
       SELECT count(*) FROM (
         SELECT FROM audit_log WHERE act = $1
           AND started_at > clock_timestamp() - make_interval(secs => $7::float8 / 1000) LIMIT $6) AS those)`,
    [act, actor, via, asJson(input), outcome, bound?.max ?? null, bound?.withinMs ?? null],
  );
}

export interface ActFilter {
  /** A whole name such as `shop.set`, or the part before a dot: `shop` finds every act of shops. */
  readonly act?: string | undefined;
  readonly actor?: string | undefined;
  /** Acts that began then or later. */
  readonly since?: Date | undefined;
  readonly limit: number;
  /** The id of an act: only those that began before it. */
  readonly after?: number | undefined;
}

/**
 * Acts, newest first, at most `limit` of them; `more`: the log has others that fit.
 *
 * By the indexes audit_log_by_act, audit_log_by_actor and audit_log_by_time.
 */
export async function listActs(
  database: Database,
  { act, actor, since, limit, after }: ActFilter,
): Promise<{ readonly acts: readonly ActRecord[]; readonly more: boolean }> {
  const found = await database.query<ActRecord>(
    `SELECT id, act, actor, via, started_at AS "startedAt", ended_at AS "endedAt", outcome, input, before, after
     FROM audit_log
     WHERE ($1::text IS NULL OR act = $1 OR starts_with(act, $1 || '.'))
       AND ($2::text IS NULL OR actor = $2)
       AND ($3::timestamptz IS NULL OR started_at >= $3)
       AND ($5::bigint IS NULL OR (started_at, id) < (SELECT started_at, id FROM audit_log WHERE id = $5))
     ORDER BY started_at DESC, id DESC LIMIT $4`,
    [act ?? null, actor ?? null, since ?? null, limit + 1, after ?? null],
  );
  return { acts: found.slice(0, limit), more: found.length > limit };
}

export interface JobAct {
  readonly act: string;
  readonly actor: string;
  readonly at: Date;
  readonly reason: string | null;
}

/**
 * The last acts of these names about a job that were done, the oldest first; where the shop was not named, it was the only
 * one. By audit_log_by_act.
 */
export async function listJobActs(
  database: Database,
  names: readonly string[],
  { job, shopId, limit }: { readonly job: string; readonly shopId: string | null; readonly limit: number },
): Promise<readonly JobAct[]> {
  const found = await database.query<JobAct>(
    `SELECT act, actor, started_at AS at, input ->> 'reason' AS reason FROM audit_log
     WHERE act = ANY ($1) AND outcome = 'DONE' AND input ->> 'job' = $2
       AND (input ->> 'shopId' IS NULL OR input ->> 'shopId' = $3)
     ORDER BY started_at DESC, id DESC LIMIT $4`,
    [names, job, shopId, limit],
  );
  return found.toReversed();
}

/** About which job an act was; null: it named none, so it may be about any of the shop, or of all. */
export interface ActedJob {
  readonly job: string | null;
  readonly shopId: string | null;
}

/** The jobs that acts of these names were about which began within `withinMs`, whatever came of them. By audit_log_by_act. */
export async function listJobsActedOn(
  database: Database,
  names: readonly string[],
  withinMs: number,
): Promise<readonly ActedJob[]> {
  return database.query<ActedJob>(
    `SELECT DISTINCT input ->> 'job' AS job, input ->> 'shopId' AS "shopId" FROM audit_log
     WHERE act = ANY ($1) AND started_at > clock_timestamp() - make_interval(secs => $2::float8 / 1000)`,
    [names, withinMs],
  );
}

/** Text for a jsonb column; null for nothing. */
function asJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part));
}

/** Postgres stores neither NUL nor half a surrogate pair, and an act is not to fail because its log cannot say it. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
