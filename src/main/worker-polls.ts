/** Waits for the worker of the stack: it runs, but takes no job before it has bundled the workflows. */
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../config/config.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { isWorkerPolling } from '../temporal/task-queue.ts';

/** On an idle machine it takes 5 s, on a very busy one a minute. */
const WORKER_AWAITED_FOR_MS = 120_000;
const LOOK_INTERVAL_MS = 250;

/**
 * Returns when a worker polls, so that a job that is started next is taken at once. After WORKER_AWAITED_FOR_MS it says
 * that none does, and returns: the stack is of use all the same. Aborted, it returns at once.
 */
export async function waitForWorker(signal: AbortSignal, onProgress: (text: string) => void): Promise<void> {
  const until = Date.now() + WORKER_AWAITED_FOR_MS;
  const temporal = await connectTemporal(loadConfig(['temporal']).temporal);
  try {
    while (!signal.aborted) {
      if (await isWorkerPolling(temporal)) return;
      if (Date.now() > until) {
        onProgress('The worker takes no jobs yet; its log is logs/worker.log in the state folder');
        return;
      }
      await delay(LOOK_INTERVAL_MS);
    }
  } finally {
    await temporal.close();
  }
}
