/** The jobs: run one now, and when they run by themselves. */
import { JOBS } from '../domain/jobs/jobs.ts';
import { inZone } from '../domain/wall-clock.ts';
import { cancelJob } from '../operations/cancel-job.ts';
import { listJobs } from '../operations/job-list.ts';
import {
  pauseJob,
  resumeJob,
  runJob,
  scheduleJob,
  showJob,
  skipRun,
  verifyShop,
} from '../operations/jobs.ts';
import { previewJob } from '../operations/job-timing.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { describeResult, lastAppliedText, scheduleText } from './job-text.ts';
import { table } from './table.ts';

export const JOB_COMMANDS = [
  command({
    path: 'job list',
    operation: listJobs,
    show: ({ jobs, total }) => {
      const rows = jobs.map(
        ({ jobName, title, shopId, frequency, paused, note, nextRuns, timeZone, late, live }) => [
          jobName,
          title,
          shopId,
          `${live ? 'live, ' : ''}${frequency ?? 'not scheduled'}`,
          paused ? `paused: ${note ?? 'no reason given'}` : nextRunText(nextRuns[0], timeZone, late),
        ],
      );
      const more = total > jobs.length ? `\n${jobs.length} of ${total} jobs.` : '';
      return {
        json: jobs,
        text: table(['Job', 'Name', 'Shop', 'Runs', 'Next'], rows, 'There are no jobs.') + more,
      };
    },
  }),
  command({ path: 'job show', operation: showJob, arguments: ['job'], show: scheduleText }),
  command({
    path: 'job schedule',
    operation: scheduleJob,
    arguments: ['job'],
    show: ({ isNew, ...job }) => {
      const text = [
        isNew ? 'The job has a schedule now.' : 'The job has new times.',
        scheduleText(job),
        ...job.warnings.map((warning) => `Note: ${warning}`),
      ].join('\n');
      return { json: job, text };
    },
  }),
  command({
    path: 'job preview',
    operation: previewJob,
    arguments: ['job'],
    show: ({ nextRuns, timeZone, warnings, ...of }) => ({
      json: { ...of, timeZone, nextRuns, warnings },
      text: [
        nextRuns.length === 0 ? 'It would never run.' : 'It would run at:',
        ...nextRuns.map((time) => `  ${inZone(time, timeZone)}`),
        ...warnings.map((warning) => `Note: ${warning}`),
      ].join('\n'),
    }),
  }),
  command({ path: 'job pause', operation: pauseJob, arguments: ['job'], show: scheduleText }),
  command({ path: 'job resume', operation: resumeJob, arguments: ['job'], show: scheduleText }),
  command({
    path: 'job skip',
    operation: skipRun,
    arguments: ['job'],
    show: (job) => `The run of ${job.skipped} is skipped.\n${scheduleText(job)}`,
  }),
  command({ path: 'job run', operation: runJob, arguments: ['job'], show: showRun }),
  command({
    path: 'job cancel',
    operation: cancelJob,
    arguments: ['job'],
    show: ({ runs }) =>
      runs
        .map(({ workflowId, runId, ended }) => `${ended}: workflow ${workflowId}, run ${runId}.`)
        .join('\n'),
  }),
  command({
    path: 'verify',
    operation: verifyShop,
    arguments: ['shopId'],
    show: (result) => describeResult('verify', result),
  }),
];

/** In the zone of the schedule; and whether runs came due that were not started: `atp job show` says why. */
function nextRunText(next: string | undefined, timeZone: string | null, late: string | null): string | null {
  const time = next === undefined ? null : inZone(next, timeZone ?? 'UTC');
  return late === null ? time : `${time ?? '–'} (runs were left out)`;
}

function showRun({ job, run, isWorkerPolling, lastApplied }: ResultOf<typeof runJob>) {
  if (run.result !== null) {
    const { text, ...described } = describeResult(job, run.result);
    const json = { ...run, ...(lastApplied && { lastApplied }) };
    return { json, ...described, text: lastApplied ? lastAppliedText(lastApplied) : text };
  }
  const started = `${JOBS[job].title} is started (workflow ${run.workflowId}, run ${run.runId}).`;
  const waits = isWorkerPolling ? '' : '\nNo worker is polling: it waits until `atp worker` runs.';
  return { json: run, text: started + waits };
}
