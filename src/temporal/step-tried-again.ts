/** The step that a run tries again and again: since when, and why. */
import { openRunInWords, type OpenStep } from '../domain/open-run.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeIfOpen } from './open-runs.ts';
import { readRunNow, timeOf } from './run-now.ts';

/** EVENT_TYPE_ACTIVITY_TASK_SCHEDULED of Temporal's protocol. */
const STEP_SCHEDULED = 10;

/** The step that is tried again is among the last ones that were begun. */
const LAST_EVENTS = 50;

export interface WorkOfRun {
  readonly workflowId: string;
  /** ISO 8601: when the step was begun that is tried again; null: none is. */
  readonly triesSince: string | null;
  /** `; attempt 6: SFTP_UNREACHABLE: …, next in 30 s`, `; 2500 of 10000 rows, …`; empty: there is nothing to say. */
  readonly words: string;
}

/**
 * What an open run does now; null: it has ended.
 *
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function readWorkOfRun(temporal: TemporalClient, workflowId: string): Promise<WorkOfRun | null> {
  const found = await describeIfOpen(temporal, { workflowId });
  if (found === null) return null;
  const run = await readRunNow(temporal, found);
  const step = run.steps.find(({ attempt, failure }) => attempt > 1 && failure !== null);
  const since = step ? await readBeginning(temporal, { workflowId, runId: found.runId }, step) : null;
  return { workflowId, triesSince: since?.toISOString() ?? null, words: openRunInWords(run, new Date()) };
}

/** Null: it is not among the last events. */
async function readBeginning(
  temporal: TemporalClient,
  execution: { readonly workflowId: string; readonly runId: string },
  { id }: OpenStep,
): Promise<Date | null> {
  const { history } = await askTemporal(temporal, () =>
    temporal.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: temporal.namespace,
      execution,
      maximumPageSize: LAST_EVENTS,
    }),
  );
  const begun = history?.events?.find(
    ({ eventType, activityTaskScheduledEventAttributes: step }) =>
      Number(eventType) === STEP_SCHEDULED && step?.activityId === id,
  );
  return timeOf(begun?.eventTime);
}
