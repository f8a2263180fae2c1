import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { findFacilityGroup } from '../postgres/facility-groups.ts';
import { findShop, listShops } from '../postgres/shops.ts';
import { JOBS, jobNamed, runJob, type JobName, type JobOrder } from '../temporal/jobs.ts';
import { listJobs } from '../temporal/schedules.ts';
import { isWorkerPolling } from '../temporal/task-queue.ts';
import type { Application } from './application.ts';
import { outcomeOf } from './job-outcome.ts';
import type { Cli } from './program.ts';
import { shortTime, table, type Report } from './report.ts';

interface RunOptions {
  readonly shop?: string;
  readonly group?: string;
  readonly wait: boolean;
}

export function registerJob(program: Command, { app, reports, progress }: Cli): void {
  const job = program.command('job').description('the jobs: when they run, and run one now');

  reports(job.command('list').description('every job of every shop, with its next runs'), async () => {
    const shops = await listShops(app.database());
    const jobs = await listJobs(
      await app.temporal(),
      shops.map(({ shopId }) => shopId),
    );
    const rows = jobs.map(({ jobName, shopId, frequency, paused, note, nextRuns }) => [
      jobName,
      JOBS[jobName].title,
      shopId,
      frequency ?? 'not scheduled',
      paused ? `paused: ${note ?? 'no reason given'}` : shortTime(nextRuns[0] ?? null),
    ]);
    return { json: jobs, text: table(['Job', 'Name', 'Shop', 'Runs', 'Next'], rows, 'There are no jobs.') };
  });

  const run = job
    .command('run')
    .description('run a job now')
    .argument('<job>', Object.keys(JOBS).join(', '))
    .option('--shop <shopId>', 'the shop (default: the only one)')
    .option('--group <facilityGroupId>', 'the shop’s facility group, as a check')
    .option('--wait', 'wait for the result', false);
  reports(run, async (name: string, options: RunOptions): Promise<Report> => {
    const order = await orderOf(app, jobNamed(name).name, options);
    const temporal = await app.temporal();
    const { wait } = options;
    const started = await runJob(temporal, order, { wait, onProgress: progress });
    if (wait) {
      const { text, exitCode } = outcomeOf(order.job, started.result);
      return { json: started, text, exitCode };
    }
    const waits = (await isWorkerPolling(temporal))
      ? ''
      : '\nNo worker is polling: it waits until `atp worker` runs.';
    const text = `${JOBS[order.job].title} is started (workflow ${started.workflowId}, run ${started.runId}).${waits}`;
    return { json: started, text };
  });
}

/**
 * What the options say, completed and checked against the database: a mistake is told now, and not by a workflow
 * that fails later.
 */
async function orderOf(app: Application, job: JobName, options: RunOptions): Promise<JobOrder> {
  const takesGroup = job === 'hard-sync' || job === 'recent-changes';
  if (options.group !== undefined && !takesGroup) {
    throw new AtpError('INPUT_INVALID', { reason: `--group is not for ${job}` });
  }
  if (job === 'import') {
    if (options.shop === undefined) return { job };
    throw new AtpError('INPUT_INVALID', { reason: '--shop is not for import: feeds are for all shops' });
  }
  const shop = await shopOf(app, options.shop);
  const { shopId } = shop;
  if (!takesGroup) return { job, shopId };
  const { group: facilityGroupId } = options;
  if (facilityGroupId !== undefined && facilityGroupId !== shop.facilityGroupId) {
    await findFacilityGroup(app.database(), facilityGroupId);
    const { facilityGroupId: shopGroupId } = shop;
    throw new AtpError('SHOP_GROUP_MISMATCH', { shopId, shopGroupId, facilityGroupId });
  }
  return { job, shopId, facilityGroupId };
}

async function shopOf(app: Application, shopId: string | undefined) {
  if (shopId !== undefined) return findShop(app.database(), shopId);
  const [only, ...more] = await listShops(app.database());
  if (only && more.length === 0) return only;
  const reason = only
    ? 'name one of the shops with --shop'
    : 'there is no shop yet, `atp shop add` makes one';
  throw new AtpError('INPUT_INVALID', { reason });
}
