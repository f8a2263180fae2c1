/** A worker is killed in the middle of Process uploads and started again: every number is right, none written twice. */
import { expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';
import type { WorkerProcess } from './worker-process.ts';

/** More than one call, so that a file is really in the middle when the worker dies. */
const SKUS = Array.from({ length: 600 }, (_, index) => `SHIRT-${String(index).padStart(3, '0')}`);
const TARGETS = Object.fromEntries(SKUS.map((sku, index) => [sku, (index % 50) + 1]));

async function openReadyToProcess(): Promise<{ shop: Installation; worker: WorkerProcess }> {
  const shop = await Installation.open(SKUS);
  const worker = await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', TARGETS);
  return { shop, worker };
}

test.each([
  ['while a read is on its way', 'ReadOnlineAtp'],
  ['while a write is on its way, which Shopify applies later', 'SetOnlineAtp'],
])(
  'a worker that is killed %s leaves every number right and none written twice',
  async (_what, operation) => {
    const { shop, worker } = await openReadyToProcess();
    // Of three chunks that are sent at once, one waits at Shopify and the others pass.
    const first = await shop.hold(operation);
    const second = await shop.hold(operation);
    await shop.hardSync();
    await shop.waitForArrival(first);
    await shop.waitForArrival(second);
    await shop.release(first);

    await worker.kill();
    await shop.release(second);
    await shop.startWorker();
    const result = await shop.processUploads();

    expect(result).toMatchObject({ laneState: 'idle' });
    expect(await shop.readShown()).toEqual(TARGETS);
    expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
    expect(await shop.countAppliedByKey()).toHaveProperty('size', 3);
    expect(await shop.verify()).toMatchObject({ checked: 600, equal: 600, differentCount: 0 });
    expect((await shop.atp('lane', SHOP)).json).toMatchObject({
      state: 'idle',
      files: [{ sequence: 1, status: 'APPLIED', rows: 600, applied: 600, quarantined: 0 }],
    });
  },
);

test('a worker that is killed after Shopify applied a write without an answer repeats exactly that call', async () => {
  const { shop, worker } = await openReadyToProcess();
  await shop.twin.control('POST', '/faults', {
    kind: 'timeout-after',
    operation: 'SetOnlineAtp',
    skip: 1,
    times: 1,
  });
  await shop.hardSync();
  await shop.until(async () =>
    (await shop.twin.requests('SetOnlineAtp')).some((request) => request.fault !== null),
  );

  await worker.kill();
  // The kill may also come before the answer of a call beside it was recorded.
  const unanswered = await shop.database.query<{ key: string }>(
    `SELECT idempotency_key AS key FROM shopify_call WHERE state = 'STORED'`,
  );
  const applied = await shop.countAppliedByKey();
  const appliedUnanswered = unanswered.map(({ key }) => key).filter((key) => applied.has(key));
  await shop.startWorker();
  await shop.processUploads();

  expect(await shop.readShown()).toEqual(TARGETS);
  const requests = await shop.twin.requests('SetOnlineAtp');
  const replayed = requests.filter((request) => request.replayed).map((request) => request.idempotencyKey);
  expect(replayed.sort()).toEqual(appliedUnanswered.sort());
  expect(replayed).not.toEqual([]);
  expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
});
