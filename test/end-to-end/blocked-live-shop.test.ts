/** A live shop whose lane Shopify has blocked goes on by itself once Shopify is back: no schedule and no person starts it. */
import { beforeAll, expect, test } from 'vitest';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await ensureSchedules(shop.temporal, SHOP);
  for (const job of ['process-uploads', 'hard-sync', 'map-shop', 'verify'])
    await shop.temporal.client.schedule.getHandle(`${job}/${SHOP}`).pause('only by hand');
  await shop.startImpatientWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 50, 'RED-SHIRT': 50 });
  await shop.hardSync();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 50);
  await shop.processUploads();
});

async function sell(sku: string, units: number): Promise<void> {
  await Retailer.over(shop.database).post(sku, 'BROADWAY', -units, 0);
}

async function countFiles(): Promise<number> {
  const files = await shop.database.query('SELECT FROM upload_file');
  return files.length;
}

async function areDeltasDone(): Promise<boolean> {
  const { json } = await shop.atp('pipeline', '--shop', SHOP, '--job', 'recent-changes');
  const runs = json?.['jobs'] as readonly { readonly status: string }[];
  return runs.every(({ status }) => status !== 'RUNNING');
}

test('the newest quantities come first: what waited is sent once, with its last value', async () => {
  await shop.twin.control('POST', '/faults', { kind: 'http-500-before', times: 100_000 });
  await shop.atp('job', 'schedule', 'recent-changes', '--shop', SHOP, '--live');
  await sell('BLUE-SHIRT', 1);
  await shop.until(async () => {
    const { json } = await shop.atp('lane', SHOP);
    return json?.['state'] === 'blocked' && String(json['reason']).startsWith('SHOPIFY_UNREACHABLE');
  });
  const before = await countFiles();
  await sell('BLUE-SHIRT', 2);
  await sell('RED-SHIRT', 1);
  // One delta is made behind a file that is begun, and then no other. It has woken the lane, in vain.
  await shop.until(async () => (await countFiles()) > before && (await areDeltasDone()));
  expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
  await sell('BLUE-SHIRT', 4);

  await shop.twin.control('DELETE', '/requests');
  await shop.twin.control('DELETE', '/faults');
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 43);
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 43, 'RED-SHIRT': 49 });
  const writes = await shop.twin.requests('SetOnlineAtp');
  expect(writes.flatMap(({ applied }) => applied)).toHaveLength(2);
  await shop.until(async () => (await shop.atp('lane', SHOP)).json?.['state'] === 'idle');
});
