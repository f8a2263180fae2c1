import { OUTCOMES_IN_WORDS } from '../domain/jobs/outcome.ts';
import { showPipeline, showRun } from '../operations/pipeline.ts';
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
        whatInWords(run),
      ]);
      const text = table(['Job', 'Shop', 'Outcome', 'At', 'Ended', 'What'], rows, 'There are no runs.');
      return more ? `${text}\nThere are more: --limit shows them.` : text;
    },
  }),
  command({
    path: 'run show',
    operation: showRun,
    arguments: ['workflowId', 'runId'],
    show: (run) =>
      table(
        ['Run', run.runId ?? ''],
        [
          ['Job', run.jobName],
          ['Shop', run.shopId],
          ['Status', run.status.toLowerCase().replace('_', ' ')],
          ['Outcome', run.outcome && OUTCOMES_IN_WORDS[run.outcome]],
          ['Started', shortTime(run.startedAt)],
          ['Ended', shortTime(run.closedAt)],
          [
            'By',
            run.scheduledAt === null ? run.startedBy : `its schedule, for ${shortTime(run.scheduledAt)}`,
          ],
          ['With', JSON.stringify(run.parameters)],
          ['What', whatInWords(run)],
          ['Temporal', run.uiUrl],
        ],
        '',
      ),
  }),
];

/** What came of a run, and what became since of what it has held. */
function whatInWords({
  summary,
  settled,
}: {
  readonly summary: string;
  readonly settled: string | null;
}): string {
  return settled === null ? summary : `${summary} ${settled}.`;
}
