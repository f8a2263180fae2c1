/** The state of the schedules of many shops, by one listing. */
import type { ScheduleDescription, ScheduleSummary } from '@temporalio/client';
import { isPerShop, JOB_NAMES, type JobName } from '../domain/jobs/jobs.ts';
import {
  PIPELINE_SCHEDULES_MAX,
  SCHEDULE_RUNS_UNTIL_OVERDUE,
  SCHEDULES_LOOKED_AT_MAX,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import {
  findOverdueTime,
  judgeSchedule,
  type LeftOut,
  type ScheduleFacts,
  type ScheduleState,
} from '../domain/schedule-state.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { findDueTime } from './due-times.ts';
import { describeSchedule, scheduleId } from './schedules.ts';

/** Of one job; `shopId` null: it works for all shops. */
export interface JobSchedule {
  readonly job: JobName;
  readonly shopId: string | null;
  readonly schedule: ScheduleState;
  /** When it has started its last runs, the oldest first; ISO 8601. */
  readonly recentRuns: readonly string[];
}

/**
 * Every job of the shops. The server's list is some seconds old: what looks missing or overdue in it is looked at once
 * more by itself, the first SCHEDULES_LOOKED_AT_MAX of them.
 *
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function readScheduleStates(
  temporal: TemporalClient,
  shopIds: readonly string[],
): Promise<readonly JobSchedule[]> {
  const listed = await listFacts(temporal);
  const states: JobSchedule[] = [];
  let lookedAt = 0;
  for (const job of JOB_NAMES) {
    for (const shopId of isPerShop(job) ? shopIds : [null]) {
      const id = scheduleId(job, shopId);
      let facts = listed.get(id) ?? null;
      const { state } = judgeSchedule(facts, Date.now());
      if ((state === 'missing' || state === 'overdue') && lookedAt < SCHEDULES_LOOKED_AT_MAX) {
        lookedAt += 1;
        facts = factsOf(await describeSchedule(temporal, id));
      }
      const schedule = judgeSchedule(facts, Date.now());
      states.push({ job, shopId, schedule, recentRuns: facts?.recentRuns ?? [] });
    }
  }
  return states;
}

interface ListedFacts extends ScheduleFacts {
  readonly recentRuns: readonly string[];
}

/** What the list does not tell. */
interface Described {
  /** When the schedule was changed last. */
  readonly changedAt: Date | null;
  /** Whether a run of it is under way. */
  readonly isWorking: boolean;
  readonly leftOut: LeftOut;
}

const NOT_LISTED: Described = { changedAt: null, isWorking: false, leftOut: { byOutage: 0, byOverlap: 0 } };

async function listFacts(temporal: TemporalClient): Promise<ReadonlyMap<string, ListedFacts>> {
  return askTemporal(
    temporal,
    async () => {
      const facts = new Map<string, ListedFacts>();
      for await (const listed of temporal.client.schedule.list()) {
        facts.set(listed.scheduleId, toFacts(listed, NOT_LISTED));
        if (facts.size >= PIPELINE_SCHEDULES_MAX) break;
      }
      return facts;
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

/** Null: there is no such schedule. */
function factsOf(found: ScheduleDescription | null): ListedFacts | null {
  if (found === null) return null;
  const { createdAt, lastUpdatedAt = createdAt, runningActions } = found.info;
  return toFacts(found, {
    changedAt: lastUpdatedAt,
    isWorking: runningActions.length > 0,
    leftOut: {
      byOutage: found.info.numActionsMissedCatchupWindow,
      byOverlap: found.info.numActionsSkippedOverlap,
    },
  });
}

function toFacts(
  { state, info, spec }: Pick<ScheduleSummary, 'state' | 'info' | 'spec'>,
  { changedAt, isWorking, leftOut }: Described,
): ListedFacts {
  const startedAt = info.recentActions.map(({ takenAt }) => takenAt);
  const lastRunAt = startedAt.at(-1) ?? null;
  // What was due before the schedule was changed was due by other times.
  const since = lastRunAt !== null && changedAt !== null && changedAt > lastRunAt ? changedAt : lastRunAt;
  const dueAt = since && spec ? findDueTime(spec, since, 1) : null;
  const lastDueAt = since && spec ? findDueTime(spec, since, SCHEDULE_RUNS_UNTIL_OVERDUE) : null;
  return {
    isPaused: state.paused,
    note: state.note || null,
    nextRuns: info.nextActionTimes.map((time) => time.toISOString()),
    lastRunAt: lastRunAt?.toISOString() ?? null,
    dueAt: dueAt?.toISOString() ?? null,
    overdueAt: dueAt && findOverdueTime(dueAt, lastDueAt).toISOString(),
    leftOut,
    isWorking,
    recentRuns: startedAt.map((time) => time.toISOString()),
  };
}
