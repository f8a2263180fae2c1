/** Four workers of one installation share its work. */
import { expect, test } from 'vitest';
import { listPollingWorkers } from '../../src/temporal/task-queue.ts';
import { until } from '../setup/until.ts';
import { Installation } from './installation.ts';

/** Several calls of Shopify, for several workers to make at once. */
const SKUS = Array.from({ length: 1_000 }, (_, index) => `SHIRT-${index}`);

function countOf(units: number): Readonly<Record<string, number>> {
  return Object.fromEntries(SKUS.map((sku) => [sku, units]));
}

test('with four workers every product is right, and no call is applied twice', async () => {
  const shop = await Installation.open(SKUS);
  await Promise.all(Array.from({ length: 4 }, () => shop.startWorker()));
  await until(async () => expect(await listPollingWorkers(shop.temporal)).toHaveLength(4));

  await shop.importCount('RESET_INVENTORY__1.csv', 'BROADWAY', countOf(7));
  await shop.hardSync();
  await shop.processUploads();
  await shop.importCount('RESET_INVENTORY__2.csv', 'BROADWAY', countOf(5));
  expect(await shop.recentChanges()).toMatchObject({ rows: SKUS.length });
  await shop.processUploads();

  expect(await shop.readShown()).toEqual(countOf(5));
  expect(await shop.verify()).toMatchObject({ checked: SKUS.length, equal: SKUS.length });
  const applied = await shop.countAppliedByKey();
  expect(applied.size).toBeGreaterThanOrEqual(8);
  expect(new Set(applied.values())).toEqual(new Set([1]));
});
