/** The worker's HTTP address, put together: what its pages are read from. */
import type { MetricsAddress } from '../config/config.ts';
import { AtpError } from '../domain/errors.ts';
import { ageMs, WAITING_CAUSES } from '../domain/oldest-change.ts';
import { readGauges, type AgeReading, type Sources } from '../metrics/readings.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { serveMetrics, type MetricsServer, type Readiness } from '../metrics/server.ts';
import { describeError } from '../operations/described-error.ts';
import { readOldestChanges } from '../postgres/age/oldest-changes.ts';
import { listOpenConditions } from '../postgres/alerts/conditions.ts';
import { countFeedsLeft, readFeedFigures, readLaneFigures } from '../postgres/current-figures.ts';
import type { Database } from '../postgres/database.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import { readScheduleLags } from '../temporal/schedule-lags.ts';
import { readSdkMetrics } from '../temporal/sdk-metrics.ts';
import type { WorkerLog } from '../temporal/worker-log.ts';
import type { ServiceCheck } from './service-checks.ts';

export interface WorkerServerParts {
  readonly metrics: Metrics;
  readonly database: Database;
  /** Null: it is not open yet. */
  readonly temporal: () => TemporalClient | null;
  readonly look: () => Promise<readonly ServiceCheck[]>;
  readonly isPolling: () => boolean;
  /** Null: nowhere. */
  readonly sdkMetricsAddress: string | null;
  readonly log: WorkerLog;
}

/**
 * Null: it is switched off, or another program has the address that nobody has asked for.
 *
 * @throws AtpError METRICS_ADDRESS_UNUSABLE when somebody has asked for this address
 */
export async function serveWorker(
  address: MetricsAddress | null,
  parts: WorkerServerParts,
): Promise<MetricsServer | null> {
  if (address === null) return null;
  const { metrics, database, log, sdkMetricsAddress } = parts;
  const sources: Sources = {
    lanes: () => readLaneFigures(database),
    feeds: () => readFeedFigures(database),
    feedsLeft: () => countFeedsLeft(database),
    schedules: async () => {
      const temporal = parts.temporal();
      return temporal === null ? [] : readScheduleLags(temporal);
    },
    pool: () => database.countConnections(),
    ages: () => readAges(database),
    conditions: () => listOpenConditions(database),
  };
  const refresh = readGauges(metrics, sources, (reading, error) => {
    if (error === null) return log('info', `The metrics have their reading "${reading}" again`, { reading });
    const { code, message } = describeError(error);
    log('warn', `The metrics are without their reading "${reading}"; it is tried again`, {
      ...{ reading, code, reason: message },
    });
  });
  try {
    const server = await serveMetrics({
      ...address,
      metrics,
      refresh,
      sdkMetrics: () =>
        sdkMetricsAddress === null ? Promise.resolve('') : readSdkMetrics(sdkMetricsAddress),
      readiness: async () => readinessOf(await parts.look(), parts.isPolling()),
    });
    const { host } = address;
    log('info', `Metrics and health are at ${host}:${server.port}`, { host, port: server.port });
    return server;
  } catch (error) {
    if (address.isGiven || !(error instanceof AtpError)) throw error;
    log('warn', `No metrics: ${error.message}`, { code: error.code, hint: error.hint });
    return null;
  }
}

async function readAges(database: Database): Promise<readonly AgeReading[]> {
  const figures = await readOldestChanges(database);
  return figures.map((figure) => ({
    shopId: figure.shopId,
    limitSeconds: figure.limitMs / 1000,
    waiting: figure.waiting.map((waiting) => ({
      cause: waiting.cause,
      isSetApart: WAITING_CAUSES[waiting.cause].isSetApart,
      ageSeconds: ageMs(figure, waiting) / 1000,
    })),
  }));
}

function readinessOf(checks: readonly ServiceCheck[], isPolling: boolean): readonly Readiness[] {
  return [
    ...checks.map(({ name, error }) => {
      if (error === undefined) return { name, ok: true, code: null, message: null };
      const { code, message } = describeError(error);
      return { name, ok: false, code, message };
    }),
    {
      name: 'Worker',
      ok: isPolling,
      code: null,
      message: isPolling ? null : 'It does not ask for work yet.',
    },
  ];
}
