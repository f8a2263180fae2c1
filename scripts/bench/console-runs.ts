/** Runs of jobs that have ended, as many as wanted, by a worker that makes nothing but results. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { SEARCH_ATTRIBUTES } from '../../src/temporal/search-attributes.ts';

const TASK_QUEUE = 'bench-console-runs';
const STARTED_AT_ONCE = 50;

export async function makeRuns(
  { address, namespace, client }: TemporalClient,
  count: number,
  shopIds: readonly string[],
): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./console-workflow.ts', import.meta.url)),
    maxCachedWorkflows: 0,
  });
  const running = worker.run();
  for (let from = 0; from < count; from += STARTED_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(STARTED_AT_ONCE, count - from) }, (_, at) => from + at);
    await Promise.all(
      numbers.map(async (number) => {
        const shopId = shopIds[number % shopIds.length] ?? '';
        await client.workflow.execute('uploadRecentChanges', {
          workflowId: `bench/${number}`,
          taskQueue: TASK_QUEUE,
          args: [{ shopId }],
          searchAttributes: {
            [SEARCH_ATTRIBUTES.shopId.name]: [shopId],
            [SEARCH_ATTRIBUTES.outcome.name]: ['DONE'],
          },
        });
      }),
    );
  }
  worker.shutdown();
  await running;
  await connection.close();
}
