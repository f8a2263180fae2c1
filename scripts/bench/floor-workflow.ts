/** The least that Temporal does between a signal and a step: `npm run bench wake` compares the lane with it. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { FloorActivities } from './wake-floor.ts';

const { arrive } = proxyActivities<FloorActivities>({ startToCloseTimeout: '10 seconds' });

export async function floor(): Promise<number> {
  let isWoken = false;
  setHandler(defineSignal('wake'), () => {
    isWoken = true;
  });
  await condition(() => isWoken);
  return arrive();
}
