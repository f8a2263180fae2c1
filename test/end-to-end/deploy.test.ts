/** A deploy replaces the only worker, and the new workflow code has one more step than the open run has recorded. */
import { expect, test } from 'vitest';
import { FAILING_TASK } from '../../src/domain/failing-run.ts';
import { jobWorkflowId } from '../../src/temporal/run-job.ts';
import { Installation, SHOP } from './installation.ts';
import { buildOther } from './other-build.ts';

test('a run that waits for Shopify goes on after a deploy that adds a step, and so does its lane', async () => {
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  const [before, WORKFLOW_BUNDLE_FILE] = await Promise.all([shop.startWorker(), buildOther('one more step')]);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  await shop.hardSync();
  await shop.processUploads();
  await shop.twin.control('POST', '/faults', {
    operation: 'SetOnlineAtp',
    kind: 'http-500-before',
    times: 9_999,
  });
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 6 });
  await shop.recentChanges();
  await shop.until(async () =>
    (await shop.twin.requests('SetOnlineAtp')).some((request) => request.fault !== null),
  );

  await before.endOrderly();
  await shop.twin.control('DELETE', '/faults');
  const after = await shop.startWorker({ environment: { WORKFLOW_BUNDLE_FILE } });
  await shop.count('RESET_INVENTORY__3.csv', 'BROADWAY', { 'BLUE-SHIRT': 1 });
  await shop.recentChanges();

  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 1);
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.verify()).toMatchObject({ checked: 2, equal: 2 });
  expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
  expect(after.output).toContain('A run whose workflow task failed is restarted');
  const { json } = await shop.atp('pipeline', 'failed', '--job', 'process-uploads');
  expect(json).toMatchObject({
    jobs: [
      {
        workflowId: jobWorkflowId('process-uploads', SHOP),
        status: 'TERMINATED',
        summary: expect.stringContaining(`${FAILING_TASK}: [TMPRL1100] Nondeterminism error`) as string,
      },
    ],
  });
});
