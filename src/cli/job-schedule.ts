/** `atp job show|schedule|pause|resume|skip`: when a job runs by itself. */
import { Option, type Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import { JOBS, jobNamed, type JobName } from '../temporal/jobs.ts';
import { pauseJob, resumeJob, skipNextRun } from '../temporal/schedule-control.ts';
import { PRESETS, type Preset } from '../temporal/schedule-policies.ts';
import { planTiming, type Timing } from '../temporal/schedule-timing.ts';
import { showJob, type JobDetails } from '../temporal/scheduled-jobs.ts';
import { scheduleJob } from '../temporal/schedules.ts';
import { label, time } from './arguments.ts';
import { orderOf, type JobOptions } from './job-order.ts';
import type { Cli } from './program.ts';
import { counted, table, type Report } from './report.ts';

interface TimingOptions {
  readonly every?: Preset;
  readonly cron?: string;
  readonly start?: Date;
  readonly timeZone?: string;
}

export function registerJobSchedule(job: Command, { app, reports }: Cli): void {
  function command(name: string, description: string): Command {
    return job
      .command(name)
      .description(description)
      .argument('<job>', Object.keys(JOBS).join(', '))
      .option('--shop <shopId>', 'the shop (default: the only one)');
  }

  /** The job that is meant, and the shop that it works for. */
  async function named(name: string, options: JobOptions) {
    const order = await orderOf(app, jobNamed(name).name, options);
    return { order, job: order.job, shopId: 'shopId' in order ? order.shopId : null };
  }

  async function shown(job: JobName, shopId: string | null, sentence: string | null): Promise<Report> {
    const details = await showJob(await app.temporal(), job, shopId);
    return { json: details, text: [...(sentence === null ? [] : [sentence]), jobText(details)].join('\n') };
  }

  const show = command('show', 'when a job runs, with what, and how it went');
  reports(show, async (name: string, options: JobOptions) => {
    const { job, shopId } = await named(name, options);
    return shown(job, shopId, null);
  });

  const schedule = command('schedule', 'give a job its times; a pause stays as it is')
    .option('--group <facilityGroupId>', 'the shop’s facility group, as a check')
    .addOption(new Option('--every <interval>', 'how often').choices(Object.keys(PRESETS)).conflicts('cron'))
    .option('--cron <expression>', 'five fields: minute, hour, day of month, month, day of week')
    .option('--start <time>', 'the first run; with --cron, the earliest', time)
    .option('--time-zone <zone>', 'of the times of day, such as Europe/Berlin (default: UTC)');
  reports(schedule, async (name: string, options: JobOptions & TimingOptions) => {
    const { order, job, shopId } = await named(name, options);
    const { spec, warnings } = planTiming(job, timingOf(options));
    const temporal = await app.temporal();
    const isNew = await scheduleJob(temporal, order, spec);
    const details = await showJob(temporal, job, shopId);
    const text = [
      isNew ? 'The job has a schedule now.' : 'The job has new times.',
      jobText(details),
      ...warnings.map((warning) => `Note: ${warning}`),
    ];
    return { json: { ...details, warnings }, text: text.join('\n') };
  });

  const pause = command('pause', 'no runs by schedule until it is resumed; a run under way goes on').option(
    '--reason <text>',
    'why; everybody sees it',
    label,
  );
  reports(pause, async (name: string, options: JobOptions & { readonly reason?: string }) => {
    const { job, shopId } = await named(name, options);
    await pauseJob(await app.temporal(), job, shopId, options.reason);
    return shown(job, shopId, null);
  });

  const resume = command('resume', 'runs by schedule again').option('--reason <text>', 'why', label);
  reports(resume, async (name: string, options: JobOptions & { readonly reason?: string }) => {
    const { job, shopId } = await named(name, options);
    await resumeJob(await app.temporal(), job, shopId, options.reason);
    return shown(job, shopId, null);
  });

  const skip = command('skip', 'leave out exactly the next run');
  reports(skip, async (name: string, options: JobOptions) => {
    const { job, shopId } = await named(name, options);
    const temporal = await app.temporal();
    const skipped = await skipNextRun(temporal, job, shopId);
    const details = await showJob(temporal, job, shopId);
    return { json: { ...details, skipped }, text: `The run of ${skipped} is skipped.\n${jobText(details)}` };
  });
}

function timingOf({ every, cron, start, timeZone }: TimingOptions): Timing {
  if (every !== undefined) return { every, start, timeZone };
  if (cron !== undefined) return { cron, start, timeZone };
  throw new AtpError('INPUT_INVALID', { reason: 'say when: --every or --cron' });
}

function jobText(job: JobDetails): string {
  const { policies, counts } = job;
  const parameters = Object.entries(job.parameters).map(([name, value]) => `${name} ${String(value)}`);
  const dropped = counts.droppedByOverlap + counts.droppedByOutage;
  const rows = [
    ['Shop', job.shopId ?? 'all'],
    ['Parameters', parameters.join(', ') || 'none'],
    ['Runs', job.frequency ?? `not by itself; \`atp job schedule ${job.jobName}\` changes that`],
    ...(job.notBefore === null ? [] : [['Not before', job.notBefore]]),
    ...(job.paused ? [['Paused', job.note ?? 'no reason given']] : []),
    ['Next runs', nextRuns(job)],
    ['Policies', `overlap ${policies.overlap}, catch-up ${policies.catchUp}. ${policies.why}`],
    [
      'Until now',
      `${counted(counts.runs, 'run')}` +
        (dropped === 0
          ? ''
          : `; dropped: ${counts.droppedByOverlap} while one worked, ${counts.droppedByOutage} after an outage`),
    ],
  ];
  return table([job.title, job.description], rows, '');
}

function nextRuns({ paused, scheduleId, nextRuns }: JobDetails): string {
  if (paused) return 'none until `atp job resume`';
  return nextRuns.join('\n') || (scheduleId === null ? '–' : 'none');
}
