/** Runs of ours on which nobody works, on whatever task queue they are. */
import pMap from 'p-map';
import { JOB_NAMES, JOBS } from '../domain/jobs/jobs.ts';
import { DECIDE_WORKFLOW_TYPE } from '../domain/lane-decision.ts';
import { RUNS_DESCRIBED_AT_ONCE, RUNS_WATCHED_MAX, TEMPORAL_LIST_TIMEOUT_MS } from '../domain/limits.ts';
import { troubleOf, type OpenRun } from '../domain/open-run.ts';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeIfOpen } from './open-runs.ts';
import { readRunNow } from './run-now.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { createPollCheck } from './task-queue.ts';

export interface StuckRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly shopId: string | null;
  readonly run: OpenRun;
}

/**
 * The oldest first; it looks at RUNS_WATCHED_MAX runs at most. A run on our own task queue counts only while a worker polls
 * it: that there is none, another check tells.
 */
export async function listStuck(temporal: TemporalClient): Promise<readonly StuckRun[]> {
  const types = [...JOB_NAMES.map((job) => JOBS[job].workflowType), DECIDE_WORKFLOW_TYPE];
  const query = `WorkflowType IN (${types.map((type) => `'${type}'`).join(', ')}) AND ExecutionStatus = 'Running'`;
  const isPolled = createPollCheck(temporal);
  const hasWorker = await isPolled(TASK_QUEUE);
  return askTemporal(
    temporal,
    async () => {
      const open: { readonly workflowId: string; readonly runId: string }[] = [];
      for await (const { workflowId, runId, taskQueue } of temporal.client.workflow.list({ query })) {
        if (hasWorker || taskQueue !== TASK_QUEUE) open.push({ workflowId, runId });
        if (open.length >= RUNS_WATCHED_MAX) break;
      }
      const looked = await pMap(
        open,
        async (run): Promise<StuckRun | null> => {
          const found = await describeIfOpen(temporal, run);
          if (found === null) return null;
          const now = await readRunNow(temporal, found, isPolled);
          if (troubleOf(now, new Date()) === null) return null;
          const shopId = found.typedSearchAttributes.get(SEARCH_ATTRIBUTES.shopId) ?? null;
          return { ...run, workflowType: found.type, shopId, run: now };
        },
        { concurrency: RUNS_DESCRIBED_AT_ONCE },
      );
      return looked
        .filter((run) => run !== null)
        .toSorted((one, other) => one.run.startedAt.getTime() - other.run.startedAt.getTime());
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}
