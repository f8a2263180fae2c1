/** A Hard Sync of several windows, and a change that does not wait for the end of it. */
import { expect, test } from 'vitest';
import {
  CALLS_IN_FLIGHT,
  PAGES_PER_WINDOW,
  ROWS_PER_CALL,
  WINDOWS_PER_STEP_MAX,
} from '../../src/domain/limits.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation, SHOP } from './installation.ts';

const ROWS_PER_WINDOW = PAGES_PER_WINDOW * ROWS_PER_CALL;

function skusOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `S${String(index).padStart(6, '0')}`);
}

/** As many as are on their way at once: until they are answered, the second window of a file does not begin. */
async function holdFirstReads(shop: Installation): Promise<readonly string[]> {
  const holds: string[] = [];
  for (let call = 0; call < CALLS_IN_FLIGHT; call += 1) holds.push(await shop.hold('ReadOnlineAtp'));
  return holds;
}

test('what changes while a large file is applied is on Shopify before the rest of the file, which does not undo it', async () => {
  const skus = skusOf(ROWS_PER_WINDOW + 10);
  const [first = '', last = ''] = [skus[0], skus.at(-1)];
  const shop = await Installation.open(skus);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', Object.fromEntries(skus.map((sku) => [sku, 5])));
  const holds = await holdFirstReads(shop);
  await shop.hardSync();
  for (const hold of holds) await shop.waitForArrival(hold);
  // The one is in the first window of file 1, the other in its second.
  for (const sku of [first, last]) await Retailer.over(shop.database).post(sku, 'BROADWAY', 2, 0);
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2, rows: 2 });

  for (const hold of holds) await shop.release(hold);
  await shop.until(async () => (await shop.readShown())[skus.at(-2) ?? ''] === 5);
  await shop.processUploads();

  const shown = await shop.readShown();
  expect(Object.values(shown).filter((units) => units !== 5)).toEqual([7, 7]);
  expect([shown[first], shown[last]]).toEqual([7, 7]);
  const skuOf = new Map((await shop.twin.levels()).map(({ inventoryItemId, sku }) => [inventoryItemId, sku]));
  const writes = await shop.twin.requests('SetOnlineAtp');
  const order = writes.flatMap(({ applied }) =>
    applied.map(({ inventoryItemId, from, to }) => `${skuOf.get(inventoryItemId)} ${from} → ${to}`),
  );
  expect(order.filter((write) => write.startsWith(last))).toEqual([`${last} 0 → 7`]);
  expect(order.indexOf(`${last} 0 → 7`)).toBeLessThan(order.indexOf(`${skus.at(-2)} 0 → 5`));
  expect(
    await shop.database.query('SELECT goes_before::int AS before FROM upload_file ORDER BY sequence'),
  ).toEqual([{ before: null }, { before: 1 }]);
});

test('a worker that dies while a delta goes first costs nothing: the delta is finished first, its call is applied once', async () => {
  const skus = skusOf(ROWS_PER_WINDOW + 1);
  const last = skus.at(-1) ?? '';
  const shop = await Installation.open(skus);
  const worker = await shop.startWorker();
  const reads = await holdFirstReads(shop);
  await shop.hardSync();
  for (const read of reads) await shop.waitForArrival(read);
  await Retailer.over(shop.database).post(last, 'BROADWAY', 7, 0);
  await shop.recentChanges();
  // File 1 has zeros only, which Shopify shows already: the first write is that of the delta.
  const write = await shop.hold('SetOnlineAtp');
  for (const read of reads) await shop.release(read);
  await shop.waitForArrival(write);

  await worker.kill();
  await shop.release(write);
  await shop.startWorker();
  await shop.processUploads();

  expect((await shop.readShown())[last]).toBe(7);
  expect([...(await shop.countAppliedByKey()).values()]).toEqual([1]);
  const files = await shop.database.query(
    `SELECT sequence::int, state FROM upload_file WHERE goes_before = 1 OR sequence = 1 ORDER BY closed_at`,
  );
  expect(files).toEqual([
    { sequence: 2, state: 'APPLIED' },
    { sequence: 1, state: 'APPLIED' },
  ]);
});

test('several windows are one step of the run, and a file of 1,000,000 rows stays below 300 events', async () => {
  const shop = await Installation.open(skusOf(ROWS_PER_WINDOW + 1));
  await shop.startWorker();
  await shop.hardSync();
  await shop.until(async () => {
    const [file] = await shop.database.query<{ state: string }>('SELECT state FROM upload_file');
    return file?.state === 'APPLIED';
  });

  const { events } = await shop.temporal.client.workflow.getHandle(`processUploads/${SHOP}`).fetchHistory();
  const steps = (events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: step }) => step?.activityType?.name === 'applyWindow',
  );
  expect(steps).toHaveLength(1);
  const stepsOfAMillion = Math.ceil(1_000_000 / (ROWS_PER_WINDOW * WINDOWS_PER_STEP_MAX));
  const eventsOfAStep = 6;
  expect((events ?? []).length + (stepsOfAMillion - 1) * eventsOfAStep).toBeLessThan(300);
});
