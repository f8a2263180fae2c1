/** Plans: products that are withheld until a person decides. The states are in src/domain/sync-plan.ts. */
import { AtpError } from '../../domain/errors.ts';
import { PLANS_LISTED_MAX } from '../../domain/limits.ts';
import type { PlanCounts, PlanState } from '../../domain/sync-plan.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { passOver } from '../whole-pass.ts';
import { PLANNED } from './planned-rows.ts';

export interface SyncPlan {
  readonly shopId: string;
  /** Its number; each shop counts its own. */
  readonly plan: number;
  /** Rises when products join it. Of an approved plan: up to which it was approved. */
  readonly revision: number;
  /** Of the file that its approval makes. `hard-sync`: the whole file waits; otherwise only the plan's products. */
  readonly kind: UploadFileKind;
  readonly state: PlanState;
  /** Its products by cause; of an approved plan those that were approved. */
  readonly counts: PlanCounts;
  /** The file that was made of it, once it is APPROVED; null also when nothing differed any more. */
  readonly sequence: number | null;
  readonly madeAt: Date;
  readonly closedAt: Date | null;
}

const SELECT_PLAN = `
  SELECT shop_id AS "shopId", plan, revision, kind, state, counts, sequence, made_at AS "madeAt",
    closed_at AS "closedAt"
  FROM sync_plan`;

/** Those that are HELD and the newest PLANS_LISTED_MAX, newest first. */
export async function listPlans(database: Database, shopId: string): Promise<readonly SyncPlan[]> {
  return database.query<SyncPlan>(
    `${SELECT_PLAN} WHERE shop_id = $1 AND (state = 'HELD'
       OR plan > (SELECT max(plan) FROM sync_plan WHERE shop_id = $1) - $2)
     ORDER BY plan DESC`,
    [shopId, PLANS_LISTED_MAX],
  );
}

/** Throws PLAN_UNKNOWN. */
export async function findPlan(database: Database, shopId: string, plan: number): Promise<SyncPlan> {
  const [found] = await database.query<SyncPlan>(`${SELECT_PLAN} WHERE shop_id = $1 AND plan = $2::bigint`, [
    shopId,
    plan,
  ]);
  if (!found) throw new AtpError('PLAN_UNKNOWN', { shopId, plan });
  return found;
}

/** The shop's plan that waits; null: none does. */
export async function findHeldPlan(connection: Connection, shopId: string): Promise<SyncPlan | null> {
  const { rows } = await connection.query<SyncPlan>(`${SELECT_PLAN} WHERE shop_id = $1 AND state = 'HELD'`, [
    shopId,
  ]);
  return rows[0] ?? null;
}

/**
 * HELD → REJECTED: nothing is sent, and the next run judges its products anew. Its rows stay until then, so that they
 * are candidates of that run. Throws PLAN_UNKNOWN, PLAN_NOT_HELD.
 */
export async function rejectPlan(connection: Connection, shopId: string, plan: number): Promise<SyncPlan> {
  const { rowCount } = await connection.query(
    `UPDATE sync_plan SET state = 'REJECTED', closed_at = now()
     WHERE shop_id = $1 AND plan = $2::bigint AND state = 'HELD'`,
    [shopId, plan],
  );
  return rowCount === 0 ? requireHeldPlan(connection, shopId, plan) : readPlan(connection, shopId, plan);
}

/** The plan, if a person can still decide about it. Throws PLAN_UNKNOWN, PLAN_NOT_HELD. */
export async function requireHeldPlan(
  connection: Connection,
  shopId: string,
  plan: number,
): Promise<SyncPlan> {
  const found = await readPlan(connection, shopId, plan);
  if (found.state !== 'HELD') throw new AtpError('PLAN_NOT_HELD', { shopId, plan, state: found.state });
  return found;
}

async function readPlan(connection: Connection, shopId: string, plan: number): Promise<SyncPlan> {
  const { rows } = await connection.query<SyncPlan>(
    `${SELECT_PLAN} WHERE shop_id = $1 AND plan = $2::bigint`,
    [shopId, plan],
  );
  if (!rows[0]) throw new AtpError('PLAN_UNKNOWN', { shopId, plan });
  return rows[0];
}

/** The plan that this producer has looked at last or, by a person's approval, carried out. */
export async function findPlanOfProducer(
  connection: Connection,
  producerKey: string,
): Promise<SyncPlan | null> {
  const { rows } = await connection.query<SyncPlan>(
    `${SELECT_PLAN} WHERE producer_key = $1 OR approval_key = $1
     ORDER BY coalesce(approval_key = $1, false) DESC LIMIT 1`,
    [producerKey],
  );
  return rows[0] ?? null;
}

/** A run that withholds rows, or no longer does. */
interface Withholding {
  readonly shopId: string;
  readonly kind: UploadFileKind;
  readonly producerKey: string;
  /** How many rows are withheld. */
  readonly withheldCount: number;
}

/**
 * Makes what this run withholds the products of the shop's plan: of the one that is held, which keeps its number, or of
 * a new one. Null: nothing is withheld any more, and a plan that was held is REPLACED.
 */
