import type { Command } from 'commander';
import { listShops } from '../postgres/master-data/shops.ts';
import { JOBS, jobNamed, runJob } from '../temporal/jobs.ts';
import { listJobs } from '../temporal/scheduled-jobs.ts';
import { isWorkerPolling } from '../temporal/task-queue.ts';
import { orderOf, type JobOptions } from './job-order.ts';
import { outcomeOf } from './job-outcome.ts';
import { registerJobSchedule } from './job-schedule.ts';
import type { Cli } from './program.ts';
import { shortTime, table, type Report } from './report.ts';

export function registerJob(program: Command, cli: Cli): void {
  const { app, reports, progress } = cli;
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

  registerJobSchedule(job, cli);

  const run = job
    .command('run')
    .description('run a job now')
    .argument('<job>', Object.keys(JOBS).join(', '))
    .option('--shop <shopId>', 'the shop (default: the only one)')
    .option('--group <facilityGroupId>', 'the shop’s facility group, as a check')
    .option('--wait', 'wait for the result', false);
  reports(run, async (name: string, options: JobOptions & { readonly wait: boolean }): Promise<Report> => {
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
