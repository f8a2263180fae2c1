/** What the schedules lead to expect: how long runs to come take as a rule, and runs that were due and did not start. */
import pMap from 'p-map';
import { isPerShop, type JobName } from '../domain/jobs/jobs.ts';
import type { MissedRun } from '../domain/jobs/missed-runs.ts';
import { EXPECTED_JOBS_MAX, SCHEDULES_DESCRIBED_AT_ONCE } from '../domain/limits.ts';
import { listShops } from '../postgres/master-data/shops.ts';
import type { OwnedJob } from '../temporal/job-list.ts';
import type { PipelineFilter, PipelineRun } from '../temporal/pipeline.ts';
import { listMissedRuns } from './missed-runs.ts';
import type { Context } from './operation.ts';

/** A run that was due by schedule and did not start. */
export interface MissedRunOfJob extends MissedRun {
  readonly jobName: JobName;
  readonly shopId: string | null;
}

export interface MissedOfDay {
  /** In order. */
  readonly missed: readonly MissedRunOfJob[];
  /** Schedules that were not asked, because there are too many. */
  readonly unasked: number;
}

/** One to come has `expectedMs`: how long it takes as a rule; null: none of that job and shop has completed. */
export type RunWithExpected = PipelineRun & { readonly expectedMs?: number | null };

export async function addExpected(
  { app }: Pick<Context, 'app'>,
  runs: readonly PipelineRun[],
): Promise<readonly RunWithExpected[]> {
  const { readExpectedMs } = await import('../temporal/expected-duration.ts');
  const temporal = await app.temporal();
  const keyOf = ({ jobName, shopId }: PipelineRun) => `${jobName}/${shopId ?? ''}`;
  const toCome = runs.filter(({ status }) => status === 'PENDING');
  const jobs = [...new Map(toCome.map((run) => [keyOf(run), run]))].slice(0, EXPECTED_JOBS_MAX);
  const expected = new Map(
    await pMap(
      jobs,
      async ([key, { jobName, shopId }]) => {
        return [key, await readExpectedMs(temporal, { job: jobName, shopId })] as const;
      },
      { concurrency: SCHEDULES_DESCRIBED_AT_ONCE },
    ),
  );
  return runs.map((run) =>
    run.status === 'PENDING' ? { ...run, expectedMs: expected.get(keyOf(run)) ?? null } : run,
  );
}

/** Those that were due in the time of the filter. */
export async function listMissedOf(
  { app }: Pick<Context, 'app'>,
  { job, shopId, startedBy, since, before }: Partial<PipelineFilter>,
): Promise<MissedOfDay> {
  // A person starts runs that are not due.
  if (startedBy === 'other') return { missed: [], unasked: 0 };
  const { jobsOf } = await import('../temporal/job-list.ts');
  const shopIds = shopId === undefined ? await readShopIds(app) : [shopId];
  const all = jobsOf(shopIds).filter(
    (owned) => (job === undefined || job === owned.job) && (shopId === undefined || isPerShop(owned.job)),
  );
  const asked = all.slice(0, EXPECTED_JOBS_MAX);
  const found = await pMap(
    asked,
    async (owned: OwnedJob) => {
      const missed = await listMissedRuns({ app }, owned);
      return missed.map((run): MissedRunOfJob => ({ jobName: owned.job, shopId: owned.shopId, ...run }));
    },
    { concurrency: SCHEDULES_DESCRIBED_AT_ONCE },
  );
  const isWanted = ({ dueAt }: MissedRun) =>
    (since === undefined || dueAt >= since.toISOString()) &&
    (before === undefined || dueAt < before.toISOString());
  const missed = found.flat().filter(isWanted);
  return {
    missed: missed.toSorted((one, other) => (one.dueAt < other.dueAt ? -1 : 1)),
    unasked: all.length - asked.length,
  };
}

async function readShopIds(app: Context['app']): Promise<readonly string[]> {
  return (await listShops(await app.database())).map(({ shopId }) => shopId);
}
