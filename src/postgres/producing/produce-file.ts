/**
 * Produces a numbered file: one snapshot of the master of inventory becomes immutable rows.
 *
 * The order of the steps is the protocol (decision 0003): the shop's session lock first, and only then the
 * transaction, so that its snapshot is taken when nobody else produces for the shop. Sequence order is snapshot
 * order. A lock inside the transaction would be waited for with an old snapshot.
 *
 * What looks like a fault upstream is withheld (src/domain/guard.ts): the file has those products with what their sales
 * have left of the last value, or not at all, and the shop's plan has them until a person decides.
 */
import type { GuardLimits } from '../../domain/guard.ts';
import { AtpError } from '../../domain/errors.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection, Database } from '../database.ts';
import { runInTransaction } from '../transaction.ts';
import { planRows } from '../planning/planned-rows.ts';
import { withholdRows } from '../planning/withheld-rows.ts';
import { lockForProducing } from './producer-locks.ts';
import { endRefill } from './move-shop.ts';
import { oweAsked } from './asked-products.ts';
import { drainLeftItems } from './left-items.ts';
import { registerFile } from './register-file.ts';
import { beginAfterRestore, requireKnownOrigin, type KnownOrigin } from './shop-origin.ts';
import { advanceBaseline, readNextBaseline, type Baseline } from '../planning/snapshot-chain.ts';
import {
  closeApproved,
  findHeldPlan,
  findPlanOfProducer,
  keepPlan,
  requireHeldPlan,
  type SyncPlan,
} from '../planning/sync-plans.ts';
import { GUARD_LIMITS } from '../master-data/shops.ts';
import { findFileOfProducer, type UploadFile } from '../lane/upload-files.ts';

export interface ProduceRequest {
  readonly shopId: string;
  /** Absent: the shop's. Another one is refused. */
  readonly facilityGroupId?: string | undefined;
  readonly kind: UploadFileKind;
  /** Mapped products that come whether they changed or not. */
  readonly skus?: readonly string[] | undefined;
  /** The job's run, or the decision. A retry of one that was committed gets its own file and plan again. */
  readonly producerKey: string;
  /** A person's approval of the held plan, up to a revision; without one, all of it. */
  readonly approval?: { readonly plan: number; readonly revision?: number | undefined } | undefined;
}

/** Both null: nothing differs from what was published. `plan`: the one that is held, or that was just approved. */
export interface Produced {
  readonly file: UploadFile | null;
  readonly plan: SyncPlan | null;
}

/**
 * Computes a file's rows, withholds what is suspect, and takes the file's number, in one short transaction.
 *
 * A shop whose location or group was changed gets a Hard Sync, whatever kind was asked for.
 *
 * Throws SHOP_UNKNOWN, SHOP_CLOSING, FACILITY_GROUP_UNKNOWN, SHOP_GROUP_MISMATCH, SHOP_NOT_MAPPED, HARD_SYNC_REQUIRED,
 * PRODUCER_BUSY, DATABASE_READ_ONLY; of `skus` PRODUCT_UNKNOWN, PRODUCT_NOT_MAPPED; of an approval PLAN_UNKNOWN, PLAN_NOT_HELD.
 */
export async function produceFile(database: Database, request: ProduceRequest): Promise<Produced> {
  return database.session(async (session) => {
    await lockForProducing(session, request.shopId);
    if (request.skus) await oweAsked(session, request, request.skus);
    return runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const shop = await findProducingShop(session, request);
      const earlier = await findEarlier(session, request);
      if (earlier) return earlier;
      const { approval } = request;
      const kind = shop.isRefillDue ? 'hard-sync' : request.kind;
      if (!approval) return produceNow(session, { ...request, kind }, shop, null);
      const plan = await requireHeldPlan(session, request.shopId, approval.plan);
      const revision = Math.min(plan.revision, approval.revision ?? plan.revision);
      return produceNow(session, { ...request, kind: plan.kind }, shop, { plan, revision });
    });
  });
}

/** What a person approves: the products that were in the plan at a revision. */
interface Approved {
  readonly plan: SyncPlan;
  readonly revision: number;
}

/** A request whose file may get a number. */
interface NumberedRequest extends ProduceRequest {
  readonly shop: ProducingShop;
  readonly origin: KnownOrigin;
  readonly withheldCount: number;
}

