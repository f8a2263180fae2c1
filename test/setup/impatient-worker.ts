/**
 * Loaded into a worker by `node --import`: a failed step is tried again at once, so that a test sees the last of its
 * tries within seconds. How many tries it gets stays as the product says.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { ApplicationFailure } = await import('@temporalio/common');
  const create = ApplicationFailure.create.bind(ApplicationFailure);
  ApplicationFailure.create = (options) => create({ ...options, nextRetryDelay: '10 milliseconds' });
}
