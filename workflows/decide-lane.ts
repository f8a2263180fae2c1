import {
  decidedInWords,
  decideOutcome,
  type DecideResult,
  type ToldDecision,
} from '../src/domain/jobs/decided.ts';
import { DECISION_AWAITED_FOR_MS, DECISIONS_IN_RESULT_MAX } from '../src/domain/limits.ts';
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { acceptInput } from '../src/domain/input-fields.ts';
import {
  DECIDE_FIELDS,
  acceptLaneDecision,
  type DecisionOutcome,
  type LaneDecision,
} from '../src/domain/lane-decision.ts';
import { acceptOrFail, codedFailure, tryBestEffort } from './failures.ts';
import { decide } from './messages.ts';
import { describeRun } from './search-attributes.ts';
import { briefStep, step } from './steps.ts';
import { tellOutcome, tellsOutcome } from './tell-outcome.ts';

/**
 * Decide about a lane: carries out what a person has decided (the update `decide`), and wakes the lane. The run ends
 * with its decisions: what waits for a person is a state in the database, not a run.
 *
 * @param input `{shopId}`
 */
export function decideLane(input: unknown): Promise<DecideResult> {
  return tellOutcome(
    () => takeDecisions(input),
    (result) => ({ outcome: decideOutcome(result), inWords: decidedInWords(result) }),
  );
}

async function takeDecisions(input: unknown): Promise<DecideResult> {
  const accept = (decision: unknown) =>
    acceptOrFail(() => ({ ...acceptInput(DECIDE_FIELDS, input), decision: acceptLaneDecision(decision) }));
  let taken = 0;
  const decided: ToldDecision[] = [];
  setHandler(
    decide,
    async (decision) => {
      taken += 1;
      const accepted = accept(decision);
      try {
        const outcome = await carryOut(accepted);
        decided.push(toldOf(accepted.decision, outcome));
        return outcome;
      } catch (error) {
        if (error instanceof ApplicationFailure) decided.push(toldOf(accepted.decision, error));
        throw error;
      }
    },
    // A rejected update leaves no trace in the workflow history.
    { validator: (decision) => void accept(decision) },
  );
  const { shopId } = acceptOrFail(() => acceptInput(DECIDE_FIELDS, input));
  describeRun({ shopId, jobName: 'decide-lane' });

  await condition(() => taken > 0, DECISION_AWAITED_FOR_MS);
  await condition(allHandlersFinished);
  const decisions = decided.filter(({ refused }) => !refused).length;
  return { shopId, decisions, decided: decided.slice(-DECISIONS_IN_RESULT_MAX) };
}

/** What the run's result says of a decision that was carried out, or refused. */
function toldOf(
  decision: LaneDecision,
  end: Pick<DecisionOutcome, 'sequence' | 'plan'> | ApplicationFailure,
): ToldDecision {
  const { decision: kind, by, reason = null } = decision;
  const about = {
    sequence: 'sequence' in decision ? (decision.sequence ?? null) : null,
    plan: 'plan' in decision ? decision.plan : null,
  };
  if (!(end instanceof ApplicationFailure)) {
    const { sequence, plan } = end;
    return { decision: kind, by, reason, sequence: sequence ?? about.sequence, plan: plan ?? about.plan };
  }
  const refused = { code: end.type ?? 'UNEXPECTED', message: end.message };
  return { decision: kind, by, reason, ...about, refused };
}

async function carryOut({
  shopId,
  decision,
}: {
  readonly shopId: string;
  readonly decision: LaneDecision;
}): Promise<DecisionOutcome> {
  // The first run of the chain: a restart of the run finds what was decided, and does not decide twice.
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const decisionKey = `${workflowId} ${firstExecutionRunId} ${currentUpdateInfo()?.id ?? ''}`;
  const what = inWords(decision);
  const outcome = await passOnRefusal(() =>
    step('decide', `${what}, by ${decision.by}`, { shopId, decisionKey, decision }),
  );
  setCurrentDetails(`${what}, by ${decision.by}: ${decision.reason ?? 'no reason given'}.`);
  const { sequence } = outcome;
  if (sequence === null) return outcome;
  if (tellsOutcome()) describeRun({ fileSequence: sequence });

  if (decision.decision === 'approve' || decision.decision === 'rewrite') await publish(shopId, sequence);
  await step('wakeLane', `Tell the lane what was decided about file ${sequence}`, { shopId });
  return outcome;
}

/** A decision that was refused fails its update with the code of the refusal, and not the run. */
async function passOnRefusal<Result>(decide: () => Promise<Result>): Promise<Result> {
  try {
    return await decide();
  } catch (error) {
    throw codedFailure(error) === null ? error : (error as Error).cause;
  }
}

/** If this fails, Process uploads writes the file itself: it always starts with a file that is still WRITING. */
async function publish(shopId: string, sequence: number): Promise<void> {
  await tryBestEffort(shopId, 'The file could not be written; Process uploads does it', () =>
    briefStep('publishFile', `Write file ${sequence} to SFTP`, { shopId, sequence }),
  );
}

function inWords(decision: LaneDecision): string {
  switch (decision.decision) {
    case 'hold':
      return `Stop ${decision.sequence === undefined ? 'the first file that waits' : `file ${decision.sequence}`}`;
    case 'retry':
      return `Try file ${decision.sequence} again`;
    case 'rewrite':
      return `Write file ${decision.sequence} again, from its rows`;
    case 'skip':
      return `Leave file ${decision.sequence} out`;
    case 'release':
      return `Let ${decision.sku ?? 'every quarantined product'} come with the next file`;
    case 'approve':
      return `Approve plan ${decision.plan}`;
    case 'reject':
      return `Reject plan ${decision.plan}`;
  }
}
