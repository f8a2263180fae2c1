/** The runs of a job that are under way, whoever has started them. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { JOBS, type JobName } from '../domain/jobs/jobs.ts';
import { JOB_CANCEL_RUNS_MAX, TEMPORAL_LIST_TIMEOUT_MS } from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeIfOpen } from './open-runs.ts';
import { jobWorkflowId } from './run-job.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** A schedule appends the time of the run to its workflow id. */
const SCHEDULED_AT = /^-\d{4}-\d{2}-\d{2}T[\d:]+Z$/;

/**
 * The open runs of a job and shop, at most JOB_CANCEL_RUNS_MAX: those of its workflow id, also as a schedule makes it, and
 * those under another id that carry the shop. The run of the id itself is asked for by name, because the list learns of a
 * new run a little later.
 */
export async function findJobRuns(
  temporal: TemporalClient,
  job: JobName,
  shopId: string | null,
): Promise<readonly WorkflowExecutionDescription[]> {
  const id = jobWorkflowId(job, shopId);
  const found = new Map<string, { readonly workflowId: string; readonly runId: string }>();
  const { workflow } = temporal.client;
  const query = `WorkflowType = '${JOBS[job].workflowType}' AND ExecutionStatus = 'Running'`;
  await askTemporal(
    temporal,
    async () => {
      for await (const { workflowId, runId, typedSearchAttributes } of workflow.list({ query })) {
        const isOfId = workflowId === id || isOfSchedule(workflowId, id);
        const isOfShop = shopId !== null && typedSearchAttributes.get(SEARCH_ATTRIBUTES.shopId) === shopId;
        if (isOfId || isOfShop || shopId === null) found.set(runId, { workflowId, runId });
        if (found.size >= JOB_CANCEL_RUNS_MAX) break;
      }
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
  const listed = await Promise.all([...found.values()].map((run) => describeIfOpen(temporal, run)));
  const named = await describeIfOpen(temporal, { workflowId: id });
  const runs = [...listed, named].flatMap((run) => run ?? []);
  return [...new Map(runs.map((run) => [run.runId, run])).values()];
}

function isOfSchedule(workflowId: string, id: string): boolean {
  return workflowId.startsWith(id) && SCHEDULED_AT.test(workflowId.slice(id.length));
}
