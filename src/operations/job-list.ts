/** The list of jobs, page by page. What a person has just changed about a schedule is in it. */
import { count, id, invalid, optional, text, yesOrNo } from '../domain/input-fields.ts';
import { findLastLost } from '../domain/jobs/missed-runs.ts';
import { JOBS_LISTED_MAX, LOST_RUNS_TOLD_DAYS, SCHEDULE_LIST_SETTLES_MS } from '../domain/limits.ts';
import { listJobsActedOn } from '../postgres/audit-log.ts';
import type { Database } from '../postgres/database.ts';
import { findShop, listShops } from '../postgres/master-data/shops.ts';
import { listLive } from '../postgres/producing/live-shops.ts';
import type { OwnedJob } from '../temporal/job-list.ts';
import { isLiveJob } from './live/live-job.ts';
import { listMissedRuns } from './missed-runs.ts';
import { defineOperation } from './operation.ts';

export const listJobs = defineOperation({
  name: 'job.list',
  role: 'viewer',
  description: 'every job of every shop, with its next runs',
  fields: {
    shopId: optional(id('only the jobs of this shop, and those that work for all shops')),
    losesRuns: optional(
      yesOrNo(
        `only jobs that are late or have lost runs in the last ${LOST_RUNS_TOLD_DAYS} days; it takes longer, and a page may have few`,
      ),
    ),
    limit: optional(count('jobs at most', JOBS_LISTED_MAX)),
    after: optional(text('where to go on: `next` of the page before', 'next')),
  },
  run: async ({ app }, { shopId: only, losesRuns = false, limit = JOBS_LISTED_MAX, after }) => {
    const database = await app.database();
    const shops = only === undefined ? await listShops(database) : [await findShop(database, only)];
    const { jobsOf, listJobs: read, listLosingJobs } = await import('../temporal/job-list.ts');
    const { scheduleId } = await import('../temporal/schedules.ts');
    const all = jobsOf(shops.map(({ shopId }) => shopId));
    const idOf = ({ job, shopId }: OwnedJob) => scheduleId(job, shopId);
    const from = after === undefined ? 0 : all.findIndex((each) => idOf(each) === after) + 1;
    if (after !== undefined && from === 0) throw invalid('after must be `next` of the page before');
    const page = all.slice(from, from + limit);
    const last = page.at(-1);
    const temporal = await app.temporal();
    const lines = losesRuns
      ? await listLosingJobs(
          temporal,
          page,
          async (job) => findLastLost(await listMissedRuns({ app }, job), new Date()) !== null,
        )
      : await read(temporal, page, await findChangedLately(database));
    const live = await listLive(database);
    const jobs = lines.map((line) => {
      const owned = { job: line.jobName, shopId: line.shopId };
      return { ...line, live: isLiveJob(owned) ? (live.get(owned.shopId) ?? null) : null };
    });
    return { jobs, total: all.length, next: last && from + page.length < all.length ? idOf(last) : null };
  },
});

/** Acts that change a schedule, or make it anew. */
const CHANGES_OF_SCHEDULES = ['job.pause', 'job.resume', 'job.skip', 'job.schedule', 'shop.add'];

/** Whether a person has changed the schedule of a job so lately that the server's list may not have it yet. */
async function findChangedLately(database: Database) {
  const acted = await listJobsActedOn(database, CHANGES_OF_SCHEDULES, SCHEDULE_LIST_SETTLES_MS);
  return ({ job, shopId }: OwnedJob) =>
    acted.some(
      (act) =>
        (act.job === null || act.job === job) &&
        (act.shopId === null || shopId === null || act.shopId === shopId),
    );
}
