/**
 * The server's list of schedules, remembered for some seconds by a process that is asked again and again: the server needs a
 * third of a millisecond for each schedule, which is long for hundreds of them. The list is some seconds old by itself.
 */
import type { ScheduleSummary } from '@temporalio/client';
import {
  PIPELINE_SCHEDULES_MAX,
  SCHEDULE_LIST_KEPT_MS,
  SCHEDULE_LIST_RENEWED_AFTER_MS,
  SCHEDULE_LISTS_KEPT_MAX,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { createMemories } from './remembered.ts';

const memoryOf = createMemories<readonly ScheduleSummary[]>({
  renewedAfterMs: SCHEDULE_LIST_RENEWED_AFTER_MS,
  keptMs: SCHEDULE_LIST_KEPT_MS,
  keptMax: SCHEDULE_LISTS_KEPT_MAX,
});

/**
 * At most PIPELINE_SCHEDULES_MAX schedules, as the server has listed them in the last SCHEDULE_LIST_KEPT_MS. Whoever gets a list
 * that is older than SCHEDULE_LIST_RENEWED_AFTER_MS has it renewed for those who come next.
 *
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function listSchedules(
  temporal: TemporalClient,
  query: string,
): Promise<readonly ScheduleSummary[]> {
  return memoryOf(temporal)(query, () => readList(temporal, query));
}

function readList(temporal: TemporalClient, query: string): Promise<readonly ScheduleSummary[]> {
  return askTemporal(
    temporal,
    async () => {
      const found: ScheduleSummary[] = [];
      for await (const listed of temporal.client.schedule.list({ query })) {
        found.push(listed);
        if (found.length >= PIPELINE_SCHEDULES_MAX) break;
      }
      return found;
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}
