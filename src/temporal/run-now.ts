/** Reads what a run that is open does now. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { RUN_STILL_AFTER_MS } from '../domain/limits.ts';
import type { OpenRun, OpenStep } from '../domain/open-run.ts';
import { readProgress } from '../domain/step-progress.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { createPollCheck, type PollCheck } from './task-queue.ts';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** @param isPolled shared by looks at several runs, so that each task queue is asked about once */
export async function readRunNow(
  temporal: TemporalClient,
  run: WorkflowExecutionDescription,
  isPolled: PollCheck = createPollCheck(temporal),
): Promise<OpenRun> {
  const activities = run.raw.pendingActivities ?? [];
  const signs = activities.flatMap(({ scheduledTime, lastStartedTime, lastHeartbeatTime }) =>
    [scheduledTime, lastStartedTime, lastHeartbeatTime].flatMap((time) => timeOf(time) ?? []),
  );
  const seenAt = latest([run.startTime, ...signs]);
  const isOld = Date.now() - seenAt.getTime() > RUN_STILL_AFTER_MS;
  return {
    startedAt: run.startTime,
    taskQueue: run.taskQueue,
    isPolled: await isPolled(run.taskQueue),
    // The history is read only where the description alone would make the run seem to stand still.
    movedAt: isOld ? latest([seenAt, ...(await lastEventTime(temporal, run))]) : seenAt,
    steps: activities.map(describeStep),
  };
}

function describeStep(activity: PendingActivity): OpenStep {
  const { activityId, attempt, lastFailure, nextAttemptScheduleTime, heartbeatDetails, state } = activity;
  const isWaiting = state !== STARTED;
  return {
    id: activityId ?? '',
    attempt: attempt ?? 1,
    attemptsMax: activity.maximumAttempts || null,
    failure: lastFailure
      ? { code: lastFailure.applicationFailureInfo?.type || null, message: lastFailure.message ?? '' }
      : null,
    nextTryAt: isWaiting ? timeOf(nextAttemptScheduleTime) : null,
    progress: readProgress(firstOf(heartbeatDetails?.payloads ?? [])),
  };
}

/** PENDING_ACTIVITY_STATE_STARTED of Temporal's protocol. */
const STARTED = 2;

/** Details of another release may be of any kind. */
function firstOf([payload]: readonly Payload[]): unknown {
  try {
    return payload && defaultPayloadConverter.fromPayload(payload);
  } catch {
    return null;
  }
}

async function lastEventTime(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<readonly Date[]> {
  const { history } = await askTemporal(temporal, () =>
    temporal.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: temporal.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  );
  const time = timeOf(history?.events?.[0]?.eventTime);
  return time ? [time] : [];
}

/** Null: there is none. */
export function timeOf(time: Parameters<typeof tsToMs>[0]): Date | null {
  return time ? new Date(tsToMs(time)) : null;
}

function latest(times: readonly Date[]): Date {
  return new Date(Math.max(...times.map((time) => time.getTime())));
}
