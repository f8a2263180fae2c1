/** A job of a shop that runs as soon as there is something to do, beside its schedule. */
import type { JobName } from '../../domain/jobs/jobs.ts';
import { LIVE_AT_LEAST_EVERY_DEFAULT_MS } from '../../domain/limits.ts';
import { LIVE_JOB, type Live } from '../../domain/live.ts';
import { endLive, findLive, pauseLive, setLive } from '../../postgres/producing/live-shops.ts';
import type { Application } from '../application.ts';
import type { Context } from '../operation.ts';

interface FoundJob {
  readonly job: JobName;
  readonly shopId: string | null;
}

/** Whether the job is the one that a shop may have live. */
export function isLiveJob(found: FoundJob): found is FoundJob & { readonly shopId: string } {
  return found.job === LIVE_JOB && found.shopId !== null;
}

/** Null: the job is not live. */
export async function readLive(app: Application, found: FoundJob): Promise<Live | null> {
  return isLiveJob(found) ? findLive(await app.database(), found.shopId) : null;
}

/**
 * Makes the shop live, with its run, or lets the run end. A shop that is live already keeps its interval where none is given. A
 * job that is paused stays so.
 */
export async function setLiveJob(
  { app }: Context,
  shopId: string,
  isLive: boolean,
  atLeastEveryMs: number | undefined,
): Promise<void> {
  const database = await app.database();
  const temporal = await app.temporal();
  const { ensureLiveRun, tellLiveSet } = await import('../../temporal/live-run.ts');
  if (!isLive) {
    await endLive(database, shopId);
    await tellLiveSet(temporal, shopId);
    return;
  }
  const { showJob } = await import('../../temporal/scheduled-jobs.ts');
  const known = await findLive(database, shopId);
  await setLive(database, shopId, {
    atLeastEveryMs: atLeastEveryMs ?? known?.atLeastEveryMs ?? LIVE_AT_LEAST_EVERY_DEFAULT_MS,
    isPaused: (await showJob(temporal, LIVE_JOB, shopId)).paused,
  });
  await ensureLiveRun(temporal, shopId);
}

/** With the job's schedule, its live run is paused, too, and goes on with it. */
export async function pauseLiveJob({ app }: Context, shopId: string, isPaused: boolean): Promise<void> {
  await pauseLive(await app.database(), shopId, isPaused);
}
