/** A run in one line for a person: how it gets on, or what came of it. */
import {
  WorkflowContinuedAsNewError,
  WorkflowFailedError,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { JOBS, resultInWords, type JobName, type JobResult } from '../domain/jobs/jobs.ts';
import {
  ENDED_RUNS_REMEMBERED_MAX,
  PIPELINE_RUNS_LOOKED_INTO_MAX,
  RUN_LOOK_KEPT_MS,
  RUN_LOOK_RENEWED_AFTER_MS,
  RUN_LOOKS_KEPT_MAX,
} from '../domain/limits.ts';
import { openRunInWords, type OpenRun } from '../domain/open-run.ts';
import { rateOf } from '../domain/step-progress.ts';
import { counted } from '../domain/words.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeIfOpen, examineTask } from './open-runs.ts';
import { createMemories } from './remembered.ts';
import { readRunNow } from './run-now.ts';
import { createPollCheck, type PollCheck } from './task-queue.ts';
import { readFailure } from './workflow-failure.ts';

/** A step that was tried before. */
export interface Retrying {
  readonly attempt: number;
  /** Null: it is tried until somebody ends it. */
  readonly attemptsMax: number | null;
  readonly code: string | null;
  readonly message: string;
  /** ISO 8601; null: the attempt is under way. */
  readonly nextTryAt: string | null;
}

/** How far a step has come that works through rows. */
export interface RowsDone {
  readonly rows: number;
  readonly done: number;
  /** Rows a second; null: nothing can be said yet. */
  readonly rate: number | null;
}

export interface WorkSummary {
  readonly summary: string;
  readonly retrying: Retrying | null;
  readonly progress: RowsDone | null;
}

/** What a run that is not under way tells beside its summary. */
export const NOT_UNDER_WAY = { retrying: null, progress: null } as const;

/** What came of a run. */
export interface Ending {
  readonly summary: string;
  /** The plan that it has told as held; null: none. */
  readonly heldPlan: number | null;
}

/** Tells how a run gets on that is under way. */
export type Look = (
  job: JobName,
  run: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>,
) => Promise<WorkSummary>;

const memoryOf = createMemories<WorkSummary>({
  renewedAfterMs: RUN_LOOK_RENEWED_AFTER_MS,
  keptMs: RUN_LOOK_KEPT_MS,
  keptMax: RUN_LOOKS_KEPT_MAX,
});

/**
 * Looks into the first PIPELINE_RUNS_LOOKED_INTO_MAX runs of a list. The server is asked about each of them by itself, which
 * is long for many; so a look of the last RUN_LOOK_KEPT_MS serves.
 */
export function createLook(temporal: TemporalClient): Look {
  const recall = memoryOf(temporal);
  const isPolled = createPollCheck(temporal);
  let looks = 0;
  return async (job, { workflowId, runId }) => {
    looks += 1;
    if (looks > PIPELINE_RUNS_LOOKED_INTO_MAX) return summarizeWork(temporal, job, null, isPolled);
    return recall(runId, async () =>
      summarizeWork(temporal, job, await describeIfOpen(temporal, { workflowId, runId }), isPolled),
    );
  };
}

/**
 * How a run gets on that is under way.
 *
 * @param found null: it has ended, or nobody has looked
 * @param isPolled shared by all runs of a list, so that each task queue is asked about once
 */
export async function summarizeWork(
  temporal: TemporalClient,
  job: JobName,
  found: WorkflowExecutionDescription | null,
  isPolled: PollCheck,
): Promise<WorkSummary> {
  const running = `${JOBS[job].title} is running`;
  if (found === null) return { summary: running, ...NOT_UNDER_WAY };
  const [trouble, now] = [await examineTask(temporal, found), await readRunNow(temporal, found, isPolled)];
  const summary =
    trouble && trouble.failures > 0
      ? `${running}; its workflow code has failed ${counted(trouble.failures, 'time')}: ${trouble.failure}`
      : `${running}${openRunInWords(now, new Date())}`;
  return { summary, retrying: retryingIn(now), progress: rowsDoneIn(now) };
}

function retryingIn({ steps }: OpenRun): Retrying | null {
  const step = steps.find(({ attempt, failure }) => attempt > 1 && failure !== null);
  if (!step?.failure) return null;
  const { attempt, attemptsMax, failure, nextTryAt } = step;
  return { attempt, attemptsMax, ...failure, nextTryAt: nextTryAt?.toISOString() ?? null };
}

function rowsDoneIn({ steps }: OpenRun): RowsDone | null {
  const [progress] = steps.flatMap((step) => step.progress ?? []);
  return progress ? { rows: progress.total, done: progress.done, rate: rateOf(progress, new Date()) } : null;
}

/** By run id, the first one that was read first. */
const endings = new Map<string, Ending>();

/** What came of a run that has ended. It does not change any more, so the server is asked once for each run. */
export async function summarizeEnd(
  temporal: TemporalClient,
  job: JobName,
  run: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>,
): Promise<Ending> {
  const known = endings.get(run.runId);
  if (known !== undefined) return known;
  const read = await readEnd(temporal, job, run);
  const [first] = endings.keys();
  if (first !== undefined && endings.size >= ENDED_RUNS_REMEMBERED_MAX) endings.delete(first);
  endings.set(run.runId, read);
  return read;
}

async function readEnd(
  temporal: TemporalClient,
  job: JobName,
  { workflowId, runId }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>,
): Promise<Ending> {
  type Workflow = () => Promise<JobResult<JobName>>;
  const handle = temporal.client.workflow.getHandle<Workflow>(workflowId, runId, { followRuns: false });
  try {
    const result = await askTemporal(temporal, () => handle.result());
    return { summary: resultInWords(job, result), heldPlan: heldPlanOf(result) };
  } catch (error) {
    return { summary: failureInWords(job, error), heldPlan: null };
  }
}

function heldPlanOf(result: JobResult<JobName>): number | null {
  return 'heldForApproval' in result && result.heldForApproval ? result.plan : null;
}

function failureInWords(job: JobName, error: unknown): string {
  if (error instanceof WorkflowContinuedAsNewError)
    return `${JOBS[job].title} has gone on as the run ${error.newExecutionRunId}`;
  // A run of an earlier release may have ended with a result of another shape.
  if (error instanceof TypeError) return `${JOBS[job].title} has ended; this release cannot read its result`;
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { code, message } = readFailure(error);
  return code === null ? message : `${code}: ${message}`;
}
