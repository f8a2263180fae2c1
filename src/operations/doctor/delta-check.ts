import { durationText } from '../../domain/duration.ts';
import { DELTA_INTERVALS_UNTIL_LATE, DELTA_TAKES_MS } from '../../domain/limits.ts';
import { findLastDelta } from '../../postgres/producing/last-delta.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** Whether the shop's changes get into files. A schedule that is missing or paused has a check of its own. */
export async function inspectDeltas(app: Application, { shopId, closingSince }: Shop): Promise<Finding> {
  const last = await findLastDelta(await app.database(), shopId);
  if (last === null) return fine('There is none before the first Hard Sync.');
  const words = `The last one is of ${last.at.toISOString()}`;
  if (closingSince !== null || last.isRestored) return fine(`${words}; none is made now.`);
  const { readScheduleInterval } = await import('../../temporal/schedule-interval.ts');
  const everyMs = await readScheduleInterval(await app.temporal(), 'recent-changes', shopId);
  if (everyMs === null) return fine(`${words}; they are not scheduled.`);
  const lateAt = last.at.getTime() + DELTA_INTERVALS_UNTIL_LATE * everyMs + DELTA_TAKES_MS;
  if (Date.now() <= lateAt) return fine(`${words}; one each ${durationText(everyMs)}.`);
  return faulty(
    `${words}, and one is to be made each ${durationText(everyMs)}: what has changed since is in no file.`,
    `\`atp pipeline --shop ${shopId}\` shows the runs and why they fail; \`atp job run recent-changes --shop ${shopId} --wait\` tries it now.`,
    { code: 'DELTA_LATE', since: last.at },
  );
}
