/** Waits for the worker of the stack: it runs, but takes no job before it has bundled the workflows. */
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../config/config.ts';
import { STACK_WORKER_AWAITED_FOR_MS, STACK_WORKER_LOOK_INTERVAL_MS } from '../domain/limits.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { isWorkerPolling } from '../temporal/task-queue.ts';

/**
 * Returns when a worker polls, so that a job that is started next is taken at once. After STACK_WORKER_AWAITED_FOR_MS it says
 * that none does, and returns: the stack is of use all the same. Aborted, it returns at once.
 */
export async function waitForWorker(signal: AbortSignal, onProgress: (text: string) => void): Promise<void> {
  const until = Date.now() + STACK_WORKER_AWAITED_FOR_MS;
  const temporal = await connectTemporal(loadConfig(['temporal']).temporal);
  try {
    while (!signal.aborted) {
      if (await isWorkerPolling(temporal)) return;
      if (Date.now() > until) {
        onProgress('The worker takes no jobs yet; its log is logs/worker.log in the state folder');
        return;
      }
      await delay(STACK_WORKER_LOOK_INTERVAL_MS);
    }
  } finally {
    await temporal.close();
  }
}
