/**
 * Produces a numbered file: one snapshot of the master of inventory becomes immutable rows.
 *
 * The order of the steps is the protocol (decision 0003): the shop's session lock first, and only then the
 * transaction, so that its snapshot is taken when nobody else produces for the shop. Sequence order is snapshot
 * order. A lock inside the transaction would be waited for with an old snapshot.
 *
 * What would change too much is held as a plan (src/domain/sync-plan.ts): no number, no baseline, until a person
 * approves it. Then it is computed anew, and made if it is within what was approved.
 */
import { AtpError } from '../../domain/errors.ts';
import { exceedsToZeroLimit, heldCause, type PlanCause } from '../../domain/sync-plan.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { countMapped, planRows, type PlannedRows } from '../planning/planned-rows.ts';
import { lockForProducing } from './producer-locks.ts';
import { registerFile } from './register-file.ts';
import { beginAfterRestore, requireKnownOrigin } from './shop-origin.ts';
import {
  advanceBaseline,
  HAD_HARD_SYNC,
  readNextBaseline,
  type Baseline,
} from '../planning/snapshot-chain.ts';
import {
  closeApproved,
  countBeyondPlan,
  requireHeldPlan,
  holdPlan,
  findPlanOfProducer,
  replaceHeldPlans,
  type SyncPlan,
} from '../planning/sync-plans.ts';
import { findFileOfProducer, type UploadFile } from '../lane/upload-files.ts';

export interface ProduceRequest {
  readonly shopId: string;
  /** Absent: the shop's. Another one is refused. */
  readonly facilityGroupId?: string | undefined;
  readonly kind: UploadFileKind;
  /** The job's run, or the decision. A retry of one that was committed gets its own file and plan again. */
  readonly producerKey: string;
  /** A person's approval of a held plan: computed anew, and made if it is within what was approved. */
  readonly approval?: { readonly plan: number } | undefined;
}

/** Both null: nothing differs from what was published. Both not null: the delta is held, and its decreases are published. */
export interface Produced {
  readonly file: UploadFile | null;
  readonly plan: SyncPlan | null;
}

/**
 * Computes a file's rows and takes its number, in one short transaction; or holds it as a plan.
 *
 * Throws SHOP_UNKNOWN, FACILITY_GROUP_UNKNOWN, SHOP_GROUP_MISMATCH, SHOP_NOT_MAPPED, HARD_SYNC_REQUIRED,
 * PRODUCER_BUSY, DATABASE_READ_ONLY; of an approval PLAN_UNKNOWN, PLAN_NOT_HELD, PLAN_OUTGROWN.
 */
export async function produceFile(database: Database, request: ProduceRequest): Promise<Produced> {
  return database.session(async (session) => {
    await lockForProducing(session, request.shopId);
    return runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const shop = await findProducingShop(session, request);
      const earlier = await findEarlier(session, request.producerKey);
      if (earlier) return earlier;
      const { approval } = request;
      const approved = approval ? await requireHeldPlan(session, request.shopId, approval.plan) : null;
      return produceNow(session, { ...request, kind: approved?.kind ?? request.kind }, shop, approved);
    });
  });
}

async function produceNow(
  session: Connection,
  request: ProduceRequest,
  shop: ProducingShop,
  approved: SyncPlan | null,
): Promise<Produced> {
  const { shopId, kind } = request;
  await requireKnownOrigin(session, request);
  const baseline = await readNextBaseline(session, request);
  const planned = await planRows(session, shop, kind, baseline);
  if (kind === 'hard-sync' && planned.rowCount === 0) throw new AtpError('SHOP_NOT_MAPPED', { shopId });
  if (approved) {
    await refuseOutgrown(session, shop, approved, planned);
    const file = await registerPlanned(session, request, baseline);
    const { producerKey: approvalKey } = request;
    const plan = await closeApproved(session, approved, { approvalKey, sequence: file?.sequence ?? null });
    await replaceNeedless(session, request);
    return { file, plan };
  }
  const productCount = planned.toZeroCount > 0 ? await countMapped(session, shopId) : planned.rowCount;
  const cause = heldCause({ ...shop, kind, toZeroCount: planned.toZeroCount, productCount });
  if (cause) return hold(session, request, baseline, { ...planned, productCount, cause });
  const file = await registerPlanned(session, request, baseline);
  await replaceNeedless(session, request);
  return { file, plan: null };
}

