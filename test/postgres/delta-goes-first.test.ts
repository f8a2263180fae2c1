/** A delta may go before the rest of a large file, between two of its windows, and nothing else overtakes anything. */
import { beforeEach, expect, test } from 'vitest';
import { PAGES_PER_WINDOW, PASSED_ON_FILE_ROWS_MAX, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { readPage } from '../../src/postgres/lane/chunk-work.ts';
import { blockFile, closeFile, startApplying, takeNextFile } from '../../src/postgres/lane/lane.ts';
import { glanceAtLane } from '../../src/postgres/lane/lane-view.ts';
import { findLiveChanges } from '../../src/postgres/producing/live-changes.ts';
import { setLive } from '../../src/postgres/producing/live-shops.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

let lane: Lane;

/** File 1 is a Hard Sync that is applied. */
beforeEach(async () => {
  lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await startApplying(lane.database, await lane.enter(), 1);
  await setRowCount(1, PAGES_PER_WINDOW * ROWS_PER_CALL + 1);
});

async function setRowCount(sequence: number, rows: number): Promise<void> {
  await lane.database.query('UPDATE upload_file SET row_count = $2 WHERE sequence = $1', [sequence, rows]);
}

async function next(letsDeltaGoFirst: boolean): Promise<number | undefined> {
  return (await takeNextFile(lane.database, await lane.enter(), { letsDeltaGoFirst }))?.sequence;
}

async function store(sequence: number, state: string): Promise<void> {
  await lane.database.query(
    `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state, repeated)
     VALUES ($1, $2, 0, 0, gen_random_uuid(), '{}', 1, $3, true)`,
    [SHOP, sequence, state],
  );
}

/** Lets the delta go first, as a run does. */
async function begin(sequence: number): Promise<boolean> {
  return startApplying(lane.database, await lane.enter(), sequence);
}

async function block(sequence: number): Promise<void> {
  const reason = 'no answer';
  await blockFile(lane.database, await lane.enter(), { sequence, code: 'SHOPIFY_UNREACHABLE', reason });
}

test('a delta that is ready goes first when the file under way makes way, and only then', async () => {
  await lane.makeReadyFile('recent-changes');
  await lane.makeReadyFile('recent-changes');
  expect(await next(false)).toBe(1);
  expect(await next(true)).toBe(2);

  expect(await begin(2)).toBe(true);

  // Until it is done it is the head of the lane for everybody, and no other one goes first.
  expect(await next(false)).toBe(2);
  expect(await next(true)).toBe(2);
  expect(await begin(3)).toBe(false);
  await closeFile(lane.database, await lane.enter(), 2);
  expect(await next(false)).toBe(1);
  expect(await next(true)).toBe(3);
});

test('nothing goes before the rest of a file with a call that has no answer, a small file, a drain, or one that is blocked', async () => {
  await lane.makeReadyFile('recent-changes');
  await store(1, 'STORED');
  expect(await next(true)).toBe(1);
  expect(await begin(2)).toBe(false);
  await lane.database.query(`UPDATE shopify_call SET state = 'APPLIED'`);
  expect(await next(true)).toBe(2);

  await setRowCount(1, PAGES_PER_WINDOW * ROWS_PER_CALL);
  expect(await next(true)).toBe(1);
  await setRowCount(1, PAGES_PER_WINDOW * ROWS_PER_CALL + 1);
  await lane.database.query(`UPDATE upload_file SET kind = 'drain' WHERE sequence = 1`);
  expect(await next(true)).toBe(1);
  await lane.database.query(`UPDATE upload_file SET kind = 'hard-sync' WHERE sequence = 1`);
  await lane.hold(1);
  expect(await next(true)).toBe(1);
});

test('of several deltas that wait for a delta none goes first, so that each product is passed on to the newest', async () => {
  const isKind = (kind: string) =>
    lane.database.query('UPDATE upload_file SET kind = $1 WHERE sequence = 1', [kind]);
  await lane.makeReadyFile('recent-changes');
  await isKind('recent-changes');
  expect(await next(true)).toBe(2);
  await isKind('hard-sync');
  await lane.makeReadyFile('recent-changes');
  expect(await next(true)).toBe(2);
  await isKind('recent-changes');
  expect(await next(true)).toBe(1);
  expect(await begin(2)).toBe(false);

  // What is too large passes nothing on; nor can it be passed to a file behind one that does not get on.
  await setRowCount(1, PASSED_ON_FILE_ROWS_MAX + 1);
  expect(await next(true)).toBe(2);
  await setRowCount(1, PASSED_ON_FILE_ROWS_MAX);
  expect(await next(true)).toBe(1);
  await setRowCount(2, PASSED_ON_FILE_ROWS_MAX);
  expect(await next(true)).toBe(2);
  await setRowCount(2, 1);
  expect(await next(true)).toBe(1);
  await lane.hold(3);
  expect(await next(true)).toBe(2);
});

test('only the very next file goes first, and only when it is a delta on SFTP', async () => {
  await lane.produce('recent-changes');
  await lane.makeReadyFile('recent-changes');
  expect(await next(true)).toBe(1);

  await lane.markReady(2);
  expect(await next(true)).toBe(2);
  await lane.database.query(`UPDATE upload_file SET kind = 'hard-sync' WHERE sequence = 2`);
  expect(await next(true)).toBe(1);
});

test('a delta does not go before a file that a person has stopped since the run looked', async () => {
  await lane.makeReadyFile('recent-changes');
  expect(await next(true)).toBe(2);

  await lane.hold(1);

  expect(await begin(2)).toBe(false);
  expect(await lane.readStates()).toEqual(['BLOCKED', 'READY']);
});

test('one that fails blocks the lane before the rest of the file; left out, its products keep out of that rest and are owed', async () => {
  await lane.makeReadyFile('recent-changes');
  await begin(2);
  await store(2, 'REFUSED');
  await block(2);
  expect(await glanceAtLane(lane.database, SHOP)).toMatchObject({
    state: 'blocked',
    reason: 'SHOPIFY_UNREACHABLE: no answer',
    head: 2,
  });
  expect(await next(true)).toBe(2);

  expect(await lane.decide('skip', 2)).toMatchObject({ owed: 1 });

  expect(await lane.readOwed()).toEqual(['SHIRT SKIPPED']);
  expect(await next(true)).toBe(1);
  const { rows } = await readPage(lane.database, await lane.enter(), { sequence: 1, positions: [0] });
  expect(rows).toEqual([]);
});

test('the rest of a large file leaves an item alone that a delta has settled for another product', async () => {
  const page = { sequence: 1, positions: [0] };
  const open = async () => (await readPage(lane.database, await lane.enter(), page)).rows.length;
  await lane.retailer.addProducts(['COAT']);
  expect(await open()).toBe(1);

  // The item got the SKU of the coat, and the delta has it with that product.
  const [left] = await lane.database.query<{ item: string }>(
    `DELETE FROM shop_product WHERE product_id = 'SHIRT' RETURNING inventory_item_id AS item`,
  );
  await lane.database.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id) VALUES ($1, 'COAT', $2, 'the same')
     ON CONFLICT (shop_id, product_id) DO UPDATE SET inventory_item_id = excluded.inventory_item_id`,
    [SHOP, left?.item],
  );
  await lane.makeReadyFile('recent-changes');
  await begin(2);
  await lane.settle('COAT', 2, 'APPLIED');

  expect(await open()).toBe(0);
});

test('a delta that goes first takes over since when the change of the larger file waits', async () => {
  await lane.database.query(
    `UPDATE upload_file SET oldest_change_at = now() - interval '3 hours' WHERE sequence = 1`,
  );
  await lane.makeReadyFile('recent-changes');

  await begin(2);

  const ages = await lane.database.query(
    `SELECT oldest_change_at < now() - interval '2 hours' AS "isOld" FROM upload_file ORDER BY sequence`,
  );
  expect(ages).toEqual([{ isOld: true }, { isOld: true }]);
});

test('while a worker of an earlier release lives, no delta goes first', async () => {
  await lane.makeReadyFile('recent-changes');
  const report = (knows: boolean) =>
    lane.database.query(
      `INSERT INTO worker_report (worker, version, started_at, reported_at, unreadable_references, knows_goes_before)
       VALUES ('1@old', '0.1.0', now(), now(), '{}', $1)
       ON CONFLICT (worker) DO UPDATE SET knows_goes_before = excluded.knows_goes_before`,
      [knows],
    );
  await report(false);
  expect(await next(true)).toBe(1);
  await report(true);
  expect(await next(true)).toBe(2);
  await report(false);
  await lane.database.query(`UPDATE worker_report SET reported_at = now() - interval '1 day'`);
  expect(await next(true)).toBe(2);
});

test('a Hard Sync supersedes a delta that waits, and not one that was begun between two windows', async () => {
  await lane.makeReadyFile('recent-changes');
  await begin(2);
  await store(2, 'REFUSED');
  await block(2);
  await lane.makeReadyFile('recent-changes');

  await lane.makeReadyFile('hard-sync');

  expect(await lane.readStates()).toEqual(['APPLYING', 'BLOCKED', 'SUPERSEDED', 'READY']);

  // Nothing of the larger file comes any more.
  await lane.hold(1);
  await lane.decide('skip', 1);
  await lane.makeReadyFile('hard-sync');
  expect(await lane.readStates()).toEqual(['SKIPPED', 'SUPERSEDED', 'SUPERSEDED', 'SUPERSEDED', 'READY']);
});

test('a live shop makes deltas while a large file is applied, one at a time', async () => {
  const hasChange = async () => (await findLiveChanges(lane.database, []))[0]?.hasChange;
  await setLive(lane.database, SHOP, { atLeastEveryMs: 2_000, isPaused: false });
  await lane.database.query(
    `UPDATE upload_file SET created_at = now() - interval '10 minutes', started_at = now() - interval '9 minutes'`,
  );
  await lane.retailer.post('SHIRT', 'BROADWAY', 1, 0);
  expect(await hasChange()).toBe(true);

  await lane.makeReadyFile('recent-changes');
  await lane.retailer.post('SHIRT', 'BROADWAY', 1, 0);
  expect(await hasChange()).toBe(false);
});
