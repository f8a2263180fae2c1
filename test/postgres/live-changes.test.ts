/** What makes a live shop make a delta, and what does not. */
import { beforeEach, expect, test } from 'vitest';
import { findLiveChanges } from '../../src/postgres/producing/live-changes.ts';
import { pauseLive, setLive } from '../../src/postgres/producing/live-shops.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { BROADWAY, GROUP, OUTLET, Retailer, SHOP } from './retailer.ts';

let lane: Lane;
let retailer: Retailer;

beforeEach(async () => {
  lane = await openLane();
  retailer = Retailer.over(lane.database);
  await applied(await lane.makeReadyFile('hard-sync'));
  await setLive(lane.database, SHOP, { atLeastEveryMs: 2_000, isPaused: false });
});

async function applied(sequence: number): Promise<void> {
  for (const state of ['APPLYING', 'APPLIED'])
    await lane.database.query('UPDATE upload_file SET state = $2 WHERE sequence = $1', [sequence, state]);
}

/** @param whole whether it is also looked for what changes by the clock */
async function hasChange(whole = false): Promise<boolean | undefined> {
  const [shop] = await findLiveChanges(lane.database, whole ? [SHOP] : []);
  return shop?.hasChange;
}

test('nothing is found where nothing has changed, nor what concerns no product of the shop', async () => {
  expect(await hasChange(true)).toBe(false);
  await lane.database.query(`INSERT INTO product (product_id, sku) VALUES ('SOCK', 'SOCK')`);
  await retailer.post('SOCK', BROADWAY, 5, 0);
  expect(await hasChange(true)).toBe(false);
});

test('a posting is found until a delta has taken it up, with a file or without', async () => {
  const [product] = await lane.database.query<{ sku: string }>('SELECT sku FROM product LIMIT 1');
  const sku = product?.sku ?? '';
  await retailer.post(sku, BROADWAY, -2, 0);
  expect(await hasChange()).toBe(true);
  await applied(await lane.makeReadyFile('recent-changes'));
  expect(await hasChange()).toBe(false);

  // Its stock does not count in the channel: the delta finds nothing, and the next look neither.
  await retailer.post(sku, OUTLET, 5, 0);
  await retailer.makeFile('recent-changes');
  expect(await hasChange(true)).toBe(false);
});

test('while a file is on its way, while the job is paused, and while the shop is closing, nothing is found', async () => {
  const [product] = await lane.database.query<{ sku: string }>('SELECT sku FROM product LIMIT 1');
  const sku = product?.sku ?? '';
  await retailer.post(sku, BROADWAY, -2, 0);
  await pauseLive(lane.database, SHOP, true);
  expect(await hasChange(true)).toBe(false);
  await pauseLive(lane.database, SHOP, false);
  expect(await hasChange()).toBe(true);

  const sequence = await lane.makeReadyFile('recent-changes');
  await retailer.post(sku, BROADWAY, -2, 0);
  expect(await hasChange(true)).toBe(false);
  await applied(sequence);
  expect(await hasChange()).toBe(true);

  await lane.database.query('UPDATE shop SET closing_since = now()');
  expect(await hasChange(true)).toBe(false);
});

test('behind a file that takes long one delta is found, and the next one when another file is begun', async () => {
  const post = () => retailer.post('SHIRT', BROADWAY, -2, 0);
  const set = (sequence: number, change: string) =>
    lane.database.query(`UPDATE upload_file SET ${change} WHERE sequence = $1`, [sequence]);
  const longAgo = `created_at = now() - interval '10 minutes'`;
  await post();
  const first = await lane.makeReadyFile('recent-changes');
  await post();
  await set(first, longAgo);
  // It is not begun: what waits behind it would be as late as what it has.
  expect(await hasChange()).toBe(false);
  await set(first, `state = 'APPLYING', started_at = now() - interval '9 minutes'`);
  expect(await hasChange()).toBe(true);

  const second = await lane.makeReadyFile('recent-changes');
  await post();
  expect(await hasChange(true)).toBe(false);
  await set(second, `created_at = now() - interval '8 minutes'`);
  expect(await hasChange(true)).toBe(false);

  await set(first, `state = 'APPLIED', closed_at = now()`);
  expect(await hasChange()).toBe(false);
  await set(second, `state = 'APPLYING', started_at = now()`);
  expect(await hasChange()).toBe(true);
});

test('what is committed late is found, however long its transaction was open', async () => {
  const [product] = await lane.database.query<{ sku: string }>('SELECT sku FROM product LIMIT 1');
  const sku = product?.sku ?? '';
  await lane.database.transaction(async (connection) => {
    await retailer.post(sku, BROADWAY, -1, 0, connection);
    expect(await hasChange(true)).toBe(false);
    // Its baseline does not show what is in progress.
    await retailer.makeFile('recent-changes');
    expect(await hasChange(true)).toBe(false);
  });
  expect(await hasChange()).toBe(true);
});

test('a membership that begins by the clock is found by a whole look', async () => {
  await lane.database.query(
    `INSERT INTO facility_group_member (facility_group_id, facility_id, from_date)
     VALUES ('${GROUP}', '${OUTLET}', now() - interval '30 minutes')`,
  );
  await retailer.makeFile('recent-changes');
  expect(await hasChange(true)).toBe(false);
  // As if that delta had been made before the membership began.
  await lane.database.query(`UPDATE shop_baseline SET effective_at = now() - interval '1 hour'`);
  expect(await hasChange()).toBe(false);
  expect(await hasChange(true)).toBe(true);
});

test('a shop that needs a Hard Sync makes no delta by itself, whatever has changed', async () => {
  const [product] = await lane.database.query<{ sku: string }>('SELECT sku FROM product LIMIT 1');
  await retailer.post(product?.sku ?? '', BROADWAY, -2, 0);
  expect(await hasChange(true)).toBe(true);
  await lane.database.query('UPDATE shop SET refill_due = true');
  expect(await hasChange(true)).toBe(false);
});
