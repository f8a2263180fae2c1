import type { JobName } from '../domain/jobs/jobs.ts';
import { PIPELINE_SCHEDULES_MAX } from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { jobOfSchedule } from './schedules.ts';

export interface ScheduleLag {
  readonly job: JobName;
  /** Null: the job works for all shops. */
  readonly shopId: string | null;
  readonly isPaused: boolean;
  /** Seconds since the run that is due and was not started; 0: none is due. */
  readonly lagSeconds: number;
}

/** Our schedules and how late they are, by the server's list of schedules: one request for each hundred of them. */
export async function readScheduleLags(temporal: TemporalClient): Promise<readonly ScheduleLag[]> {
  return askTemporal(temporal, async () => {
    const lags: ScheduleLag[] = [];
    for await (const { scheduleId, state, info } of temporal.client.schedule.list()) {
      const order = jobOfSchedule(scheduleId);
      if (order === null) continue;
      if (lags.length >= PIPELINE_SCHEDULES_MAX) break;
      const [next] = info.nextActionTimes;
      const lateMs = next && !state.paused ? Math.max(0, Date.now() - next.getTime()) : 0;
      lags.push({ ...order, isPaused: state.paused, lagSeconds: lateMs / 1000 });
    }
    return lags;
  });
}
