/** The least that a wake-up costs: one signal-with-start, one workflow task, one activity, on the same server. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { TemporalClient } from '../../src/temporal/connection.ts';

const TASK_QUEUE = 'bench-wake-floor';

const activities = { arrive: () => Promise.resolve(Date.now()) };
export type FloorActivities = typeof activities;

export interface WakeFloor {
  /** Milliseconds from the call of the client to the start of the activity. */
  measureMs(): Promise<number>;
  close(): Promise<void>;
}

export async function openWakeFloor({ address, namespace, client }: TemporalClient): Promise<WakeFloor> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./floor-workflow.ts', import.meta.url)),
    activities,
  });
  const running = worker.run();
  return {
    async measureMs() {
      const started = Date.now();
      const handle = await client.workflow.signalWithStart('floor', {
        workflowId: `floor-${randomUUID()}`,
        taskQueue: TASK_QUEUE,
        signal: 'wake',
      });
      return ((await handle.result()) as number) - started;
    },
    async close() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
