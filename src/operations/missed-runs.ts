/** Runs of a job that its schedule did not start, with what the audit log knows about it. */
import type { MissedRun, ScheduleAct } from '../domain/jobs/missed-runs.ts';
import { SCHEDULE_ACTS_READ_MAX } from '../domain/limits.ts';
import { listJobActs } from '../postgres/audit-log.ts';
import type { OwnedJob } from '../temporal/job-list.ts';
import type { Context } from './operation.ts';

const SCHEDULE_ACTS = {
  'job.pause': 'pause',
  'job.resume': 'resume',
  'job.skip': 'skip',
  'job.schedule': 'schedule',
} as const satisfies Readonly<Record<string, ScheduleAct['kind']>>;

/** Runs that the schedule did not start, with what people have done about it as reasons. */
export async function listMissedRuns(
  { app }: Pick<Context, 'app'>,
  found: OwnedJob,
): Promise<readonly MissedRun[]> {
  const about = { ...found, limit: SCHEDULE_ACTS_READ_MAX };
  const acts = await listJobActs(await app.database(), Object.keys(SCHEDULE_ACTS), about);
  const { readMissedRuns } = await import('../temporal/missed-runs.ts');
  return readMissedRuns(
    await app.temporal(),
    found,
    acts.map(({ act, actor, at, reason: why }) => ({
      ...{ kind: SCHEDULE_ACTS[act as keyof typeof SCHEDULE_ACTS], by: actor, at, reason: why },
    })),
  );
}
