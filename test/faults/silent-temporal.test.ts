/** A network that loses everything, so that Temporal neither answers nor refuses: every call has a deadline. */
import { expect, test } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { isAtWork } from '../../src/temporal/is-at-work.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { listUnusableAttributes, namespaceExists } from '../../src/temporal/namespace-check.ts';
import { describeOpenRuns } from '../../src/temporal/open-runs.ts';
import { readPipeline } from '../../src/temporal/pipeline.ts';
import { runJob, wakeLane } from '../../src/temporal/run-job.ts';
import { pauseJob } from '../../src/temporal/schedule-control.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { isWorkerPolling } from '../../src/temporal/task-queue.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { tcpProxy } from '../sftp/tcp-proxy.ts';

const SHOP = 'blue-shirts';

const CALLS: Readonly<Record<string, (temporal: TemporalClient) => Promise<unknown>>> = {
  wakeLane: (temporal) => wakeLane(temporal, SHOP),
  runJob: (temporal) => runJob(temporal, { job: 'hard-sync', shopId: SHOP }, { wait: true }),
  decideLane: (temporal) => decideLane(temporal, SHOP, { decision: 'retry', sequence: 1, by: 'Ann' }),
  isWorkerPolling: (temporal) => isWorkerPolling(temporal),
  namespaceExists: (temporal) => namespaceExists(temporal),
  listUnusableAttributes: (temporal) => listUnusableAttributes(temporal),
  describeOpenRuns: (temporal) => describeOpenRuns(temporal),
  readPipeline: (temporal) => readPipeline(temporal, { limit: 1 }),
  pauseJob: (temporal) => pauseJob(temporal, 'import', null),
  ensureSchedules: (temporal) => ensureSchedules(temporal, SHOP),
};

test('every call of a Temporal that has fallen silent ends with TEMPORAL_UNREACHABLE, and a lease is believed', async () => {
  const { address, namespace } = await freshNamespace();
  const [host = '', port] = address.split(':');
  const network = await tcpProxy({ host, port: Number(port) });
  const through = `127.0.0.1:${network.port}`;
  const temporal = await connectTemporal({
    address: through,
    namespace,
    isConfigured: true,
    connection: { address: through },
  });
  cleanUp(() => temporal.close());
  network.breakAfter(0, 'hole');

  const [atWork, ...outcomes] = await Promise.all([
    isAtWork(temporal, { workflowId: 'processUploads/blue-shirts', holder: 'a run' }),
    ...Object.entries(CALLS).map(async ([name, call]) => {
      const error: unknown = await call(temporal).catch((thrown: unknown) => thrown);
      return `${name}: ${isCoded(error, 'TEMPORAL_UNREACHABLE') ? error.code : String(error)}`;
    }),
  ]);

  expect(outcomes).toEqual(Object.keys(CALLS).map((name) => `${name}: TEMPORAL_UNREACHABLE`));
  expect(atWork).toBe(true);
});
