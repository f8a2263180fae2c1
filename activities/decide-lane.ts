/** Carrying out what a person has decided about a lane. The workflow decideLane sequences these. */
import type { Diary } from '../src/domain/diary.ts';
import type { DecisionOutcome, LaneDecision } from '../src/domain/lane-decision.ts';
import type { Database } from '../src/postgres/database.ts';
import { decide, recordApproval, type KeyedDecision } from '../src/postgres/lane/lane-decisions.ts';
import { produceFile } from '../src/postgres/producing/produce-file.ts';
import { findPlan } from '../src/postgres/planning/sync-plans.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { checkShopOrigin } from './check-origin.ts';
import { keepAlive } from './keep-alive.ts';

export interface DecideDeps {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly diary: Diary;
}

export function createDecideActivities({ database, fileDrop, diary }: DecideDeps) {
  async function carryOut({
    shopId,
    decisionKey,
    decision,
  }: KeyedDecision<LaneDecision>): Promise<DecisionOutcome> {
    if (decision.decision !== 'approve') return decide(database, { shopId, decisionKey, decision });
    await checkShopOrigin({ database, fileDrop }, shopId);
    const { kind } = await findPlan(database, shopId, decision.plan);
    const approval = { plan: decision.plan, revision: decision.revision };
    const made = await produceFile(database, { shopId, kind, producerKey: decisionKey, approval });
    return recordApproval(database, { shopId, decisionKey, decision }, made);
  }

  return {
    /** Commits the decision, with who decided and why. A decision that no longer fits is refused. */
    async decide(keyed: KeyedDecision<LaneDecision>): Promise<DecisionOutcome> {
      return keepAlive(async () => {
        const outcome = await carryOut(keyed);
        const { shopId, decision, by, sequence, plan } = outcome;
        diary({ event: 'LANE_DECIDED', shopId, decision, by, sequence, plan });
        return outcome;
      });
    },
  };
}