async function produceNow(
  session: Connection,
  request: ProduceRequest,
  shop: ProducingShop,
  approved: Approved | null,
): Promise<Produced> {
  const { shopId, kind } = request;
  const origin = await requireKnownOrigin(session, request);
  const baseline = await readNextBaseline(session, request);
  const held = approved?.plan ?? (await findHeldPlan(session, shopId));
  const isFirstApproved = approved !== null && baseline.isFirst;
  const scope = { ...shop, kind, heldPlan: held?.plan ?? null, isFirstApproved };
  const planned = await planRows(session, scope, baseline);
  if (kind === 'hard-sync' && planned.rowCount === 0) throw new AtpError('SHOP_NOT_MAPPED', { shopId });
  const withheldCount = await withholdRows(session, {
    ...shop,
    effectiveAt: baseline.effectiveAt,
    isFirst: approved === null && baseline.isFirst,
    isJudged: !shop.isRefillDue,
    hasUsableBase: baseline.hasUsableBase,
    approvedRevision: approved?.revision ?? null,
    isFirstApproved,
    isAnyStriking: planned.isAnyStriking,
  });
  const numbered = { ...request, shop, origin, withheldCount };
  if (approved) return carryOut(session, numbered, baseline, approved);
  // Without a base nobody knows what was sold, so nothing could be said of what is withheld: the file waits as a whole.
  const waitsAsWhole = kind === 'hard-sync' && !baseline.hasUsableBase && withheldCount > 0;
  if (waitsAsWhole) return { file: null, plan: await keepPlan(session, numbered, held) };
  const file = await registerPlanned(session, numbered, baseline);
  return { file, plan: await keepPlan(session, { ...numbered, kind: 'recent-changes' }, held) };
}

/** The approved products go out. What is withheld beside them, nobody has approved: it becomes the next plan. */
async function carryOut(
  session: Connection,
  request: NumberedRequest,
  baseline: Baseline,
  { plan, revision }: Approved,
): Promise<Produced> {
  const file = await registerPlanned(session, request, baseline);
  const closed = await closeApproved(session, plan, {
    revision,
    approvalKey: request.producerKey,
    sequence: file?.sequence ?? null,
  });
  await keepPlan(session, { ...request, kind: 'recent-changes' }, null);
  return { file, plan: closed };
}

interface ProducingShop extends GuardLimits {
  readonly shopId: string;
  readonly facilityGroupId: string;
  /** A person has given it another location or group, and confirmed what that does: no guard judges it again. */
  readonly isRefillDue: boolean;
}

async function findProducingShop(session: Connection, request: ProduceRequest): Promise<ProducingShop> {
  const { rows } = await session.query<ProducingShop & { groupExists: boolean; isClosing: boolean }>(
    `SELECT shop_id AS "shopId", facility_group_id AS "facilityGroupId",
       ${GUARD_LIMITS}, refill_due AS "isRefillDue", closing_since IS NOT NULL AS "isClosing",
       EXISTS (SELECT FROM facility_group WHERE facility_group_id = $2) AS "groupExists"
     FROM shop WHERE shop_id = $1`,
    [request.shopId, request.facilityGroupId ?? null],
  );
  const shop = rows[0];
  if (!shop) throw new AtpError('SHOP_UNKNOWN', { shopId: request.shopId });
  if (shop.isClosing) throw new AtpError('SHOP_CLOSING', { shopId: request.shopId });
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

/** What this producer has committed before; null: nothing. A later run, or a person, may have closed its plan since. */
async function findEarlier(
  session: Connection,
  { shopId, producerKey }: ProduceRequest,
): Promise<Produced | null> {
  const file = await findFileOfProducer(session, producerKey);
  const plan = await findPlanOfProducer(session, producerKey);
  if (!file && !plan) return null;
  const isItsOwn = plan?.state === 'HELD' || plan?.state === 'APPROVED';
  return { file, plan: isItsOwn ? plan : await findHeldPlan(session, shopId) };
}

/**
 * What was planned becomes a file, and the baseline advances, with a file or without. A drain of what products have left
 * goes before it; where nothing was planned, the drain is the file.
 */
async function registerPlanned(
  session: Connection,
  request: NumberedRequest,
  baseline: Baseline,
): Promise<UploadFile | null> {
  let oldestSuperseded: string | null = null;
  if (request.kind === 'hard-sync') {
    oldestSuperseded = await beginAfterRestore(session, request.shopId);
    await endRefill(session, request.shopId);
  }
  const drain = await drainLeftItems(session, request.shop, {
    sequence: request.origin.nextSequence,
    baseline,
  });
  const origin = drain ? { nextSequence: drain.sequence + 1 } : request.origin;
  const file = await registerFile(session, { ...request, origin, baseline, oldestSuperseded });
  await advanceBaseline(session, request, baseline, file?.sequence ?? null);
  if (file || !drain) return file;
  await session.query('UPDATE upload_file SET producer_key = $3 WHERE shop_id = $1 AND sequence = $2', [
    request.shopId,
    drain.sequence,
    request.producerKey,
  ]);
  return findFileOfProducer(session, request.producerKey);
}
