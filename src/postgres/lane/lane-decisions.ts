/** Decisions of people: each is carried out once and recorded, with who decided and why. */
import type {
  DecisionKind,
  DecisionOutcome,
  LaneDecision,
  ShortDecision,
} from '../../domain/lane-decision.ts';
import { DECISIONS_LISTED_MAX, LOCK_TIMEOUT_MS } from '../../domain/limits.ts';
import { AtpError } from '../../domain/errors.ts';
import type { Connection, Database } from '../database.ts';
import { decideFile, forgetFutureBlock, holdFile } from './file-decisions.ts';
import { lockLane } from './lane.ts';
import { release } from './quarantined-rows.ts';
import { rejectPlan, type SyncPlan } from '../planning/sync-plans.ts';
import type { UploadFile } from './upload-files.ts';

/** A decision, and the key of the update that brought it: the same update again gets the outcome of the first time. */
export interface KeyedDecision<Decision extends LaneDecision> {
  readonly shopId: string;
  readonly decisionKey: string;
  readonly decision: Decision;
}

/** The part of an outcome that depends on the kind of the decision. */
type Change = Omit<DecisionOutcome, 'shopId' | 'decision' | 'by' | 'reason'>;

const NO_CHANGE: Change = {
  sequence: null,
  fileName: null,
  rows: null,
  toZero: null,
  plan: null,
  revision: null,
  counts: null,
  owed: null,
};

/**
 * Carries a decision out and records it, both or neither, with the lane locked.
 *
 * Throws SHOP_UNKNOWN, UPLOAD_FILE_UNKNOWN, UPLOAD_FILE_NOT_BLOCKED, UPLOAD_FILE_BLOCKED_OTHERWISE,
 * UPLOAD_FILE_CALL_UNANSWERED, UPLOAD_FILE_DONE, LANE_EMPTY, PRODUCT_NOT_SET_APART, PLAN_UNKNOWN, PLAN_NOT_HELD,
 * LANE_LOCKED.
 */
export async function decide(
  database: Database,
  keyed: KeyedDecision<ShortDecision>,
): Promise<DecisionOutcome> {
  const { shopId, decision } = keyed;
  if (decision.decision === 'skip') await forgetFutureBlock(database, shopId, decision.sequence);
  return decideOnce(database, keyed, (connection) => carryOut(connection, shopId, decision));
}

/**
 * Records an approval after its file is made, with the products that it approved; `file` is null when nothing differed
 * any more. The plan was closed in the transaction that made the file.
 */
export async function recordApproval(
  database: Database,
  keyed: KeyedDecision<LaneDecision<'approve'>>,
  { file, plan: approved }: { readonly file: UploadFile | null; readonly plan: SyncPlan | null },
): Promise<DecisionOutcome> {
  const { plan } = keyed.decision;
  const { revision, counts } = approved ?? NO_CHANGE;
  return decideOnce(database, keyed, () =>
    Promise.resolve({ ...NO_CHANGE, ...(file && describeFile(file)), plan, revision, counts }),
  );
}

async function decideOnce(
  database: Database,
  { shopId, decisionKey, decision }: KeyedDecision<LaneDecision>,
  carryOut: (connection: Connection) => Promise<Change>,
): Promise<DecisionOutcome> {
  return database.transaction(async (connection) => {
    await connection.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    // The shop before its lane, in the order of removeShop, so that the two cannot wait for each other in a circle.
    const shop = await connection.query('SELECT FROM shop WHERE shop_id = $1 FOR KEY SHARE', [shopId]);
    if (shop.rowCount === 0) throw new AtpError('SHOP_UNKNOWN', { shopId });
    await lockLane(connection, shopId);
    const earlier = await findOutcome(connection, decisionKey);
    if (earlier) return earlier;
    const change = await carryOut(connection);
    const { decision: kind, by, reason = null } = decision;
    const outcome: DecisionOutcome = { shopId, decision: kind, by, reason, ...change };
    await connection.query(
      `INSERT INTO lane_decision (decision_key, shop_id, decision, sequence, plan, decided_by, reason, outcome)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [decisionKey, shopId, kind, outcome.sequence, outcome.plan, by, reason, JSON.stringify(outcome)],
    );
    return outcome;
  }, 'bulk'); // To leave a large file out takes minutes.
}

async function findOutcome(connection: Connection, decisionKey: string): Promise<DecisionOutcome | null> {
  const { rows } = await connection.query<{ outcome: DecisionOutcome }>(
    'SELECT outcome FROM lane_decision WHERE decision_key = $1',
    [decisionKey],
  );
  return rows[0]?.outcome ?? null;
}

async function carryOut(connection: Connection, shopId: string, decision: ShortDecision): Promise<Change> {
  switch (decision.decision) {
    case 'release': {
      const owed = await release(connection, shopId, decision.sku ?? null);
      return { ...NO_CHANGE, owed };
    }
    case 'hold': {
      return { ...NO_CHANGE, ...describeFile(await holdFile(connection, shopId, decision)) };
    }
    case 'reject': {
      const { plan } = await rejectPlan(connection, shopId, decision.plan);
      return { ...NO_CHANGE, plan };
    }
    default: {
      const { file, owed } = await decideFile(connection, shopId, decision);
      return { ...NO_CHANGE, ...describeFile(file), owed };
    }
  }
}

function describeFile(file: UploadFile): Pick<Change, 'sequence' | 'fileName' | 'rows' | 'toZero'> {
  return { sequence: file.sequence, fileName: file.name, rows: file.rowCount, toZero: file.toZeroCount };
}

/** Whether a person decided to rewrite the file: then what lies in its place on SFTP may be set aside. */
export async function isRewritten(database: Database, shopId: string, sequence: number): Promise<boolean> {
  const rows = await database.query(
    `SELECT FROM lane_decision WHERE shop_id = $1 AND sequence = $2 AND decision = 'rewrite' LIMIT 1`,
    [shopId, sequence],
  );
  return rows.length > 0;
}

/** A past decision, as a person is shown it. */
export interface RecordedDecision {
  readonly decision: DecisionKind;
  readonly sequence: number | null;
  readonly plan: number | null;
  readonly by: string;
  readonly reason: string | null;
  readonly decidedAt: string;
}

/** The newest DECISIONS_LISTED_MAX, newest first. */
export async function listDecisions(
  database: Database,
  shopId: string,
): Promise<readonly RecordedDecision[]> {
  const rows = await database.query<Omit<RecordedDecision, 'decidedAt'> & { readonly decidedAt: Date }>(
    `SELECT decision, sequence, plan, decided_by AS by, reason, decided_at AS "decidedAt"
     FROM lane_decision WHERE shop_id = $1 ORDER BY decided_at DESC LIMIT $2`,
    [shopId, DECISIONS_LISTED_MAX],
  );
  return rows.map((row) => ({ ...row, decidedAt: row.decidedAt.toISOString() }));
}
