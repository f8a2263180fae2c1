import type { JobName } from '../domain/jobs/jobs.ts';
import type { TemporalClient } from './connection.ts';
import { describeSchedule, scheduleId } from './schedules.ts';

/**
 * How far apart the runs of a job's schedule are, in ms: the shortest interval, or the time between its next two runs.
 * Null: it has no schedule, or the schedule is paused or has no further runs.
 */
export async function readScheduleInterval(
  temporal: TemporalClient,
  job: JobName,
  shopId: string,
): Promise<number | null> {
  const found = await describeSchedule(temporal, scheduleId(job, shopId));
  if (found === null || found.state.paused) return null;
  const [next, afterNext] = found.info.nextActionTimes;
  if (next === undefined || afterNext === undefined) return null;
  const intervals = (found.spec.intervals ?? []).map(({ every }) => every);
  return intervals.length > 0 ? Math.min(...intervals) : afterNext.getTime() - next.getTime();
}
