/** Many files that wait, and a worker that is killed among them. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createProduceActivities, type ProduceOutcome } from '../../activities/produce-files.ts';
import { FILES_PER_RUN } from '../../src/domain/limits.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation, SHOP } from './installation.ts';

/** Events of one run at most: its share of the backlog, and room for a killed worker. Far below what slows it down. */
const EVENTS_MAX = 300;

export const WORKFLOW_ID = `processUploads/${SHOP}`;

export async function openShop(units: number, otherSkus: readonly string[] = []): Promise<Installation> {
  const shop = await Installation.open(['SHIRT', ...otherSkus]);
  await Retailer.over(shop.database).post('SHIRT', 'BROADWAY', units, 0);
  return shop;
}

/** What Shopify has applied of our calls, in its order: units before → units after. */
export async function readWrites(shop: Installation): Promise<string[]> {
  const requests = await shop.twin.requests('SetOnlineAtp');
  return requests.flatMap(({ applied }) => applied.map(({ from, to }) => `${from} → ${to}`));
}

/** Makes and publishes a file as a run of Recent changes does, but without a run, and without waking the lane. */
async function publishDelta({ database, sftp }: Installation): Promise<void> {
  const activities = createProduceActivities({
    diary: () => undefined,
    database,
    fileDrop: fileDrop(sftp.settings),
    wakeLane: () => Promise.resolve(),
  });
  const environment = new MockActivityEnvironment();
  const order = { kind: 'recent-changes', shopId: SHOP, producerKey: randomUUID() } as const;
  const { file }: ProduceOutcome = await environment.run(activities.produceFile, order);
  if (!file) throw new Error('There was nothing to publish.');
  await environment.run(activities.publishFile, file);
}

export function testBacklog(count: number): void {
  test(`${count} waiting files are applied in order by several short runs, although a worker is killed in the middle`, async () => {
    // Each file has a product of its own: what a later file has, too, would be passed on to that one.
    const others = Array.from({ length: count - 1 }, (_, index) => `SHIRT-${index + 2}`);
    const shop = await openShop(1, others);
    const worker = await shop.startWorker();
    await shop.setLocationActive(false);
    await shop.hardSync();
    for (const [index, sku] of others.entries()) {
      await Retailer.over(shop.database).post(sku, 'BROADWAY', index + 2, 0);
      await publishDelta(shop);
    }
    expect(await shop.processUploads()).toMatchObject({ files: [], laneState: 'blocked' });
    await shop.setLocationActive(true);

    await shop.decide({ decision: 'retry', sequence: 1 });
    const drained = shop.processUploads();
    await shop.until(async () => (await countApplied(shop)) > count / 3);
    const hold = await shop.hold('ReadOnlineAtp');
    await shop.waitForArrival(hold);
    await worker.kill();
    await shop.release(hold);
    expect(await countApplied(shop)).toBeLessThan(count);
    await shop.startWorker();
    const { files, laneState } = (await drained) as { files: { sequence: number }[]; laneState: string };

    expect(laneState).toBe('idle');
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    expect(files.map(({ sequence }) => sequence)).toEqual(numbers);
    expect(await readWrites(shop)).toEqual(numbers.map((units) => `0 → ${units}`));
    const shown = others.map((sku, index) => [sku, index + 2] as const);
    expect(await shop.readShown()).toEqual({ SHIRT: 1, ...Object.fromEntries(shown) });

    const lengths = await readHistoryLengths(shop);
    expect(lengths.length).toBeGreaterThan(count / FILES_PER_RUN);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(EVENTS_MAX);
  });
}

async function countApplied(shop: Installation): Promise<number> {
  const [row] = await shop.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM upload_file WHERE state = 'APPLIED'`,
  );
  return row?.count ?? 0;
}

/** Events of each run of the shop's Process uploads. */
async function readHistoryLengths(shop: Installation): Promise<number[]> {
  const { workflow } = shop.temporal.client;
  const lengths: number[] = [];
  for await (const { runId } of workflow.list({ query: `WorkflowId = '${WORKFLOW_ID}'` })) {
    const { events } = await workflow.getHandle(WORKFLOW_ID, runId).fetchHistory();
    lengths.push(events?.length ?? 0);
  }
  return lengths;
}
