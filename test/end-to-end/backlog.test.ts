/** Files that wait are applied one after the other, in their order; backlog.long.test.ts has more of them. */
import { expect, test } from 'vitest';
import { Retailer } from '../postgres/retailer.ts';
import { openShop, readWrites, testBacklog, WORKFLOW_ID } from './backlog.ts';
import { SHOP, type Installation } from './installation.ts';

testBacklog(40);

test('of three files that set 5, 7 and 5 units, the second one passes its row on to the third, and needs no write', async () => {
  const shop = await openShop(5);
  await shop.startWorker();
  const retailer = Retailer.over(shop.database);
  // The first write waits at Shopify until the other two files are there.
  const hold = await shop.hold('SetOnlineAtp');
  await shop.hardSync();
  await shop.waitForArrival(hold);
  await retailer.post('SHIRT', 'BROADWAY', 2, 0);
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2 });
  await retailer.post('SHIRT', 'BROADWAY', -2, 0);
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 3 });
  await shop.release(hold);

  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });

  expect(await readWrites(shop)).toEqual(['0 → 5']);
  expect(await shop.readShown()).toEqual({ SHIRT: 5 });
});

test('a run that was terminated does not keep the next one waiting for its lease', async () => {
  const shop = await openShop(5);
  await shop.startWorker();
  const hold = await shop.hold('ReadOnlineAtp');
  await shop.hardSync();
  await shop.waitForArrival(hold);
  // While the run that holds the lease lives, another run does nothing.
  const second = await startAnother(shop, 'second');
  expect(await second.result()).toMatchObject({ laneState: 'busy', files: [] });

  await shop.temporal.client.workflow.getHandle(WORKFLOW_ID).terminate('by the test');
  const third = await startAnother(shop, 'third');
  expect(await third.result()).toMatchObject({ laneState: 'idle', files: [{ sequence: 1, applied: 1 }] });
  await shop.release(hold);

  expect(await shop.readShown()).toEqual({ SHIRT: 5 });
  expect(await readWrites(shop)).toEqual(['0 → 5']);
});

function startAnother(shop: Installation, id: string) {
  return shop.temporal.client.workflow.start('processUploads', {
    workflowId: `${id}/${SHOP}`,
    taskQueue: 'atp-sync',
    args: [{ shopId: SHOP }],
  });
}
