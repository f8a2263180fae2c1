/** The state of the schedules of many shops, by one listing. */
import type { ScheduleSummary } from '@temporalio/client';
import { isPerShop, JOB_NAMES, type JobName } from '../domain/jobs/jobs.ts';
import {
  PIPELINE_SCHEDULES_MAX,
  SCHEDULES_LOOKED_AT_MAX,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import { judgeSchedule, type ScheduleFacts, type ScheduleState } from '../domain/schedule-state.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { describeSchedule, scheduleId } from './schedules.ts';

/** Of one job; `shopId` null: it works for all shops. */
export interface JobSchedule {
  readonly job: JobName;
  readonly shopId: string | null;
  readonly schedule: ScheduleState;
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
      let schedule = judgeSchedule(listed.get(id) ?? null, Date.now());
      const looksWrong = schedule.state === 'missing' || schedule.state === 'overdue';
      if (looksWrong && lookedAt < SCHEDULES_LOOKED_AT_MAX) {
        lookedAt += 1;
        const found = await describeSchedule(temporal, id);
        schedule = judgeSchedule(found && toFacts(found), Date.now());
      }
      states.push({ job, shopId, schedule });
    }
  }
  return states;
}

async function listFacts(temporal: TemporalClient): Promise<ReadonlyMap<string, ScheduleFacts>> {
  return askTemporal(
    temporal,
    async () => {
      const facts = new Map<string, ScheduleFacts>();
      for await (const listed of temporal.client.schedule.list()) {
        facts.set(listed.scheduleId, toFacts(listed));
        if (facts.size >= PIPELINE_SCHEDULES_MAX) break;
      }
      return facts;
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}

function toFacts({ state, info }: Pick<ScheduleSummary, 'state' | 'info'>): ScheduleFacts {
  return {
    isPaused: state.paused,
    note: state.note || null,
    nextRuns: info.nextActionTimes.map((time) => time.toISOString()),
    lastRunAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}
