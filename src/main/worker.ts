/** The worker's composition: configuration → adapters → activities → Temporal. */
import { setTimeout as delay } from 'node:timers/promises';
import { createActivities } from '../../activities/index.ts';
import { openAlerting } from '../alerting/send-alert.ts';
import type { ConfigFor } from '../config/config.ts';
import type { Diary, DiaryEntry } from '../domain/diary.ts';
import { ERROR_CLASSES } from '../domain/error-class.ts';
import { AtpError, ERRORS } from '../domain/errors.ts';
import { WATCH_AWAITED_AT_END_MS } from '../domain/limits.ts';
import { isErrorCode } from '../domain/failure.ts';
import { countEntry, createMetrics, type Metrics } from '../metrics/metrics.ts';
import { openDatabase } from '../postgres/database.ts';
import { openAdminApi, type AdminApi, type ShopConnection } from '../shopify/admin-api.ts';
import { fileDrop } from '../sftp/file-drop.ts';
import { openSourceDrops } from '../sftp/source-drop.ts';
import { removeLeftScratchFolders } from '../sftp/scratch-folder.ts';
import { activityRun } from '../temporal/activity-run.ts';
import { activitySignal } from '../temporal/activity-signal.ts';
import { connectTemporal, type TemporalClient } from '../temporal/connection.ts';
import type { FailedTry } from '../temporal/failure-mapping.ts';
import { isAtWork } from '../temporal/is-at-work.ts';
import { ensureRunning, wakeLane } from '../temporal/run-job.ts';
import { chooseSdkMetricsAddress } from '../temporal/sdk-metrics.ts';
import { runWorker } from '../temporal/worker.ts';
import type { WorkerLog } from '../temporal/worker-log.ts';
import { awaitServices } from './await-services.ts';
import { watchConnections, watchDatabase, watchFileDrop, type ConnectionWatch } from './connection-watch.ts';
import { runLiveLookout } from './live-lookout.ts';
import { openLog, writeDiary } from './log.ts';
import { checkServices } from './service-checks.ts';
import { runWatch } from './watch.ts';
import { workerApplication } from './worker-application.ts';
import { reportUntil } from './worker-report.ts';
import { serveWorker } from './worker-server.ts';

export interface WorkerProcessOptions {
  readonly signal: AbortSignal;
  /** Of the product. */
  readonly version: string;
  /** Whether services that cannot be used yet are waited for. */
  readonly wait: boolean;
}

/**
 * Runs jobs until `signal` aborts, then drains.
 *
 * @throws AtpError of a service that cannot be used, METRICS_ADDRESS_UNUSABLE, WORKER_VERSIONING_UNAVAILABLE
 */
