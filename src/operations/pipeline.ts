import {
  byDefault,
  choice,
  count,
  id,
  label,
  optional,
  pattern,
  time,
  yesOrNo,
} from '../domain/input-fields.ts';
import { jobField } from '../domain/jobs/jobs.ts';
import { isRunFound } from '../domain/jobs/run-search.ts';
import { PIPELINE_STATES, RUN_STARTERS } from '../domain/jobs/pipeline-state.ts';
import { PIPELINE_RUNS_MAX, PIPELINE_RUNS_SHOWN } from '../domain/limits.ts';
import type { PipelineFilter, PipelineRun } from '../temporal/pipeline.ts';
import type { Application } from './application.ts';
import type { MissedOfDay, RunWithExpected } from './expected-runs.ts';
import { defineOperation, type Context } from './operation.ts';
import { addSettled } from './settled-runs.ts';

export const showPipeline = defineOperation({
  name: 'pipeline.show',
  role: 'viewer',
  description: 'the runs of all jobs: to come, under way, ended',
  fields: {
    state: optional(choice('only these', PIPELINE_STATES)),
    job: optional(jobField('only this job')),
    shopId: optional(id('only this shop')),
    all: optional(yesOrNo('also the runs that found nothing to do')),
    startedBy: optional(choice('only those that a schedule started, or only all others', RUN_STARTERS)),
    since: optional(time('only runs that began from this instant on')),
    before: optional(time('only runs that began before this instant')),
    by: optional(label('only those that this person started; "itself": those that nobody did', 'name')),
    search: optional(label('only those, of the runs that are read, in whose text this is found', 'text')),
    withExpected: optional(
      yesOrNo(
        'also all runs that the schedules tell of, how long they take as a rule, and runs that were due and did not start',
      ),
    ),
    limit: byDefault(count('runs at most', PIPELINE_RUNS_MAX), PIPELINE_RUNS_SHOWN),
  },
  run: async ({ app }, { by, search, ...filter }) => {
    const { readPipeline } = await import('../temporal/pipeline.ts');
    const temporal = await app.temporal();
    const { runs, more } = await readPipeline(temporal, filter);
    const linked = await linkToUi(app);
    const found = runs.filter((run) => isRunFound(run, { by, search }));
    const { jobs, ...due }: WithExpected = filter.withExpected
      ? await expectOf({ app }, found, filter)
      : { jobs: found };
    return { jobs: await addSettled(app, jobs.map(linked)), more, ...due };
  },
});

/** Runs, and what was due and did not start where that was asked for. */
type WithExpected = { readonly jobs: readonly RunWithExpected[] } & Partial<MissedOfDay>;

async function expectOf(
  context: Pick<Context, 'app'>,
  runs: readonly PipelineRun[],
  filter: PipelineFilter,
): Promise<WithExpected> {
  const { addExpected, listMissedOf } = await import('./expected-runs.ts');
  const [jobs, due] = await Promise.all([addExpected(context, runs), listMissedOf(context, filter)]);
  return { jobs, ...due };
}

export const showRun = defineOperation({
  name: 'run.show',
  role: 'viewer',
  description: 'one run of a job: what it was given, what it does, and what came of it',
  fields: {
    workflowId: label('its workflow id, such as hardSync/berlin', 'workflow-id'),
    runId: pattern('its run id', {
      pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      wanted: 'a run id, such as `atp pipeline --json` tells it',
      placeholder: 'run-id',
    }),
  },
  run: async ({ app }, run) => {
    const { readOneRun } = await import('../temporal/one-run.ts');
    const found = (await linkToUi(app))(await readOneRun(await app.temporal(), run));
    const [settled = { ...found, settled: null }] = await addSettled(app, [found]);
    return settled;
  },
});

/** Gives a run the address of its page in Temporal's UI, in place of the path; null: nobody has said where the UI is. */
async function linkToUi(app: Application) {
  const uiUrl = await app.temporalUiUrl();
  const { namespace } = await app.temporal();
  const namespaceUrl = uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(namespace)}`;
  return <Run extends { readonly uiPath: string }>({ uiPath, ...run }: Run) => ({
    ...run,
    uiUrl: namespaceUrl && `${namespaceUrl}/${uiPath}`,
  });
}
