/**
 * The list of jobs, by the server's list of schedules. That list is some seconds old and does not tell everything, so where a
 * line by it might not be right, the schedule is asked for by itself: what is not listed, what a person has just changed, and
 * what looks late.
 */
import pMap from 'p-map';
import type { ScheduleSummary } from '@temporalio/client';
import { isPerShop, JOB_NAMES, type JobName } from '../domain/jobs/jobs.ts';
import { lateBecause } from '../domain/jobs/late-schedule.ts';
import { SCHEDULES_DESCRIBED_AT_ONCE } from '../domain/limits.ts';
import type { TemporalClient } from './connection.ts';
import { listSchedules } from './listed-schedules.ts';
import { describeJob, runsToCome, toLine, type ScheduledJob } from './scheduled-jobs.ts';
import { describeSchedule, MADE_AT, scheduleId } from './schedules.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** A job of a shop; `shopId` null: it works for all shops. */
export interface OwnedJob {
  readonly job: JobName;
  readonly shopId: string | null;
}

/** Every job of the shops, in the order in which a quantity travels, and then of the shops. */
export function jobsOf(shopIds: readonly string[]): readonly OwnedJob[] {
  return JOB_NAMES.flatMap((job) => (isPerShop(job) ? shopIds : [null]).map((shopId) => ({ job, shopId })));
}

/**
 * @param wasChanged whether a person has changed the schedule so lately that the server's list may not know it
 * @throws AtpError TEMPORAL_UNREACHABLE
 */
export async function listJobs(
  temporal: TemporalClient,
  jobs: readonly OwnedJob[],
  wasChanged: (job: OwnedJob) => boolean,
): Promise<readonly ScheduledJob[]> {
  const listed = await readList(temporal, jobs);
  return pMap(
    jobs,
    async (owned) => {
      const id = scheduleId(owned.job, owned.shopId);
      const found = listed.get(id);
      return found && !wasChanged(owned) && isRightByList(found)
        ? toLine(owned.job, owned.shopId, found, null)
        : describeJob(owned.job, owned.shopId, await describeSchedule(temporal, id));
    },
    { concurrency: SCHEDULES_DESCRIBED_AT_ONCE },
  );
}

/**
 * The jobs that are late or have lost runs lately: the server tells it of one at a time.
 *
 * @param hasLostLately asked about those of which the server has ever left out a run
 */
export async function listLosingJobs(
  temporal: TemporalClient,
  jobs: readonly OwnedJob[],
  hasLostLately: (job: OwnedJob) => Promise<boolean>,
): Promise<readonly ScheduledJob[]> {
  const found = await pMap(
    jobs,
    async (owned) => {
      const { job, shopId } = owned;
      const described = await describeSchedule(temporal, scheduleId(job, shopId));
      const { parameters: _parameters, counts, ...line } = describeJob(job, shopId, described);
      const hasLost = counts.droppedByOverlap + counts.droppedByOutage > 0;
      return line.late !== null || (hasLost && (await hasLostLately(owned))) ? [line] : [];
    },
    { concurrency: SCHEDULES_DESCRIBED_AT_ONCE },
  );
  return found.flat();
}

/** The schedules of the jobs, and perhaps others. One that carries no attributes of ours yet is not among them. */
async function readList(
  temporal: TemporalClient,
  jobs: readonly OwnedJob[],
): Promise<ReadonlyMap<string, ScheduleSummary>> {
  if (jobs.length === 0) return new Map();
  const listed = await listSchedules(temporal, queryOf(jobs));
  return new Map(listed.map((schedule) => [schedule.scheduleId, schedule]));
}

/** A schedule that is asked for by its shop is one of a few, where the list of all shops would be long. */
function queryOf(jobs: readonly OwnedJob[]): string {
  const names = [...new Set(jobs.map(({ job }) => `'${job}'`))];
  const shopIds = new Set(jobs.flatMap(({ shopId }) => shopId ?? []));
  const ofJobs = `${SEARCH_ATTRIBUTES.jobName.name} IN (${names.join(', ')})`;
  const [shopId] = shopIds;
  if (shopIds.size !== 1 || shopId === undefined) return ofJobs;
  const { name } = SEARCH_ATTRIBUTES.shopId;
  return `${ofJobs} AND (${name} = '${shopId}' OR ${name} IS NULL)`;
}

/** What looks late by the list may have been changed since its last run, or wait for a run that works: the list has neither. */
function isRightByList({ memo, state, info }: ScheduleSummary): boolean {
  if (state.paused) return true;
  if (runsToCome(info.nextActionTimes).length === 0) return false;
  const madeAt = memo?.[MADE_AT];
  const looksLate = lateBecause(
    {
      isPaused: false,
      lastRunAt: info.recentActions.at(-1)?.takenAt ?? null,
      changedAt: new Date(typeof madeAt === 'string' ? madeAt : 0),
      nextRuns: info.nextActionTimes,
      runningId: null,
    },
    new Date(),
  );
  return looksLate === null;
}
