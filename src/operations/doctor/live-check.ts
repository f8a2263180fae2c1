import { LIVE_CHANGE_WAITS_MS } from '../../domain/limits.ts';
import { liveInWords } from '../../domain/live.ts';
import { findOldestChange } from '../../postgres/age/oldest-changes.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import { findLiveChanges } from '../../postgres/producing/live-changes.ts';
import { findLive } from '../../postgres/producing/live-shops.ts';
import type { Application } from '../application.ts';
import type { ScheduleLook } from '../schedule-look.ts';
import { faulty, fine, notKnown, type Finding } from './check.ts';

/** Whether a shop that is live gets its deltas. A job that is paused has a check of its own, and so has Temporal. */
export async function inspectLive(
  app: Application,
  { shopId, closingSince }: Shop,
  { unknown }: ScheduleLook,
): Promise<Finding> {
  const database = await app.database();
  const live = await findLive(database, shopId);
  if (live === null) return fine('It is not live: deltas are made by schedule alone.');
  const words = `It is live ${liveInWords(live)}`;
  if (live.isPaused || closingSince !== null) return fine(`${words}.`);
  if (unknown !== null) return notKnown(`${words}; nothing is known of its run: ${unknown}`);
  const { hasLiveRun } = await import('../../temporal/live-run.ts');
  const hint = `\`atp job schedule recent-changes --shop ${shopId} --live\` starts its run; a worker does so, too. \`atp pipeline --job recent-changes --shop ${shopId}\` shows its deltas.`;
  if (!(await hasLiveRun(await app.temporal(), shopId)))
    return faulty(`${words}. But its run is not there: changes come with the schedule alone.`, hint, {
      code: 'LIVE_NOT_RUNNING',
    });
  const late = await findLateChange(app, shopId);
  if (late === null) return fine(`${words}.`);
  return faulty(`${words}. But a change waits since ${late}, and no delta takes it up.`, hint, {
    code: 'LIVE_NOT_RUNNING',
    since: late,
  });
}

/** Since when a change waits that a look should have found; null: none does, or a file of the shop is on its way. */
async function findLateChange(app: Application, shopId: string): Promise<string | null> {
  const database = await app.database();
  const shops = await findLiveChanges(database, []);
  if (shops.find((shop) => shop.shopId === shopId)?.hasChange !== true) return null;
  const figure = await findOldestChange(database, shopId);
  const waits = figure?.waiting.find(({ cause }) => cause === 'WAITS_FOR_DELTA');
  if (!figure || !waits || Date.parse(figure.at) - Date.parse(waits.since) < LIVE_CHANGE_WAITS_MS)
    return null;
  return waits.since;
}
