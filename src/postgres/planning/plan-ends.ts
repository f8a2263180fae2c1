/** What became of plans that runs have told as held. */
import type { PlanState } from '../../domain/sync-plan.ts';
import type { Database } from '../database.ts';

export interface PlanEnd {
  readonly shopId: string;
  readonly plan: number;
  readonly state: Exclude<PlanState, 'HELD'>;
  /** Who has decided; null: nobody had to. */
  readonly by: string | null;
}

/** Those of the plans that nobody waits for any more. By sync_plan_pkey and lane_decision_by_shop. */
export async function listPlanEnds(
  database: Database,
  plans: readonly { readonly shopId: string; readonly plan: number }[],
): Promise<readonly PlanEnd[]> {
  return database.query<PlanEnd>(
    `SELECT plan.shop_id AS "shopId", plan.plan, plan.state, (
         SELECT decided_by FROM lane_decision AS decided
         WHERE decided.shop_id = plan.shop_id AND decided_at >= plan.made_at AND decided.plan = plan.plan
           AND decision IN ('approve', 'reject')
         ORDER BY decided_at DESC LIMIT 1) AS by
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::int[]) AS told (shop_id, plan)) AS told
     JOIN sync_plan AS plan USING (shop_id, plan)
     WHERE plan.state <> 'HELD'`,
    [plans.map(({ shopId }) => shopId), plans.map(({ plan }) => plan)],
  );
}
