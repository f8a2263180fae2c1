/** The least that Temporal can do between a signal and a step: what `wake` is compared with. */
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
