/**
 * Ends with 0 when a worker of this host asks Temporal for work now, else with 1 and the reason: the health check of a
 * container, which has one worker and has a host name of its own.
 */
import { hostname } from 'node:os';
import { loadConfig } from '../config/config.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { listPollingWorkers } from '../temporal/task-queue.ts';

try {
  const temporal = await connectTemporal(loadConfig(['temporal']).temporal);
  const workers = await listPollingWorkers(temporal);
  await temporal.close();
  if (!workers.some((worker) => worker.endsWith(`@${hostname()}`))) {
    throw new Error(`No worker of ${hostname()} polls (${workers.join(', ') || 'nobody does'}).`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
