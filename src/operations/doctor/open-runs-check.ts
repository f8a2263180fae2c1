import { jobOfWorkflowType } from '../../domain/jobs/jobs.ts';
import { MENDED_RUNS_TOLD_MS } from '../../domain/limits.ts';
import { openRunInWords, troubleOf } from '../../domain/open-run.ts';
import { counted } from '../../domain/words.ts';
import type { TemporalClient } from '../../temporal/connection.ts';
import type { StuckRun } from '../../temporal/stuck-runs.ts';
import type { Application } from '../application.ts';
import { check, faulty, faultyFor, fine, type Check, type Finding } from './check.ts';

/** Runs that do not get on: their workflow code fails; nobody polls their task queue, or they stand still. */
export async function checkRuns(app: Application): Promise<Check[]> {
  return [
    await check('Workflow code', async () => {
      const temporal = await app.temporal();
      return (await inspectFailing(temporal)) ?? tellMended(temporal);
    }),
    await check('Open runs', async () => inspectStuck(await app.temporal())),
  ];
}

async function inspectFailing(temporal: TemporalClient): Promise<Finding | null> {
  const { listFailing } = await import('../../temporal/open-runs.ts');
  const failing = await listFailing(temporal);
  const [first] = failing;
  if (!first) return null;
  return faulty(
    `The workflow code fails in ${counted(failing.length, 'run')}: ${first.workflowId}: ${first.failure}`,
    'The worker restarts such a run once, within a minute. If it fails again, go back to the release before (docs/guides/deploy.md).',
    { code: 'WORKFLOW_CODE_FAILS' },
  );
}

/** Such a run holds its workflow id: every further run of its job waits for it, or is refused. */
async function inspectStuck(temporal: TemporalClient): Promise<Finding> {
  const { listStuck } = await import('../../temporal/stuck-runs.ts');
  const stuck = await listStuck(temporal);
  if (stuck.length === 0) return fine('Each of them gets on.');
  return faultyFor(
    'RUN_STANDS_STILL',
    stuck.map((each) => ({
      part: each.workflowId,
      detail: `${each.workflowId} does not get on${openRunInWords(each.run, new Date())}.`,
      hint: hintFor(each),
      since: isNeglected(each) ? each.run.startedAt : each.run.movedAt,
    })),
  );
}

function isNeglected({ run }: StuckRun): boolean {
  return troubleOf(run, new Date()) === 'neglected';
}

function hintFor(stuck: StuckRun): string {
  const { workflowId, runId, workflowType, shopId } = stuck;
  const job = jobOfWorkflowType(workflowType);
  const why = isNeglected(stuck) ? 'Nobody will work on it' : 'If its worker does not come back';
  if (job === undefined) {
    return `${why}: \`temporal workflow terminate --workflow-id ${workflowId} --run-id ${runId}\` ends it.`;
  }
  const shop = shopId === null ? '' : ` --shop ${shopId}`;
  return `${why}: \`atp job cancel ${job}${shop} --reason <text> --force\` ends it; the next run goes on from what the database knows.`;
}

/** The workflow code fails in no run; perhaps it did lately. */
async function tellMended(temporal: TemporalClient): Promise<Finding> {
  const { countMendedSince } = await import('../../temporal/open-runs.ts');
  const mended = await countMendedSince(temporal, new Date(Date.now() - MENDED_RUNS_TOLD_MS));
  const hint =
    mended === 0
      ? null
      : `The workflow code failed in ${counted(mended, 'run')} of the last 24 hours; \`atp pipeline failed\` shows what was done.`;
  return fine('It fails in no run.', hint);
}