export async function keepPlan(
  session: Connection,
  withholding: Withholding,
  held: SyncPlan | null,
): Promise<SyncPlan | null> {
  const { shopId, withheldCount } = withholding;
  if (!held && withheldCount === 0) {
    await removeClosedRows(session, shopId);
    return null;
  }
  const plan = held?.plan ?? (await openPlan(session, withholding));
  await writeRows(session, shopId, plan, held ? held.revision + 1 : 1);
  const { rows } = await session.query<{
    counts: PlanCounts;
    revision: number;
    oldestChangeAt: string | null;
  }>(
    `SELECT coalesce(jsonb_object_agg(cause, rows), '{}') AS counts, coalesce(max(revision), 0) AS revision,
       min(changed_at)::text AS "oldestChangeAt"
     FROM (SELECT cause, count(*) AS rows, max(revision) AS revision, min(coalesce(changed_at, since)) AS changed_at
       FROM sync_plan_row WHERE shop_id = $1 AND plan = $2 GROUP BY cause) AS cause`,
    [shopId, plan],
  );
  const { counts, revision, oldestChangeAt } = rows[0] ?? { counts: {}, revision: 0, oldestChangeAt: null };
  // The counts of a plan of which nothing is left stay those of the run before.
  const isEmpty = revision === 0;
  await session.query(
    `UPDATE sync_plan SET producer_key = $3, kind = $4, revision = greatest(revision, $5),
       ${isEmpty ? `state = 'REPLACED', closed_at = now()` : 'counts = $6, oldest_change_at = $7'}
     WHERE shop_id = $1 AND plan = $2`,
    [
      shopId,
      plan,
      withholding.producerKey,
      withholding.kind,
      revision,
      ...(isEmpty ? [] : [JSON.stringify(counts), oldestChangeAt]),
    ],
  );
  await removeClosedRows(session, shopId);
  return isEmpty ? null : readPlan(session, shopId, plan);
}

/** HELD → REPLACED: a file that is due says all that the plan would have said. */
export async function replaceHeldPlan(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `UPDATE sync_plan SET state = 'REPLACED', closed_at = now() WHERE shop_id = $1 AND state = 'HELD'`,
    [shopId],
  );
  await removeClosedRows(session, shopId);
}

async function openPlan(session: Connection, { shopId, kind, producerKey }: Withholding): Promise<number> {
  const { rows } = await session.query<{ plan: number }>(
    `INSERT INTO sync_plan (shop_id, plan, kind, state, producer_key)
     SELECT $1, coalesce(max(plan), 0) + 1, $2, 'HELD', $3 FROM sync_plan WHERE shop_id = $1
     RETURNING plan`,
    [shopId, kind, producerKey],
  );
  return rows[0]?.plan ?? 0;
}

/**
 * The plan's rows become those that are withheld. A row that joins, or waits for another cause, gets the revision. A row
 * that is there takes over an older change, which a file has brought back that was skipped.
 */
async function writeRows(session: Connection, shopId: string, plan: number, revision: number): Promise<void> {
  await passOver(
    session,
    `DELETE FROM sync_plan_row AS row
     WHERE shop_id = $1 AND plan = $2 AND NOT EXISTS (
       SELECT FROM ${PLANNED} AS planned
       WHERE planned.product_id = row.product_id AND planned.withheld_for IS NOT NULL)`,
    [shopId, plan],
  );
  await session.query(
    `INSERT INTO sync_plan_row AS row
       (shop_id, plan, product_id, cause, quantity_before, sequence_before, withheld_quantity, quantity, revision,
       changed_at)
     SELECT $1, $2, product_id, withheld_for, quantity_before, sequence_before,
       CASE WHEN quantity_before IS NOT NULL THEN file_quantity END, quantity, $3,
       coalesce(least(held_changed_at, changed_at), now())
     FROM ${PLANNED} WHERE withheld_for IS NOT NULL
     ON CONFLICT (shop_id, plan, product_id) DO UPDATE SET
       cause = excluded.cause, withheld_quantity = excluded.withheld_quantity, quantity = excluded.quantity,
       revision = CASE WHEN row.cause = excluded.cause THEN row.revision ELSE excluded.revision END,
       since = CASE WHEN row.cause = excluded.cause THEN row.since ELSE excluded.since END,
       changed_at = least(coalesce(row.changed_at, row.since), excluded.changed_at)
     WHERE (row.cause, row.withheld_quantity, row.quantity, coalesce(row.changed_at, row.since))
       IS DISTINCT FROM (excluded.cause, excluded.withheld_quantity, excluded.quantity, excluded.changed_at)`,
    [shopId, plan, revision],
  );
}

/** Removes the rows of plans that are closed: the run that calls this has looked at their products. */
async function removeClosedRows(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `DELETE FROM sync_plan_row AS row USING sync_plan AS plan
     WHERE row.shop_id = $1 AND plan.shop_id = $1 AND plan.plan = row.plan AND plan.state <> 'HELD'`,
    [shopId],
  );
}

/** HELD → APPROVED up to a revision, in the transaction that makes its file. */
export async function closeApproved(
  session: Connection,
  { shopId, plan }: SyncPlan,
  approval: {
    readonly revision: number;
    readonly approvalKey: string;
    readonly sequence: number | null;
  },
): Promise<SyncPlan> {
  await session.query(
    `UPDATE sync_plan SET state = 'APPROVED', closed_at = now(), revision = $3, approval_key = $4, sequence = $5,
       counts = (
         SELECT coalesce(jsonb_object_agg(cause, rows), counts) FROM (
           SELECT cause, count(*) AS rows FROM sync_plan_row AS row
           WHERE row.shop_id = $1 AND row.plan = $2 AND row.revision <= $3 GROUP BY cause) AS cause)
     WHERE shop_id = $1 AND plan = $2`,
    [shopId, plan, approval.revision, approval.approvalKey, approval.sequence],
  );
  return readPlan(session, shopId, plan);
}
