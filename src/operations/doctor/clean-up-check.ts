import { CLEAN_UP } from '../../domain/jobs/clean-up.ts';
import { CLEAN_UP_OVERDUE_DAYS, CLOCKS_APART_MS } from '../../domain/limits.ts';
import { findLastCleanUp } from '../../postgres/last-clean-up.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** Without it the database and the folders on SFTP grow until one of them is full. */
export async function inspectCleanUp(app: Application): Promise<Finding> {
  const last = await findLastCleanUp(await app.database());
  const ageMs = Date.now() - last.getTime();
  // A time that lies ahead was recorded before the clock was set back: nobody knows how long ago it was.
  if (ageMs < CLEAN_UP_OVERDUE_DAYS * 24 * 60 * 60_000 && ageMs >= -CLOCKS_APART_MS)
    return fine(`Done until ${last.toISOString()}.`);
  return faulty(
    `The database was not cleaned up since ${last.toISOString()}, so it grows.`,
    `\`atp job schedule ${CLEAN_UP.name} --every ${CLEAN_UP.schedule.recommended}\` lets it run by itself; \`atp job run ${CLEAN_UP.name} --wait\` tries it now and says what is in its way.`,
    { code: 'CLEAN_UP_OVERDUE', since: last },
  );
}