interface ProducingShop {
  readonly shopId: string;
  readonly facilityGroupId: string;
  /** It has had no Hard Sync yet. */
  readonly isFirst: boolean;
  readonly toZeroLimitPercent: number;
}

async function findProducingShop(session: Connection, request: ProduceRequest): Promise<ProducingShop> {
  const { rows } = await session.query<ProducingShop & { groupExists: boolean }>(
    `SELECT shop_id AS "shopId", facility_group_id AS "facilityGroupId",
       to_zero_limit_percent AS "toZeroLimitPercent",
       NOT ${HAD_HARD_SYNC} AS "isFirst",
       EXISTS (SELECT FROM facility_group WHERE facility_group_id = $2) AS "groupExists"
     FROM shop WHERE shop_id = $1`,
    [request.shopId, request.facilityGroupId ?? null],
  );
  const shop = rows[0];
  if (!shop) throw new AtpError('SHOP_UNKNOWN', { shopId: request.shopId });
  const { facilityGroupId } = request;
  if (facilityGroupId !== undefined && facilityGroupId !== shop.facilityGroupId) {
    if (!shop.groupExists) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
    throw new AtpError('SHOP_GROUP_MISMATCH', {
      shopId: request.shopId,
      shopGroupId: shop.facilityGroupId,
      facilityGroupId,
    });
  }
  return shop;
}

/** What this producer has committed before; null: nothing. */
async function findEarlier(session: Connection, producerKey: string): Promise<Produced | null> {
  const file = await findFileOfProducer(session, producerKey);
  const plan = await findPlanOfProducer(session, producerKey);
  return file || plan ? { file, plan } : null;
}

/** Everything that was planned becomes a file, and the baseline advances, with a file or without. */
async function registerPlanned(
  session: Connection,
  request: ProduceRequest,
  baseline: Baseline,
): Promise<UploadFile | null> {
  if (request.kind === 'hard-sync') await beginAfterRestore(session, request.shopId);
  const file = await registerFile(session, { ...request, baseline, rows: 'all' });
  await advanceBaseline(session, request, baseline, file?.sequence ?? null);
  return file;
}

/** A Hard Sync says all that any plan would have said; a delta, what a held delta would have. */
async function replaceNeedless(session: Connection, { shopId, kind }: ProduceRequest): Promise<void> {
  await replaceHeldPlans(session, shopId, kind === 'hard-sync' ? ['hard-sync', 'recent-changes'] : [kind]);
}

/**
 * A plan takes no number and moves no baseline: the next run of its kind judges the same changes anew. What a held
 * delta takes away from a product that stays above zero is published all the same, as a file of its own: kept back,
 * ordinary sales would freeze and the shop would oversell.
 */
async function hold(
  session: Connection,
  request: ProduceRequest,
  baseline: Baseline,
  judged: PlannedRows & { readonly productCount: number; readonly cause: PlanCause },
): Promise<Produced> {
  const plan = await holdPlan(session, { ...request, ...judged });
  if (request.kind === 'hard-sync') return { file: null, plan };
  return { file: await registerFile(session, { ...request, baseline, rows: 'decreases' }), plan };
}

/** Throws PLAN_OUTGROWN when more products would go to zero unapproved than the shop's limit allows. */
async function refuseOutgrown(
  session: Connection,
  { shopId, toZeroLimitPercent }: ProducingShop,
  approved: SyncPlan,
  { toZeroCount }: PlannedRows,
): Promise<void> {
  if (toZeroCount === 0) return;
  const beyond = await countBeyondPlan(session, approved);
  const productCount = await countMapped(session, shopId);
  if (!exceedsToZeroLimit({ toZeroCount: beyond, productCount, toZeroLimitPercent })) return;
  throw new AtpError('PLAN_OUTGROWN', { shopId, plan: approved.plan, beyond });
}
