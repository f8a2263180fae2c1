/** A worker tells of itself what only it can see: its release, and whose credentials its environment lets it read. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { WORKER_REPORT_INTERVAL_MS } from '../domain/limits.ts';
import type { Database } from '../postgres/database.ts';
import { listShops } from '../postgres/master-data/shops.ts';
import { removeWorkerReport, reportWorker } from '../postgres/worker-reports.ts';
import type { Environment } from '../secrets/read-secret.ts';
import { canReadCredential } from '../shopify/credential.ts';

export interface ReportOptions {
  readonly database: Database;
  readonly environment: Environment;
  readonly version: string;
  readonly signal: AbortSignal;
}

/**
 * Reports until the signal, and then takes the report away. Best effort: a report that cannot be written is written the
 * next time.
 */
export async function reportUntil({ database, environment, version, signal }: ReportOptions): Promise<void> {
  const worker = `${process.pid}@${hostname()}`;
  const startedAt = new Date();
  while (!signal.aborted) {
    try {
      const shops = await listShops(database);
      const unreadableReferences = shops
        .filter((shop) => !canReadCredential(shop, environment))
        .map(({ accessTokenRef }) => accessTokenRef);
      await reportWorker(database, { worker, version, startedAt, unreadableReferences });
    } catch {
      // The database is away: whoever works with it tells so.
    }
    await delay(WORKER_REPORT_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  await removeWorkerReport(database, worker).catch(() => undefined);
}
