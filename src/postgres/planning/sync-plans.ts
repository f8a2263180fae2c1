/** Plans: files that were not made, because they would have changed too much. The states are in src/domain/sync-plan.ts. */
import { AtpError } from '../../domain/errors.ts';
import { PLANS_LISTED_MAX } from '../../domain/limits.ts';
import type { PlanCause, PlanState } from '../../domain/sync-plan.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { GOES_TO_ZERO, PLANNED } from './planned-rows.ts';

export interface SyncPlan {
  readonly shopId: string;
  /** Its number; each shop counts its own. */
  readonly plan: number;
  readonly kind: UploadFileKind;
  readonly state: PlanState;
  readonly cause: PlanCause;
  /** Rows that the file would have had. */
  readonly rowCount: number;
  /** Products that it would have sent from above zero to zero; of a first Hard Sync, all zeros. */
  readonly toZeroCount: number;
  /** Products of the shop that were mapped. */
  readonly productCount: number;
  /** The file that was made of it, once it is APPROVED; null also when nothing differed any more. */
  readonly sequence: number | null;
  readonly madeAt: Date;
  readonly closedAt: Date | null;
}

const SELECT_PLAN = `
  SELECT shop_id AS "shopId", plan, kind, state, cause, row_count AS "rowCount", to_zero_count AS "toZeroCount",
    product_count AS "productCount", sequence, made_at AS "madeAt", closed_at AS "closedAt"
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

/** HELD → REJECTED: nothing is sent, and the next run judges anew. Throws PLAN_UNKNOWN, PLAN_NOT_HELD. */
export async function rejectPlan(connection: Connection, shopId: string, plan: number): Promise<SyncPlan> {
  const { rowCount } = await connection.query(
    `UPDATE sync_plan SET state = 'REJECTED', closed_at = now()
     WHERE shop_id = $1 AND plan = $2::bigint AND state = 'HELD'`,
    [shopId, plan],
  );
  await removeClosedRows(connection, shopId);
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

/** The plan that this producer has made or, by a person's approval, carried out. */
export async function findPlanOfProducer(
  connection: Connection,
  producerKey: string,
): Promise<SyncPlan | null> {
  const { rows } = await connection.query<SyncPlan>(
    `${SELECT_PLAN} WHERE producer_key = $1 OR approval_key = $1`,
    [producerKey],
  );
  return rows[0] ?? null;
}

type PlanToHold = Pick<
  SyncPlan,
  'shopId' | 'kind' | 'cause' | 'rowCount' | 'toZeroCount' | 'productCount'
> & {
  readonly producerKey: string;
};

/**
 * Holds what was planned until a person decides. A plan of this kind that is held already, and would send the same
 * products to zero, keeps its number: a person may have looked at it. Any other is replaced by a new one.
 */
export async function holdPlan(session: Connection, plan: PlanToHold): Promise<SyncPlan> {
  const renewed = await renewHeldPlan(session, plan);
  if (renewed !== null) return readPlan(session, plan.shopId, renewed);
  await replaceHeldPlans(session, plan.shopId, [plan.kind]);
  const { rows } = await session.query<{ plan: number }>(
    `INSERT INTO sync_plan
       (shop_id, plan, kind, state, cause, producer_key, row_count, to_zero_count, product_count)
     SELECT $1, coalesce(max(plan), 0) + 1, $2, 'HELD', $3, $4, $5, $6, $7 FROM sync_plan WHERE shop_id = $1
     RETURNING plan`,
    [
      plan.shopId,
      plan.kind,
      plan.cause,
      plan.producerKey,
      plan.rowCount,
      plan.toZeroCount,
      plan.productCount,
    ],
  );
  const number = rows[0]?.plan ?? 0;
  await session.query(
    `INSERT INTO sync_plan_row (shop_id, plan, product_id, quantity_before)
     SELECT $1, $2, product_id, coalesce(quantity_before, 0) FROM ${PLANNED} WHERE ${GOES_TO_ZERO}`,
    [plan.shopId, number],
  );
  return readPlan(session, plan.shopId, number);
}

/** Renews the held plan of the same kind, cause and products, and returns its number; null: there is none. */
async function renewHeldPlan(session: Connection, plan: PlanToHold): Promise<number | null> {
  const { rows } = await session.query<{ plan: number }>(
    `UPDATE sync_plan AS held
     SET producer_key = $4, row_count = $5, product_count = $6
     WHERE shop_id = $1 AND kind = $2 AND cause = $3 AND state = 'HELD' AND to_zero_count = $7
       AND NOT EXISTS (
         SELECT FROM ${PLANNED} AS planned
         WHERE ${GOES_TO_ZERO} AND NOT EXISTS (
           SELECT FROM sync_plan_row AS known
           WHERE known.shop_id = $1 AND known.plan = held.plan AND known.product_id = planned.product_id))
     RETURNING plan`,
    [
      plan.shopId,
      plan.kind,
      plan.cause,
      plan.producerKey,
      plan.rowCount,
      plan.productCount,
      plan.toZeroCount,
    ],
  );
  return rows[0]?.plan ?? null;
}

/** Removes the rows of plans that are decided or replaced: nobody reads them any more. */
async function removeClosedRows(session: Connection, shopId: string): Promise<void> {
  await session.query(
    `DELETE FROM sync_plan_row AS row USING sync_plan AS plan
     WHERE row.shop_id = $1 AND plan.shop_id = $1 AND plan.plan = row.plan AND plan.state <> 'HELD'`,
    [shopId],
  );
}

/** HELD → REPLACED: a newer file or plan says all that these plans would have said. */
export async function replaceHeldPlans(
  session: Connection,
  shopId: string,
  kinds: readonly UploadFileKind[],
): Promise<void> {
  await session.query(
    `UPDATE sync_plan SET state = 'REPLACED', closed_at = now()
     WHERE shop_id = $1 AND state = 'HELD' AND kind = ANY($2)`,
    [shopId, kinds],
  );
  await removeClosedRows(session, shopId);
}

/** How many products would go to zero now that are not in the plan: nobody has approved them. */
export async function countBeyondPlan(session: Connection, { shopId, plan }: SyncPlan): Promise<number> {
  const { rows } = await session.query<{ beyond: number }>(
    `SELECT count(*)::int AS beyond FROM ${PLANNED} AS planned
     WHERE ${GOES_TO_ZERO} AND NOT EXISTS (
       SELECT FROM sync_plan_row AS approved
       WHERE approved.shop_id = $1 AND approved.plan = $2 AND approved.product_id = planned.product_id)`,
    [shopId, plan],
  );
  return rows[0]?.beyond ?? 0;
}

/** HELD → APPROVED, in the transaction that makes its file. */
export async function closeApproved(
  session: Connection,
  { shopId, plan }: SyncPlan,
  approval: { readonly approvalKey: string; readonly sequence: number | null },
): Promise<SyncPlan> {
  await session.query(
    `UPDATE sync_plan SET state = 'APPROVED', closed_at = now(), approval_key = $3, sequence = $4
     WHERE shop_id = $1 AND plan = $2`,
    [shopId, plan, approval.approvalKey, approval.sequence],
  );
  await removeClosedRows(session, shopId);
  return readPlan(session, shopId, plan);
}
