/** What the palette finds beside pages: jobs of shops, and the last runs. */
import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { JOBS } from '../../src/domain/jobs/jobs.ts';
import { useAll } from '../api/pages.ts';
import { useLook } from '../api/queries.ts';
import { absolute } from '../parts/readable-instants.ts';
import { runHref } from '../parts/run-link.tsx';

const RUNS_FOUND = 50;

export function useJobsAndRuns(go: (href: string) => () => void): readonly SpotlightActionGroupData[] {
  const jobs = useAll('job.list', {}, { lookAgainMs: false });
  const runs = useLook('pipeline.show', { limit: RUNS_FOUND }, { lookAgainMs: false });
  return [
    {
      group: 'Jobs',
      actions: (jobs.data ?? []).map(({ jobName, shopId }) => ({
        id: `job ${jobName} ${shopId ?? ''}`,
        label: shopId === null ? JOBS[jobName].title : `${JOBS[jobName].title} · ${shopId}`,
        description: jobName,
        onClick: go(shopId === null ? '/inventory' : `/inventory/${encodeURIComponent(shopId)}/${jobName}`),
      })),
    },
    {
      group: 'Runs',
      actions: (runs.data?.jobs ?? []).flatMap(({ jobName, shopId, workflowId, runId, startedAt, status }) =>
        runId === null
          ? []
          : [
              {
                id: `run ${runId}`,
                label: `${JOBS[jobName].title}${shopId === null ? '' : ` · ${shopId}`}`,
                description: `${status.toLowerCase()}${startedAt === null ? '' : `, ${absolute(startedAt)}`}`,
                keywords: [runId, workflowId],
                onClick: go(runHref({ workflowId, runId })),
              },
            ],
      ),
    },
  ];
}
