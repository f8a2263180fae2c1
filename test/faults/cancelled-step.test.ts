/** A step that nobody waits for any more ends its work in the database. */
import { expect, test } from 'vitest';
import { PRODUCER_WAIT_MS } from '../../src/domain/limits.ts';
import { lockForProducing } from '../../src/postgres/producing/producer-locks.ts';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import type { WorkflowHandle } from '@temporalio/client';

/** Temporal tells it in answer to a heartbeat, of which one comes every 12 s at the latest. */
const ENDS_WITHIN_MS = PRODUCER_WAIT_MS - 20_000;

const WAYS: Readonly<Record<string, (run: WorkflowHandle) => Promise<unknown>>> = {
  cancelled: (run) => run.cancel(),
  terminated: (run) => run.terminate(),
};

for (const [way, endRun] of Object.entries(WAYS)) {
  test.concurrent(
    `a step whose run is ${way} leaves no statement behind in the database`,
    withOwnCleanUp(async () => {
      const shop = await Installation.open(['SHIRT']);
      await shop.startWorker();
      await shop.database.session(async (session) => {
        // The step waits for this lock, longer than the test.
        await lockForProducing(session, SHOP);
        const run = await shop.temporal.client.workflow.start('uploadRecentChanges', {
          workflowId: `delta-${way}`,
          taskQueue: TASK_QUEUE,
          args: [{ shopId: SHOP }],
        });
        await shop.until(async () => (await countWaiting(shop)) === 1);
        const startedAt = performance.now();
        await endRun(run);
        await shop.until(async () => (await countWaiting(shop)) === 0);
        const tookMs = performance.now() - startedAt;
        console.log(`the statement of a ${way} run ended after ${Math.round(tookMs / 1000)} s`);
        expect(tookMs).toBeLessThan(ENDS_WITHIN_MS);
      });
    }),
  );
}

async function countWaiting({ database }: Installation): Promise<number> {
  const waiting = await database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting.length;
}
