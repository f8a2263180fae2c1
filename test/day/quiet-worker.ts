/**
 * Loaded into a worker of a simulated day by `node --import`. The day has a watch of its own, which sees the day's time, so
 * this worker has none. And the pauses between the tries of a failed step are as much shorter as the day is: a quarter of
 * a second is half a minute of it.
 */
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { runWatch as runRealWatch } from '../../src/main/watch.ts';

const REPLACED = new URL('../../src/main/watch.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === REPLACED ? { ...resolved, url: import.meta.url } : resolved;
  },
});

/** Replaces the function of this name in the worker. */
export const runWatch: typeof runRealWatch = () => Promise.resolve();

if (isMainThread) {
  const { ApplicationFailure } = await import('@temporalio/common');
  const create = ApplicationFailure.create.bind(ApplicationFailure);
  ApplicationFailure.create = (options) => create({ ...options, nextRetryDelay: '250 milliseconds' });
}
