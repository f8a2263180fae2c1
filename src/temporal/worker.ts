import { ACTIVITIES_AT_ONCE_MAX, WORKER_SHUTDOWN_GRACE_MS } from '../domain/limits.ts';
import { TASK_QUEUE } from '../domain/workflow-names.ts';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { TemporalClient, TemporalSettings } from './connection.ts';
import { mapFailures, type FailedTry } from './failure-mapping.ts';
import { watchRuns } from './run-watch.ts';
import { ofSdk } from './sdk-log.ts';
import type { WorkerLog } from './worker-log.ts';
import { requireVersioning, versionOf } from './worker-version.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

/** Each cached workflow takes memory until it ends; an evicted one is replayed. Far above the shops of a worker. */
const CACHED_WORKFLOWS_MAX = 200;

export interface WorkerOptions {
  readonly temporal: TemporalSettings;
  /** For looking at the runs; whoever opened it closes it. */
  readonly client: TemporalClient;
  /** The name of the deployment in Temporal's Worker Versioning; null: without it. */
  readonly deploymentName: string | null;
  readonly activities: object;
  /** Aborted: the worker drains and `runWorker` returns. */
  readonly signal: AbortSignal;
  readonly log: WorkerLog;
  /** Where the SDK serves its metrics, on the loopback; null: nowhere. */
  readonly sdkMetricsAddress: string | null;
  readonly onFailure: (failed: FailedTry) => void;
  /** Told of each look at Temporal: undefined when it was answered, else the error. */
  readonly onLook: (error: unknown, begunAt: number) => void;
  /** Called when the worker begins to take work. */
  readonly onPolling: () => void;
}

/**
 * Polls until it is told to stop. Throws when Temporal cannot be reached at the start, and AtpError
 * WORKER_VERSIONING_UNAVAILABLE.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { temporal, client, deploymentName, activities, signal, log, sdkMetricsAddress } = options;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const said = ofSdk(level.toLowerCase() as Lowercase<typeof level>, message, meta ?? {});
      log(said.level, message, said.details);
    }),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
      ...(sdkMetricsAddress !== null && {
        metrics: {
          prometheus: {
            bindAddress: sdkMetricsAddress,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  });
  const connection = await NativeConnection.connect(temporal.connection);
  try {
    const workflowBundle = await bundleWorkflows();
    const version = versionOf(deploymentName, workflowBundle);
    if (version) await requireVersioning(client, version);
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle,
      activities,
      maxCachedWorkflows: CACHED_WORKFLOWS_MAX,
      maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE_MAX,
      shutdownGraceTime: WORKER_SHUTDOWN_GRACE_MS,
      interceptors: { activity: [() => ({ inbound: mapFailures(options.onFailure) })] },
      ...(version && {
        workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
      }),
    });
    const running = worker.run();
    // A worker that never ran keeps its connection open. So even when the signal came first, it runs, and ends at once.
    if (signal.aborted) worker.shutdown();
    else signal.addEventListener('abort', () => worker.shutdown(), { once: true });
    options.onPolling();
    log('info', 'The worker is polling', { taskQueue: TASK_QUEUE, namespace: temporal.namespace });
    const stopWatching = new AbortController();
    const watching = watchRuns({
      temporal: client,
      version,
      signal: stopWatching.signal,
      log,
      onLook: options.onLook,
    });
    try {
      await running;
    } finally {
      stopWatching.abort();
      await watching;
    }
    log('info', 'The worker has ended', { taskQueue: TASK_QUEUE });
  } finally {
    await connection.close();
  }
}
