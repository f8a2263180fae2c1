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

interface KeptList {
  /** When the server was asked, by `performance.now`. */
  readonly askedAt: number;
  readonly schedules: readonly ScheduleSummary[];
}

interface Lists {
  /** By their queries; the one that was read first is the first. */
  readonly read: Map<string, KeptList>;
  /** Those that are being read, for all who ask meanwhile. */
  readonly reading: Map<string, Promise<readonly ScheduleSummary[]>>;
}

const listsOf = new WeakMap<TemporalClient, Lists>();

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
  const lists: Lists = listsOf.get(temporal) ?? { read: new Map(), reading: new Map() };
  listsOf.set(temporal, lists);
  const last = lists.read.get(query);
  const age = last === undefined ? Infinity : performance.now() - last.askedAt;
  if (last !== undefined && age <= SCHEDULE_LIST_RENEWED_AFTER_MS) return last.schedules;
  const next = lists.reading.get(query) ?? renew(temporal, lists, query);
  if (last === undefined || age > SCHEDULE_LIST_KEPT_MS) return next;
  // If it fails, it is told to whoever waits for it.
  next.catch(() => undefined);
  return last.schedules;
}

function renew(
  temporal: TemporalClient,
  { read, reading }: Lists,
  query: string,
): Promise<readonly ScheduleSummary[]> {
  const askedAt = performance.now();
  const next = readList(temporal, query)
    .then((schedules) => {
      read.delete(query);
      read.set(query, { askedAt, schedules });
      const [first] = read.keys();
      if (first !== undefined && read.size > SCHEDULE_LISTS_KEPT_MAX) read.delete(first);
      return schedules;
    })
    .finally(() => reading.delete(query));
  reading.set(query, next);
  return next;
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
