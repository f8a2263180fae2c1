import {
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { acceptInput } from '../src/domain/input-fields.ts';
import { JOBS } from '../src/domain/jobs/jobs.ts';
import {
  LIVE_NEWS_FRESH_MS,
  LIVE_REST_AFTER_DELTA_MS,
  LIVE_ROUNDS_PER_RUN,
  LIVE_SET_LOOK_EVERY_MS,
} from '../src/domain/limits.ts';
import { LIVE_FIELDS, LIVE_JOB, LIVE_STARTER, liveWorkflowId } from '../src/domain/live.ts';
import { LIVE_WORKFLOW, STARTED_BY } from '../src/domain/workflow-names.ts';
import { acceptOrFail } from './failures.ts';
import { changeFound, liveSet } from './messages.ts';
import { describeRun, searchAttributesOf } from './search-attributes.ts';
import { step } from './steps.ts';
import { tellOutcome } from './tell-outcome.ts';

export interface FollowResult {
  readonly shopId: string;
}

/**
 * Follow changes: makes a delta each time that a lookout tells of a change, one after the other, for as long as the shop is
 * live. It goes on as a new run again and again, so that no history grows with the changes.
 *
 * @param input `{shopId}`
 */
export function followChanges(input: unknown): Promise<FollowResult> {
  return tellOutcome(
    () => follow(input),
    () => ({ outcome: 'NOTHING_TO_DO', inWords: 'The shop is live no more.' }),
  );
}

// A run that has no end of its own does not keep a release alive: it moves to the worker that is the current one. A worker
// without Worker Versioning may not say so.
setWorkflowOptions(
  () =>
    workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {},
  followChanges,
);

async function follow(input: unknown): Promise<FollowResult> {
  let foundAt: string | null = null;
  let isToLook = false;
  setHandler(changeFound, (at) => {
    foundAt = at;
  });
  setHandler(liveSet, () => {
    isToLook = true;
  });
  const { shopId } = acceptOrFail(() => acceptInput(LIVE_FIELDS, input));
  describeRun({ shopId, jobName: LIVE_WORKFLOW });

  for (let rounds = 0; rounds < LIVE_ROUNDS_PER_RUN && !workflowInfo().continueAsNewSuggested; rounds += 1) {
    const isWoken = await condition(() => foundAt !== null || isToLook, LIVE_SET_LOOK_EVERY_MS);
    if (!isWoken || isToLook || !isFresh(foundAt)) {
      isToLook = false;
      const { live } = await step('findLive', 'Look whether the shop is still live', { shopId });
      if (live === 'off') return { shopId };
      if (live === 'paused') foundAt = null;
    }
    if (foundAt === null) continue;
    const isMade = await makeDelta(shopId);
    // What was told meanwhile, this delta has taken up, or a lookout tells it again.
    foundAt = null;
    if (isMade) continue;
    await condition(() => isToLook, LIVE_REST_AFTER_DELTA_MS);
    // It may have failed because the shop is live no more, or was removed.
    isToLook = true;
  }
  return continueAsNew<typeof followChanges>({ shopId });
}

function isFresh(foundAt: string | null): boolean {
  return foundAt !== null && Date.now() - Date.parse(foundAt) <= LIVE_NEWS_FRESH_MS;
}

/** Runs a delta to its end. False: it has failed, and its own run tells why. */
async function makeDelta(shopId: string): Promise<boolean> {
  const { workflowType, title } = JOBS[LIVE_JOB];
  try {
    await executeChild(workflowType, {
      // A run that a person starts has an id of its own: neither keeps the other out.
      workflowId: `${workflowType}/${liveWorkflowId(shopId)}`,
      args: [{ shopId }],
      memo: { [STARTED_BY]: LIVE_STARTER },
      typedSearchAttributes: searchAttributesOf({ shopId, jobName: LIVE_JOB }),
      staticSummary: `${title} · ${shopId}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    return true;
  } catch (error) {
    const isOfDelta =
      error instanceof ChildWorkflowFailure || error instanceof WorkflowExecutionAlreadyStartedError;
    if (!isOfDelta || CancellationScope.current().consideredCancelled) throw error;
    setCurrentDetails(`The last delta has failed: ${error.message}`);
    return false;
  }
}
