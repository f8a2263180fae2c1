/** A look at the schedules of many shops that never fails: without Temporal it says why nothing is known. */
import type { JobName } from '../domain/jobs/jobs.ts';
import { scheduleInWords } from '../domain/schedule-state.ts';
import type { JobSchedule } from '../temporal/schedule-states.ts';
import type { Application } from './application.ts';
import { describeError } from './described-error.ts';

export interface ScheduleLook {
  readonly schedules: readonly JobSchedule[];
  /** Null: no worker was looked for, because Temporal is away. */
  readonly isWorkerPolling: boolean | null;
  /** Why nothing is known; null: all is known. */
  readonly unknown: string | null;
}

/** One listing for all shops, and one look at the task queue; each ends within its time. It never rejects. */
export async function lookAtSchedules(app: Application, shopIds: readonly string[]): Promise<ScheduleLook> {
  try {
    const temporal = await app.temporal();
    const { readScheduleStates } = await import('../temporal/schedule-states.ts');
    const { isWorkerPolling } = await import('../temporal/task-queue.ts');
    const schedules = await readScheduleStates(temporal, shopIds);
    return { schedules, isWorkerPolling: await isWorkerPolling(temporal), unknown: null };
  } catch (error) {
    return nothingKnown(describeError(error).message);
  }
}

/** The same for a person who looks at a lane: without a Temporal that somebody has named, none is looked for. */
export async function lookIfConfigured(app: Application, shopIds: readonly string[]): Promise<ScheduleLook> {
  if (!(await app.isTemporalConfigured())) return nothingKnown('TEMPORAL_ADDRESS is not set.');
  return lookAtSchedules(app, shopIds);
}

function nothingKnown(why: string): ScheduleLook {
  return { schedules: [], isWorkerPolling: null, unknown: why };
}

/** What is known of one job of a shop. Null: its look has failed, or did not take the shop in. */
export function findSchedule({ schedules }: ScheduleLook, job: JobName, shopId: string): JobSchedule | null {
  return schedules.find((each) => each.job === job && each.shopId === shopId) ?? null;
}

/** When the next delta of the shop comes, or why none does. */
export function nextDeltaInWords(look: ScheduleLook, shopId: string): string {
  const { isWorkerPolling, unknown } = look;
  if (unknown !== null) return `nobody knows when the next delta comes: ${unknown}`;
  const found = findSchedule(look, 'recent-changes', shopId);
  const comes = `the schedule of recent-changes ${scheduleInWords(found?.schedule ?? { state: 'missing' })}`;
  return isWorkerPolling === false ? `${comes}, and no worker polls` : comes;
}
