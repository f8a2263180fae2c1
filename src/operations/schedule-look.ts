/** A look at the schedules of many shops that never fails: without Temporal it says why nothing is known. */
import { AtpError } from '../domain/errors.ts';
import { scheduleInWords } from '../domain/schedule-state.ts';
import type { JobSchedule } from '../temporal/schedule-states.ts';
import type { Application } from './application.ts';

export interface ScheduleLook {
  readonly schedules: readonly JobSchedule[];
  /** Null: no worker was looked for, because Temporal is away. */
  readonly isWorkerPolling: boolean | null;
  /** Why nothing is known; null: all is known. */
  readonly unknown: string | null;
}

/** One listing for all shops, and one look at the task queue; each ends within its time. */
export async function lookAtSchedules(app: Application, shopIds: readonly string[]): Promise<ScheduleLook> {
  const nothing = { schedules: [], isWorkerPolling: null };
  if (!(await app.isTemporalConfigured())) return { ...nothing, unknown: 'TEMPORAL_ADDRESS is not set.' };
  try {
    const temporal = await app.temporal();
    const { readScheduleStates } = await import('../temporal/schedule-states.ts');
    const { isWorkerPolling } = await import('../temporal/task-queue.ts');
    const schedules = await readScheduleStates(temporal, shopIds);
    return { schedules, isWorkerPolling: await isWorkerPolling(temporal), unknown: null };
  } catch (error) {
    if (!(error instanceof AtpError)) throw error;
    return { ...nothing, unknown: error.message };
  }
}

/** When the next delta of the shop comes, or why none does. */
export function nextDeltaInWords(
  { schedules, isWorkerPolling, unknown }: ScheduleLook,
  shopId: string,
): string {
  if (unknown !== null) return `nobody knows when the next delta comes: ${unknown}`;
  const found = schedules.find((each) => each.job === 'recent-changes' && each.shopId === shopId);
  const comes = `the schedule of recent-changes ${scheduleInWords(found?.schedule ?? { state: 'missing' })}`;
  return isWorkerPolling === false ? `${comes}, and no worker polls` : comes;
}
