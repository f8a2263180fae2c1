/** A worker tells of itself what only it can see: its release, and whose credentials its environment lets it read. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { WORKER_REPORT_INTERVAL_MS } from '../domain/limits.ts';
import { describeError } from '../operations/described-error.ts';
import type { Database } from '../postgres/database.ts';
import { listShops } from '../postgres/master-data/shops.ts';
import { removeWorkerReport, reportWorker } from '../postgres/worker-reports.ts';
import type { Environment } from '../secrets/read-secret.ts';
import { canReadCredential } from '../shopify/credential.ts';
import type { WorkerLog } from '../temporal/worker-log.ts';

export interface ReportOptions {
  readonly database: Database;
  readonly environment: Environment;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly log: WorkerLog;
}

/**
 * Reports until the signal, and then takes the report away. A report that cannot be written is written the next time; the log
 * says so once.
 */
export async function reportUntil({
  database,
  environment,
  version,
  signal,
  log,
}: ReportOptions): Promise<void> {
  const worker = `${process.pid}@${hostname()}`;
  const startedAt = new Date();
  let hasFailed = false;
  while (!signal.aborted) {
    try {
      const shops = await listShops(database);
      const unreadableReferences = shops
        .filter((shop) => !canReadCredential(shop, environment))
        .map(({ accessTokenRef }) => accessTokenRef);
      await reportWorker(database, { worker, version, startedAt, unreadableReferences });
      if (hasFailed) log('info', 'The worker has told of itself again', {});
      hasFailed = false;
    } catch (error) {
      const { code, message: reason } = describeError(error);
      if (!hasFailed)
        log('warn', 'The worker cannot tell of itself; it is tried again each minute', { code, reason });
      hasFailed = true;
    }
    await delay(WORKER_REPORT_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  await removeWorkerReport(database, worker).catch(() => undefined);
}
