import {
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { laneJob } from '../src/domain/job-input.ts';
import { laneDecision, type DecisionOutcome, type LaneDecision } from '../src/domain/lane-decision.ts';
import { decidedTransfer, producing, shortStep } from './activity-options.ts';
import { bestEffort, codedFailure, refused } from './failures.ts';
import { decide } from './messages.ts';
import { describeRun } from './search-attributes.ts';

const steps = proxyActivities<Activities>(shortStep);
const computations = proxyActivities<Activities>(producing);
const transfers = proxyActivities<Activities>(decidedTransfer);

/** A run is started by the decision that it is for; one that somebody started without waits no longer for one. */
const DECISION_AWAITED_FOR = '10 seconds';

export interface DecideResult {
  readonly shopId: string;
  /** Decisions that were carried out; the updates' own results say what came of each. */
  readonly decisions: number;
}

/**
 * Decide about a lane: carries out what a person has decided (the update `decide`), and wakes the lane. The run ends
 * with its decisions: whatever waits for a person waits in the database, and not in a run.
 *
 * @param input `{shopId}`
 */
export async function decideLane(input: unknown): Promise<DecideResult> {
  const checked = (decision: unknown) =>
    refused(() => ({ ...laneJob(input), decision: laneDecision(decision) }));
  let taken = 0;
  let decisions = 0;
  setHandler(
    decide,
    async (decision) => {
      taken += 1;
      const outcome = await carryOut(checked(decision));
      decisions += 1;
      return outcome;
    },
    // Of what is refused here nothing gets into the history.
    { validator: (decision) => void checked(decision) },
  );
  const { shopId } = refused(() => laneJob(input));
  describeRun({ shopId, jobName: 'decide-lane' });

  await condition(() => taken > 0, DECISION_AWAITED_FOR);
  await condition(allHandlersFinished);
  return { shopId, decisions };
}

async function carryOut({
  shopId,
  decision,
}: {
  readonly shopId: string;
  readonly decision: LaneDecision;
}): Promise<DecisionOutcome> {
  const { workflowId, runId } = workflowInfo();
  const decisionKey = `${workflowId} ${runId} ${currentUpdateInfo()?.id ?? ''}`;
  const what = inWords(decision);
  const outcome = await committed(() =>
    computations.decide.executeWithOptions({ ...producing, summary: `${what}, by ${decision.by}` }, [
      { shopId, decisionKey, decision },
    ]),
  );
  setCurrentDetails(`${what}, by ${decision.by}: ${decision.reason ?? 'no reason given'}.`);
  const { sequence } = outcome;
  if (sequence === null) return outcome;

  if (decision.decision === 'approve' || decision.decision === 'rewrite') await publish(shopId, sequence);
  await steps.wakeLane.executeWithOptions(
    { ...shortStep, summary: `Tell the lane what was decided about file ${sequence}` },
    [{ shopId }],
  );
  return outcome;
}

/** A decision that was refused fails its update with the code of the refusal, and not the run. */
async function committed<Result>(decide: () => Promise<Result>): Promise<Result> {
  try {
    return await decide();
  } catch (error) {
    throw codedFailure(error) === null ? error : (error as Error).cause;
  }
}

/** What does not succeed now, the lane does in its turn: a file without its rendering is the first that it writes. */
async function publish(shopId: string, sequence: number): Promise<void> {
  await bestEffort(shopId, 'The file could not be written; the lane does it', () =>
    transfers.publishFile.executeWithOptions(
      { ...decidedTransfer, summary: `Write file ${sequence} to SFTP` },
      [{ shopId, sequence }],
    ),
  );
}

function inWords(decision: LaneDecision): string {
  switch (decision.decision) {
    case 'retry':
      return `Try file ${decision.sequence} again`;
    case 'rewrite':
      return `Render file ${decision.sequence} again`;
    case 'skip':
      return `Leave file ${decision.sequence} out`;
    case 'release':
      return `Let ${decision.sku ?? 'every product that is set apart'} come with the next file`;
    case 'approve':
      return `Approve plan ${decision.plan}`;
    case 'reject':
      return `Reject plan ${decision.plan}`;
  }
}
