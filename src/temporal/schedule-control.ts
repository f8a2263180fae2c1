/** Pauses a scheduled job, resumes it, leaves out its next run, gives its runs other parameters. */
import type { ScheduleDescription } from '@temporalio/client';
import { AtpError } from '../domain/errors.ts';
import { JOBS, shopOf, type JobName, type JobOrder } from '../domain/jobs/jobs.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { actionOf, describeSchedule, isActionOf, keepParameters, scheduleId } from './schedules.ts';
import { updateSchedule } from './update-schedule.ts';

/**
 * No run until it is resumed; one that works now goes on. The reason is kept as the schedule's note, where the
 * Temporal UI shows it, too. Pausing again only changes the reason.
 *
 * @throws AtpError JOB_NOT_SCHEDULED
 */
export async function pauseJob(
  temporal: TemporalClient,
  job: JobName,
  shopId: string | null,
  reason = 'no reason given',
): Promise<void> {
  await findSchedule(temporal, job, shopId);
  const handle = temporal.client.schedule.getHandle(scheduleId(job, shopId));
  await askTemporal(temporal, () => handle.pause(reason));
}

/**
 * Lets the schedule run again. Runs that were due during the pause are not started later. It is an update, because the server
 * records the time of an update: what came due before it is not missing.
 *
 * @throws AtpError JOB_NOT_SCHEDULED
 */
export async function resumeJob(
  temporal: TemporalClient,
  job: JobName,
  shopId: string | null,
  reason = 'resumed',
): Promise<void> {
  const { state: resumed } = await findSchedule(temporal, job, shopId);
  // With another note it was paused again since, and that is later than this.
  const isPausedSince = ({ state }: ScheduleDescription) => state.paused && state.note !== resumed.note;
  await updateSchedule(
    temporal,
    scheduleId(job, shopId),
    (found) =>
      isPausedSince(found) ? null : { ...found, state: { ...found.state, paused: false, note: reason } },
    (after) => !after.state.paused || isPausedSince(after),
  );
}

/**
 * Leaves out exactly the next run, and returns its time.
 *
 * It moves the schedule's start to the second after that run. The schedule's list of times to skip would not do: it
 * goes by the wall clock, so where the clock is put back it leaves out two runs (tried), and its entries must be
 * removed later.
 *
 * @throws AtpError JOB_NOT_SCHEDULED; JOB_NOT_SKIPPED (it is paused, has no next run, or that run has just started)
 */
export async function skipNextRun(
  temporal: TemporalClient,
  job: JobName,
  shopId: string | null,
): Promise<string> {
  const { title } = JOBS[job];
  const before = await findSchedule(temporal, job, shopId);
  if (before.state.paused) {
    throw new AtpError('JOB_NOT_SKIPPED', { job: title, reason: 'it is paused, so nothing runs anyway' });
  }
  const [next] = before.info.nextActionTimes;
  if (!next) throw new AtpError('JOB_NOT_SKIPPED', { job: title, reason: 'no run is to come' });
  const startAt = new Date(next.getTime() + 1000);
  const after = await updateSchedule(
    temporal,
    scheduleId(job, shopId),
    ({ spec, ...unchanged }) => ({ ...unchanged, spec: { ...spec, startAt } }),
    ({ spec }) => spec.startAt?.getTime() === startAt.getTime(),
  );
  if (hasStarted(after, next)) {
    const reason = `the run of ${next.toISOString()} had just started`;
    throw new AtpError('JOB_NOT_SKIPPED', { job: title, reason });
  }
  return next.toISOString();
}

/**
 * Gives the runs of a schedule other parameters; its times, a pause and its note stay.
 *
 * @param keepsParameters whether parameters stay that an earlier order gave, and this one does not name
 * @throws AtpError JOB_NOT_SCHEDULED
 */
export async function setParameters(
  temporal: TemporalClient,
  order: JobOrder,
  keepsParameters: boolean,
): Promise<void> {
  const shopId = shopOf(order);
  await findSchedule(temporal, order.job, shopId);
  const wishedOf = (found: ScheduleDescription) =>
    actionOf(keepsParameters ? keepParameters(order)(found) : order);
  await updateSchedule(
    temporal,
    scheduleId(order.job, shopId),
    (found) => ({ spec: found.spec, state: found.state, ...wishedOf(found) }),
    (after) => isActionOf(after, wishedOf(after)),
  );
}

function hasStarted({ info }: ScheduleDescription, time: Date): boolean {
  return info.recentActions.some(({ scheduledAt }) => scheduledAt.getTime() === time.getTime());
}

async function findSchedule(
  temporal: TemporalClient,
  job: JobName,
  shopId: string | null,
): Promise<ScheduleDescription> {
  const found = await describeSchedule(temporal, scheduleId(job, shopId));
  if (found) return found;
  const of = shopId === null ? '' : ` of shop "${shopId}"`;
  throw new AtpError('JOB_NOT_SCHEDULED', { job: `${JOBS[job].title}${of}` });
}
