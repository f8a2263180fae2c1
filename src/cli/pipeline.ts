import { Argument, type Command } from 'commander';
import { PIPELINE_RUNS_MAX, PIPELINE_RUNS_SHOWN } from '../domain/limits.ts';
import { JOBS, jobNamed } from '../temporal/jobs.ts';
import {
  pipeline,
  PIPELINE_STATES,
  type Outcome,
  type PipelineRun,
  type PipelineState,
} from '../temporal/pipeline.ts';
import { atMost, id } from './arguments.ts';
import { resultInWords } from './job-outcome.ts';
import type { Cli } from './program.ts';
import { shortTime, table, type Report } from './report.ts';

interface PipelineOptions {
  readonly job?: string;
  readonly shop?: string;
  readonly limit: number;
}

export function registerPipeline(program: Command, { app, reports }: Cli): void {
  const command = program
    .command('pipeline')
    .description('the runs of all jobs: to come, under way, ended')
    .addArgument(new Argument('[state]', 'only these').choices([...PIPELINE_STATES]))
    .option('--job <job>', 'only this job')
    .option('--shop <shopId>', 'only this shop', id)
    .option('--limit <n>', 'runs at most', atMost(PIPELINE_RUNS_MAX), PIPELINE_RUNS_SHOWN);
  reports(command, async (state: PipelineState | undefined, options: PipelineOptions): Promise<Report> => {
    const { shop: shopId, limit } = options;
    const job = options.job === undefined ? undefined : jobNamed(options.job).name;
    const temporal = await app.temporal();
    const { runs, more } = await pipeline(temporal, { state, job, shopId, limit });
    const uiUrl = await app.temporalUiUrl();
    const jobs = runs.map(({ outcome, ...run }) => ({
      ...run,
      summary: summaryOf(run, outcome),
      uiUrl:
        uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(temporal.namespace)}/${placeOf(run, outcome)}`,
    }));
    const rows = jobs.map((run) => [
      run.jobName,
      run.shopId,
      run.status,
      shortTime(run.scheduledAt ?? run.startedAt),
      shortTime(run.closedAt),
      run.summary,
    ]);
    const text = table(['Job', 'Shop', 'Status', 'At', 'Ended', 'What'], rows, 'There are no runs.');
    return { json: { jobs, more }, text: more ? `${text}\nThere are more: --limit shows them.` : text };
  });
}

type Run = Omit<PipelineRun, 'outcome'>;

function summaryOf({ jobName }: Run, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'pending':
      return outcome.frequency;
    case 'running':
      return `${JOBS[jobName].title} is running`;
    case 'completed':
      return resultInWords(jobName, outcome.result);
    case 'failed':
      return outcome.code === null ? outcome.message : `${outcome.code}: ${outcome.message}`;
  }
}

/** Its page in Temporal's UI, below the namespace. */
function placeOf({ workflowId, runId }: Run, outcome: Outcome): string {
  return outcome.kind === 'pending'
    ? `schedules/${encodeURIComponent(outcome.scheduleId)}`
    : `workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}
