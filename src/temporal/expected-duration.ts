/** How long a run of a job and shop is expected to take, by the last ones that Temporal lists. */
import { medianOf } from '../domain/jobs/expected-duration.ts';
import { JOBS } from '../domain/jobs/jobs.ts';
import { EXPECTED_BY_RUNS, TEMPORAL_LIST_TIMEOUT_MS } from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import type { OwnedJob } from './job-list.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** Milliseconds: the median of the last EXPECTED_BY_RUNS that completed; null: none has. */
export async function readExpectedMs(
  temporal: TemporalClient,
  { job, shopId }: OwnedJob,
): Promise<number | null> {
  const query = [
    `WorkflowType = '${JOBS[job].workflowType}'`,
    `ExecutionStatus = 'Completed'`,
    ...(shopId === null ? [] : [`${SEARCH_ATTRIBUTES.shopId.name} = '${shopId}'`]),
  ].join(' AND ');
  return askTemporal(
    temporal,
    async () => {
      const took: number[] = [];
      const runs = temporal.client.workflow.list({ query, pageSize: EXPECTED_BY_RUNS });
      for await (const { startTime, closeTime } of runs) {
        if (closeTime !== undefined) took.push(closeTime.getTime() - startTime.getTime());
        if (took.length >= EXPECTED_BY_RUNS) break;
      }
      return medianOf(took);
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}
