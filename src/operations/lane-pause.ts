/** Pausing a shop's lane and letting it go on. */
import { isCoded } from '../domain/errors.ts';
import { id, optional } from '../domain/input-fields.ts';
import { PAUSE_REASON } from '../domain/lane-pause.ts';
import { findPause, pauseLane as storePause, resumeLane as endPause } from '../postgres/lane/lane-pause.ts';
import { readLaneView } from '../postgres/lane/lane-view.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { describeError } from './described-error.ts';
import { defineOperation, type Context } from './operation.ts';

const shopId = id('the shop');

/** It changes a row of the database and nothing else, so it also works when neither Temporal nor a worker does. */
export const pauseLane = defineOperation({
  name: 'lane.pause',
  role: 'operator',
  description: 'send nothing to the shop until it is resumed; files are made and wait',
  fields: { shopId, reason: PAUSE_REASON },
  stateOf: pauseOf,
  run: async ({ app, caller }, { shopId: of, reason }) => {
    const database = await app.database();
    await findShop(database, of);
    await storePause(database, of, { by: caller.name, reason });
    return readLaneView(database, of);
  },
});

export const resumeLane = defineOperation({
  name: 'lane.resume',
  role: 'operator',
  description: 'let a paused lane go on',
  fields: { shopId, reason: optional(PAUSE_REASON) },
  stateOf: pauseOf,
  run: async (context, { shopId: of }) => {
    const database = await context.app.database();
    await findShop(database, of);
    await endPause(database, of);
    await wakeLane(context, of);
    return readLaneView(database, of);
  },
});

async function pauseOf({ app }: Context, { shopId: of }: { readonly shopId: string }): Promise<object> {
  return { pause: await findPause(await app.database(), of) };
}

/** Pauses the lane, for an act that is about more than the lane. A pause that is there stays, with its reason. */
export async function ensurePaused({ app, caller }: Context, of: string, reason: string): Promise<void> {
  try {
    await storePause(await app.database(), of, { by: caller.name, reason });
  } catch (error) {
    if (!isCoded(error, 'LANE_PAUSED')) throw error;
  }
}

/** Ends the lane's pause, if there is one. */
export async function ensureResumed(context: Context, of: string): Promise<void> {
  try {
    await endPause(await context.app.database(), of);
  } catch (error) {
    if (isCoded(error, 'LANE_NOT_PAUSED')) return;
    throw error;
  }
  await wakeLane(context, of);
}

/** Best effort: the next run takes what waits. */
async function wakeLane({ app, warn }: Context, of: string): Promise<void> {
  try {
    const { wakeLane: wake } = await import('../temporal/run-job.ts');
    await wake(await app.temporal(), of);
  } catch (error) {
    const { code, message } = describeError(error);
    warn(`The lane goes on, but could not be woken: the next run takes what waits. ${code}: ${message}`);
  }
}
