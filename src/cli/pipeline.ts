import { OUTCOMES_IN_WORDS } from '../domain/jobs/outcome.ts';
import { showPipeline } from '../operations/pipeline.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table } from './table.ts';

export const PIPELINE_COMMANDS = [
  command({
    path: 'pipeline',
    operation: showPipeline,
    arguments: ['state'],
    show: ({ jobs, more }) => {
      const rows = jobs.map((run) => [
        run.jobName,
        run.shopId,
        run.outcome === null ? run.status.toLowerCase().replace('_', ' ') : OUTCOMES_IN_WORDS[run.outcome],
        shortTime(run.scheduledAt ?? run.startedAt),
        shortTime(run.closedAt),
        run.summary,
      ]);
      const text = table(['Job', 'Shop', 'Outcome', 'At', 'Ended', 'What'], rows, 'There are no runs.');
      return more ? `${text}\nThere are more: --limit shows them.` : text;
    },
  }),
];
