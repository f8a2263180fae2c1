/** Jobs whose runs by schedule fail, one after the other: what such a run was to find or to do, nobody else finds or does. */
import { WorkflowFailedError, type WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { jobOfWorkflowType, JOBS, type JobName } from '../domain/jobs/jobs.ts';
import {
  FAILED_RUN_TOLD_AFTER_MS,
  FAILED_RUNS_LOOKED_BACK_MS,
  FAILED_RUNS_READ_MAX,
  FAILED_RUNS_UNTIL_TOLD,
  FAILING_JOBS_MAX,
  RUNS_DESCRIBED_AT_ONCE,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import type { OwnedJob } from './job-list.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { readFailure } from './workflow-failure.ts';

export interface FailingJob extends OwnedJob {
  /** Runs by schedule since the last run that ended well, whoever had started that one. */
  readonly failures: number;
  readonly lastAt: Date;
  /** Why the last one failed. */
  readonly message: string;
}

/**
 * Those of which FAILED_RUNS_UNTIL_TOLD runs in a row have failed, or one FAILED_RUN_TOLD_AFTER_MS ago: the next night is far off. Of
 * the newest FAILED_RUNS_READ_MAX runs that have failed in FAILED_RUNS_LOOKED_BACK_MS, and of FAILING_JOBS_MAX jobs at most.
 *
 * @param isWanted whether the job is to run by its schedule
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function listFailingJobs(
  temporal: TemporalClient,
  isWanted: (job: OwnedJob) => boolean,
): Promise<readonly FailingJob[]> {
  const since = `CloseTime > '${new Date(Date.now() - FAILED_RUNS_LOOKED_BACK_MS).toISOString()}'`;
  return askTemporal(
    temporal,
    async () => {
      const query = `TaskQueue = '${TASK_QUEUE}' AND TemporalScheduledById IS NOT NULL AND ExecutionStatus IN ('Failed', 'TimedOut') AND ${since}`;
      const failed = await listNewest(temporal, query, FAILED_RUNS_READ_MAX);
      const jobs = [...Map.groupBy(failed, keyOf).values()].flatMap((runs) => {
        const owned = ownedJobOf(runs[0]);
        return owned && isWanted(owned) ? [{ owned, runs }] : [];
      });
      const looked = await pMap(
        jobs.slice(0, FAILING_JOBS_MAX),
        ({ owned, runs }) => lookAt(temporal, owned, runs, since),
        { concurrency: RUNS_DESCRIBED_AT_ONCE },
      );
      return looked.filter((job) => job !== null);
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

/** @param failed runs of the job */
async function lookAt(
  temporal: TemporalClient,
  owned: OwnedJob,
  failed: readonly WorkflowExecutionInfo[],
  since: string,
): Promise<FailingJob | null> {
  const ofShop = owned.shopId === null ? '' : ` AND ${SEARCH_ATTRIBUTES.shopId.name} = '${owned.shopId}'`;
  const query = `WorkflowType = '${JOBS[owned.job].workflowType}'${ofShop} AND ExecutionStatus = 'Completed' AND ${since}`;
  const [good] = await listNewest(temporal, query, 1);
  const inARow = failed.filter((run) => closedAt(run) > (good ? closedAt(good) : 0));
  const [last] = inARow;
  if (last === undefined) return null;
  const first = Math.min(...inARow.map(closedAt));
  if (inARow.length < FAILED_RUNS_UNTIL_TOLD && Date.now() - first < FAILED_RUN_TOLD_AFTER_MS) return null;
  return {
    ...owned,
    failures: inARow.length,
    lastAt: new Date(closedAt(last)),
    message: await whyItFailed(temporal, last),
  };
}

async function listNewest(
  temporal: TemporalClient,
  query: string,
  count: number,
): Promise<readonly WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of temporal.client.workflow.list({ query, pageSize: count })) {
    found.push(run);
    if (found.length >= count) break;
  }
  return found.toSorted((one, other) => closedAt(other) - closedAt(one));
}

async function whyItFailed(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<string> {
  try {
    await temporal.client.workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    return '';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { code, message } = readFailure(error);
    return code === null ? message : `${code}: ${message}`;
  }
}

function closedAt({ closeTime }: WorkflowExecutionInfo): number {
  return closeTime?.getTime() ?? 0;
}

function keyOf(run: WorkflowExecutionInfo): string {
  return `${run.type} ${run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.shopId) ?? ''}`;
}

/** Null: it is a run of no job, such as a delivery of alerts. */
function ownedJobOf(run: WorkflowExecutionInfo | undefined): OwnedJob | null {
  const job: JobName | undefined = run && jobOfWorkflowType(run.type);
  if (!run || job === undefined) return null;
  return { job, shopId: run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.shopId) ?? null };
}
