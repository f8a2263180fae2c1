/** One run of a job, with what it was given and what it returned. */
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import { acceptJobInput, jobOfWorkflowType } from '../domain/jobs/jobs.ts';
import type { OpenStep } from '../domain/open-run.ts';
import { rateOf } from '../domain/step-progress.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { readRun, type PipelineRun } from './pipeline.ts';
import { readRunNow } from './run-now.ts';
import { summarizeWork } from './run-summary.ts';
import { createPollCheck } from './task-queue.ts';

export interface StepOfRun extends Pick<OpenStep, 'id' | 'attempt' | 'attemptsMax' | 'failure'> {
  /** ISO 8601; null: an attempt is under way. */
  readonly nextTryAt: string | null;
  readonly rows: { readonly total: number; readonly done: number; readonly rate: number | null } | null;
}

export interface OneRun extends PipelineRun {
  /** What another run of the same would be given; null: its input is of another release. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  /** Why it runs, where somebody has said so. */
  readonly details: string | null;
  /** What it returned; null: it has not ended well. */
  readonly result: unknown;
  /** Steps that are under way, or wait to be tried again; none of a run that has ended. */
  readonly steps: readonly StepOfRun[];
  /** Events of its history. */
  readonly events: number;
}

/** @throws AtpError RUN_UNKNOWN */
export async function readOneRun(
  temporal: TemporalClient,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<OneRun> {
  const found = await describeRun(temporal, workflowId, runId);
  const job = found && jobOfWorkflowType(found.type);
  if (!found || !job) throw new AtpError('RUN_UNKNOWN', { workflowId, runId });
  const run = await readRun(temporal, found, (name) =>
    summarizeWork(temporal, name, found, createPollCheck(temporal)),
  );
  const input = await readInput(temporal, workflowId, runId);
  return {
    ...run,
    parameters: acceptOrNull(() => acceptJobInput(job, input)),
    details: (await found.staticDetails()) ?? null,
    result: found.status.name === 'COMPLETED' ? await readResult(temporal, workflowId, runId) : null,
    steps: found.status.name === 'RUNNING' ? (await readRunNow(temporal, found)).steps.map(describeStep) : [],
    events: found.historyLength,
  };
}

async function describeRun(
  temporal: TemporalClient,
  workflowId: string,
  runId: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await askTemporal(temporal, () =>
      temporal.client.workflow.getHandle(workflowId, runId).describe(),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The first event of a history has the input. */
async function readInput(temporal: TemporalClient, workflowId: string, runId: string): Promise<unknown> {
  const { history } = await askTemporal(temporal, () =>
    temporal.client.workflowService.getWorkflowExecutionHistory({
      namespace: temporal.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  );
  const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return acceptOrNull(() => payload && defaultPayloadConverter.fromPayload<unknown>(payload));
}

async function readResult(temporal: TemporalClient, workflowId: string, runId: string): Promise<unknown> {
  const handle = temporal.client.workflow.getHandle(workflowId, runId, { followRuns: false });
  return askTemporal(temporal, () => handle.result() as Promise<unknown>);
}

/** What another release wrote may be of any kind. */
function acceptOrNull<T>(read: () => T): T | null {
  try {
    return read() ?? null;
  } catch {
    return null;
  }
}

function describeStep({ id, attempt, attemptsMax, failure, nextTryAt, progress }: OpenStep): StepOfRun {
  return {
    ...{ id, attempt, attemptsMax, failure },
    nextTryAt: nextTryAt?.toISOString() ?? null,
    rows: progress && {
      total: progress.total,
      done: progress.done,
      rate: rateOf(progress, new Date()),
    },
  };
}
