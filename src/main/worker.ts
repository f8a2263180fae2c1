/** The worker's composition: configuration → adapters → activities → Temporal. */
import { createActivities } from '../../activities/index.ts';
import type { ConfigFor } from '../config/config.ts';
import { openDatabase } from '../postgres/database.ts';
import { openAdminApi } from '../shopify/admin-api.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import { activitySignal } from '../temporal/activity-signal.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { isAtWork } from '../temporal/is-at-work.ts';
import { ensureRunning, wakeLane } from '../temporal/run-job.ts';
import { runWorker } from '../temporal/worker.ts';
import { openLog } from './log.ts';

/** Runs jobs until `signal` aborts, then drains. */
export async function runWorkerProcess(
  config: ConfigFor<'database' | 'sftp' | 'temporal'>,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const log = openLog();
  const temporal = await connectTemporal(config.temporal);
  const database = openDatabase(config.databaseUrl, { signalOf: activitySignal });
  try {
    const activities = createActivities({
      database,
      fileDrop: fileDrop(config.sftp),
      adminApi: (shop) => openAdminApi(shop, { environment: config.environment }),
      wakeLane: async (shopId) => {
        await wakeLane(temporal, shopId);
      },
      runHardSync: async (shopId, why) => {
        await ensureRunning(temporal, { job: 'hard-sync', shopId }, why);
      },
      isAtWork: (holder) => isAtWork(temporal, holder),
    });
    await runWorker({
      temporal: config.temporal,
      client: temporal,
      deploymentName: config.workerDeployment,
      activities,
      signal: options.signal,
      log: (level, message, details) => log[level](details, message),
    });
  } finally {
    await database.close();
    await temporal.close();
  }
}