export async function runWorkerProcess(
  config: ConfigFor<'database' | 'sftp' | 'temporal'>,
  { signal, version, wait }: WorkerProcessOptions,
): Promise<void> {
  const pinoLog = openLog(config.logLevel);
  const log: WorkerLog = (level, message, details) => pinoLog[level](details, message);
  const metrics = createMetrics({ version });
  const write = writeDiary(pinoLog, activityRun);
  const diary: Diary = (entry: DiaryEntry) => {
    write(entry);
    countEntry(metrics, entry);
  };
  const watch = watchConnections(diary, (service, shop = '') =>
    metrics.connectionUp.set({ service, shop }, 1),
  );
  const services = {
    database: openDatabase(config.databaseUrl, { signalOf: activitySignal }),
    fileDrop: fileDrop(config.sftp, { signalOf: activitySignal }),
    temporal: config.temporal,
  };
  const database = watchDatabase(services.database, watch);
  const drop = watchFileDrop(services.fileDrop, watch);
  const state: { temporal: TemporalClient | null; isPolling: boolean } = { temporal: null, isPolling: false };
  // What was never there is not lost: until the worker has its services, the start tells what is wrong with them.
  const look = () =>
    state.temporal === null
      ? checkServices(services, { isStart: true })
      : checkServices({ database, fileDrop: drop, temporal: state.temporal }, { isStart: false });
  const sdkMetricsAddress = config.metricsAddress && (await chooseSdkMetricsAddress());
  const server = await serveWorker(config.metricsAddress, {
    metrics,
    database,
    temporal: () => state.temporal,
    look,
    isPolling: () => state.isPolling && !signal.aborted,
    sdkMetricsAddress,
    log,
  });
  const reporting = new AbortController();
  let reported: Promise<void> = Promise.resolve();
  const stopWatching = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  let following: Promise<void> = Promise.resolve();
  try {
    const scratchFolders = await removeLeftScratchFolders(new Date());
    if (scratchFolders > 0)
      log('info', 'scratch folders that killed processes have left were removed', { scratchFolders });
    if (!(await awaitServices(look, { wait, signal, log }))) return;
    const temporal = (state.temporal = await connectTemporal(config.temporal));
    watching = runWatch({
      app: workerApplication(config, { database, temporal }),
      environment: config.environment,
      // Looks that begin while the worker drains would hold up its end.
      signal: AbortSignal.any([signal, stopWatching.signal]),
      log,
    });
    const adminApi = (shop: ShopConnection) =>
      openWatchedApi(shop, { environment: config.environment, watch, metrics });
    following = runLiveLookout({
      ...{ database, fileDrop: drop, adminApi, temporal, log },
      signal: AbortSignal.any([signal, stopWatching.signal]),
    });
    const activities = createActivities({
      database,
      fileDrop: drop,
      sourceDrop: openSourceDrops({ environment: config.environment, signalOf: activitySignal }),
      adminApi,
      wakeLane: async (shopId) => {
        await wakeLane(temporal, shopId);
      },
      runHardSync: async (shopId, why) => {
        await ensureRunning(temporal, { job: 'hard-sync', shopId }, why);
      },
      isAtWork: (holder) => isAtWork(temporal, holder),
      diary,
      sendAlert: openAlerting(config.environment),
    });
    await runWorker({
      temporal: config.temporal,
      client: temporal,
      deploymentName: config.workerDeployment,
      activities,
      signal,
      log,
      sdkMetricsAddress,
      onFailure: (failed) => tellFailure({ metrics, diary }, failed),
      onLook: (error, begunAt) => watch.note({ service: 'Temporal', begunAt, error }),
      onPolling: () => {
        state.isPolling = true;
        const { environment } = config;
        reported = reportUntil({ database, environment, version, signal: reporting.signal, log });
      },
    });
  } finally {
    reporting.abort();
    stopWatching.abort();
    await reported;
    await Promise.race([
      Promise.all([watching, following]),
      delay(WATCH_AWAITED_AT_END_MS, undefined, { ref: false }),
    ]);
    await server?.close();
    await database.close();
    await state.temporal?.close();
  }
}

function openWatchedApi(
  shop: ShopConnection,
  {
    environment,
    watch,
    metrics,
  }: {
    readonly environment: Readonly<Record<string, string>>;
    readonly watch: ConnectionWatch;
    readonly metrics: Metrics;
  },
): AdminApi {
  return openAdminApi(shop, {
    environment,
    onCall: ({ shopId, begunAt, error, pointsLeft }) => {
      const result = error === undefined ? 'OK' : codeOf(error);
      metrics.calls.inc({ shop: shopId, result });
      if (pointsLeft !== null) metrics.points.set({ shop: shopId }, pointsLeft);
      watch.note({ service: 'Shopify', shopId, begunAt, error });
    },
  });
}

function codeOf(error: unknown): string {
  return error instanceof AtpError ? error.code : 'UNEXPECTED';
}

function tellFailure(
  { metrics, diary }: { readonly metrics: Metrics; readonly diary: Diary },
  { step, attempt, code, message, isLast }: FailedTry,
): void {
  metrics.stepFailures.inc({ step, code });
  const isService = isErrorCode(code) && ERROR_CLASSES[ERRORS[code].class].isRetried;
  if (isLast && isService) diary({ event: 'STEP_GIVEN_UP', step, tries: attempt, code, reason: message });
}
