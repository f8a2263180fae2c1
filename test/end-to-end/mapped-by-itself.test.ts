/** Products and variants that are new meet by themselves, and a reading of a catalogue goes on after a worker that died. */
import { expect, test } from 'vitest';
import { runJob } from '../../src/temporal/run-job.ts';
import { scheduleJob } from '../../src/temporal/schedules.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation, SHOP } from './installation.ts';

const MAP = { job: 'map-shop', shopId: SHOP } as const;

test('a variant that is published at noon is right by the next hour, its product known or not, and nobody types a command', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  await shop.startWorker();
  await Retailer.over(shop.database).addProducts(['RED-SHIRT']);
  await shop.count('RESET_INVENTORY__morning.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 9 });
  await shop.hardSync();
  await shop.processUploads();
  expect(await shop.run(MAP)).toMatchObject({ mapped: 1, unmapped: 1, added: 0 });

  // A person may ask for products by SKU at any time.
  expect(await shop.run({ job: 'recent-changes', shopId: SHOP, skus: ['BLUE-SHIRT'] })).toMatchObject({
    ...{ rows: 1, fileSequence: 2 },
  });

  // Hours and quarters of an hour as seconds.
  const often = { intervals: [{ every: '1 second' }] };
  await scheduleJob(shop.temporal, MAP, often);
  await scheduleJob(shop.temporal, { job: 'recent-changes', shopId: SHOP }, often);
  await shop.twin.seed([{ sku: 'RED-SHIRT', title: 'Red shirt', available: 0 }]);

  await shop.until(async () => (await shop.readShown())['RED-SHIRT'] === 9);
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 9 });

  // A product that we do not know yet: its master data and its count come as files, after its variant or before it.
  await shop.twin.seed([{ sku: 'GREEN-SHIRT', title: 'Green shirt', available: 0 }]);
  await scheduleJob(shop.temporal, { job: 'import' }, often);
  await shop.sendFeed('IMP_PRODUCT__1200.csv', ['product-id,sku,name', 'G-1,GREEN-SHIRT,Green shirt']);
  await shop.sendFeed('RESET_INVENTORY__1201.csv', [
    ...['facilityId,idValue,resetByAtp,availableQty', 'BROADWAY,GREEN-SHIRT,N,4'],
  ]);
  await shop.until(async () => (await shop.readShown())['GREEN-SHIRT'] === 4);
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7, 'RED-SHIRT': 9, 'GREEN-SHIRT': 4 });
});

test('a reading goes on where a worker died, and no page is read again that was kept', async () => {
  const skus = Array.from({ length: 700 }, (_, index) => `SHIRT-${index}`);
  const shop = await Installation.open(skus);
  const worker = await shop.startWorker();
  await shop.database.query('DELETE FROM shop_product');
  const before = (await shop.twin.requests('ReadCatalogue')).length;
  const first = await shop.hold('ReadCatalogue');
  const { workflowId } = await runJob(shop.temporal, MAP, { wait: false });
  await shop.waitForArrival(first);
  const second = await shop.hold('ReadCatalogue');
  await shop.release(first);
  await shop.waitForArrival(second);

  await worker.kill();
  await shop.release(second);
  await shop.startWorker();
  const result: unknown = await shop.temporal.client.workflow.getHandle(workflowId).result();

  expect(result).toMatchObject({ shopId: SHOP, mapped: 700, unmapped: 0, added: 700 });
  // Pages 1, 2 and, of the second worker, 2 and 3.
  expect((await shop.twin.requests('ReadCatalogue')).length - before).toBe(4);
});
