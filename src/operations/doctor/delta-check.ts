import { findLateSince } from '../../domain/late-delta.ts';
import { findLastDelta } from '../../postgres/producing/last-delta.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { findSchedule, type ScheduleLook } from '../schedule-look.ts';
import { faulty, fine, notKnown, type Finding } from './check.ts';

/** Whether the shop's changes get into files. A schedule that is missing, paused or overdue has a check of its own. */
export async function inspectDeltas(
  app: Application,
  { shopId, closingSince }: Shop,
  look: ScheduleLook,
): Promise<Finding> {
  const last = await findLastDelta(await app.database(), shopId);
  if (last === null) return fine('There is none before the first Hard Sync.');
  const words = `The last one is of ${last.at.toISOString()}`;
  if (closingSince !== null || last.isRestored) return fine(`${words}; none is made now.`);
  if (look.unknown !== null) return notKnown(`${words}; nothing is known of their schedule: ${look.unknown}`);
  const found = findSchedule(look, 'recent-changes', shopId);
  if (found?.schedule.state !== 'on-time') return fine(`${words}; their schedule does not run.`);
  const lateSince = findLateSince(last.at, found.recentRuns, Date.now());
  if (lateSince === null) return fine(`${words}.`);
  return faulty(
    `${words}, and none has succeeded since, though one was started at ${lateSince} and one before: what has changed since is in no file.`,
    `\`atp pipeline --shop ${shopId}\` shows the runs and why they fail; \`atp job run recent-changes --shop ${shopId} --wait\` tries it now.`,
    { code: 'DELTA_LATE', since: last.at },
  );
}
