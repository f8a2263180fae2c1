/** Sending a person's decision: an update of the workflow decideLane, which is started for it. */
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, type Workflow } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { acceptInput } from '../domain/input-fields.ts';
import {
  DECIDE_WORKFLOW_TYPE,
  DECIDE_FIELDS,
  DECIDE_UPDATE,
  acceptLaneDecision,
  type DecisionOutcome,
} from '../domain/lane-decision.ts';
import { DECISION_PAUSE_MS, DECISION_TRIES_MAX, DECISION_WAIT_MS } from '../domain/limits.ts';
import type { TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';
import { whileWorkedOn } from './waiting.ts';
import { explainFailure } from './workflow-failure.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { isWorkerPolling } from './task-queue.ts';

/** The server's word for an update whose run ended before the update did. */
const RUN_ENDED_FIRST = 'AcceptedUpdateCompletedWorkflow';

/** One run of a shop at a time takes its decisions, so that two people who decide at once meet. */
export function decideLaneWorkflowId(shopId: string): string {
  return `${DECIDE_WORKFLOW_TYPE}/${shopId}`;
}

/**
 * Decides about a shop's lane, and waits until that is carried out. The lane is woken by it; that a file is applied is
 * not waited for.
 *
 * @throws AtpError INPUT_INVALID, WORKER_NOT_POLLING (nothing was decided), JOB_STILL_RUNNING, DECISION_CONFLICT,
 *   TEMPORAL_UNREACHABLE; or WorkflowFailure with the code of the refusal
 */
export async function decideLane(
  temporal: TemporalClient,
  shopId: string,
  input: unknown,
): Promise<DecisionOutcome> {
  const decision = acceptLaneDecision(input);
  const workflowId = decideLaneWorkflowId(acceptInput(DECIDE_FIELDS, { shopId }).shopId);
  if (!(await isWorkerPolling(temporal))) {
    throw new AtpError('WORKER_NOT_POLLING', { taskQueue: TASK_QUEUE });
  }
  const updateId = randomUUID();
  for (let tries = 0; tries < DECISION_TRIES_MAX; tries += 1) {
    const startWorkflowOperation = new WithStartWorkflowOperation(DECIDE_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [{ shopId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.shopId, value: shopId }],
      staticSummary: `Decide · ${shopId}`,
    });
    try {
      return await whileWorkedOn(
        temporal,
        { waitsFor: 'decision', workflowId, waitMaxMs: DECISION_WAIT_MS },
        () =>
          temporal.client.workflow.executeUpdateWithStart<Workflow, DecisionOutcome, [unknown]>(
            DECIDE_UPDATE,
            {
              args: [decision],
              updateId,
              startWorkflowOperation,
            },
          ),
      );
    } catch (error) {
      // The run takes no update, because its last task has failed or was not answered.
      if (grpcStatusOf(error)?.code === GrpcStatus.FAILED_PRECONDITION) await delay(DECISION_PAUSE_MS);
      else if (!cameTooLate(error)) {
        throw error instanceof WorkflowUpdateFailedError ? explainFailure(error, workflowId) : error;
      }
    }
  }
  throw new AtpError('DECISION_CONFLICT', { shopId });
}

function cameTooLate(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError) {
    return error.cause instanceof ApplicationFailure && error.cause.type === RUN_ENDED_FIRST;
  }
  return error instanceof WorkflowNotFoundError || grpcStatusOf(error)?.code === GrpcStatus.ABORTED;
}
