import { counted } from '../../domain/words.ts';
import type { Application } from '../application.ts';
import type { ScheduleLook } from '../schedule-look.ts';
import { faultyFor, fine, notKnown, type Finding } from './check.ts';

/**
 * Jobs that are to run by themselves, and fail each time. Most of what goes wrong has a check of its own, of what the run has found:
 * this one is for runs that find nothing any more.
 */
export async function inspectFailingJobs(
  app: Application,
  { schedules, unknown }: ScheduleLook,
): Promise<Finding> {
  if (unknown !== null) return notKnown(`Nothing is known of them: ${unknown}`);
  const { listFailingJobs } = await import('../../temporal/failing-jobs.ts');
  const failing = await listFailingJobs(await app.temporal(), ({ job, shopId }) =>
    schedules.some(
      (each) =>
        each.job === job &&
        each.shopId === shopId &&
        (each.schedule.state === 'on-time' || each.schedule.state === 'overdue'),
    ),
  );
  if (failing.length === 0) return fine('The last runs of no job have all failed.');
  return faultyFor(
    'JOB_FAILS',
    failing.map(({ job, shopId, failures, lastAt, message }) => {
      const name = shopId === null ? job : `${job} of ${shopId}`;
      const named = shopId === null ? job : `${job} --shop ${shopId}`;
      return {
        part: name,
        detail: `${name}: ${counted(failures, 'run')} in a row failed, the last at ${lastAt.toISOString()}: ${message}`,
        hint: `\`atp pipeline failed --job ${job}\` has the runs; when the cause is gone, \`atp job run ${named} --wait\` shows whether it works.`,
      };
    }),
  );
}
