import { byDefault, choice, count, id, optional, yesOrNo } from '../domain/input-fields.ts';
import { jobField } from '../domain/jobs/jobs.ts';
import { PIPELINE_STATES } from '../domain/jobs/pipeline-state.ts';
import { PIPELINE_RUNS_MAX, PIPELINE_RUNS_SHOWN } from '../domain/limits.ts';
import { defineOperation } from './operation.ts';

export const showPipeline = defineOperation({
  name: 'pipeline.show',
  role: 'viewer',
  description: 'the runs of all jobs: to come, under way, ended',
  fields: {
    state: optional(choice('only these', PIPELINE_STATES)),
    job: optional(jobField('only this job')),
    shopId: optional(id('only this shop')),
    all: optional(yesOrNo('also the runs that found nothing to do')),
    limit: byDefault(count('runs at most', PIPELINE_RUNS_MAX), PIPELINE_RUNS_SHOWN),
  },
  run: async ({ app }, filter) => {
    const { readPipeline } = await import('../temporal/pipeline.ts');
    const temporal = await app.temporal();
    const { runs, more } = await readPipeline(temporal, filter);
    const uiUrl = await app.temporalUiUrl();
    const namespaceUrl = uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(temporal.namespace)}`;
    const jobs = runs.map(({ uiPath, ...run }) => ({
      ...run,
      uiUrl: namespaceUrl && `${namespaceUrl}/${uiPath}`,
    }));
    return { jobs, more };
  },
});
