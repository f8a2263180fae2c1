/** Of several files that wait, each product is written once, with its newest value; and none is lost, whatever becomes of the newer file. */
import { expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { PASSED_ON_FILE_ROWS_MAX, PASSED_ON_TIMES_MAX, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { UploadFileState } from '../../src/domain/upload-file.ts';
import { decide } from '../../src/postgres/lane/lane-decisions.ts';
import { pauseLane } from '../../src/postgres/lane/lane-pause.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

const WINDOW = { sequence: 1, window: 0 };

type Units = Readonly<Record<string, number>>;

/** File 1 is being applied, and behind it waits a delta with these. */
async function openTwoFiles(first: Units, newer: Units): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 5, B: 5, C: 5 });
  await addFile(bench, 1, first, 'APPLYING');
  await addFile(bench, 2, newer);
  return bench;
}

async function addFile(
  bench: ChunkBench,
  sequence: number,
  units: Units,
  state: UploadFileState = 'READY',
): Promise<void> {
  await bench.addFile(sequence, units, { state });
  await bench.publish(sequence);
}

async function setFile(bench: ChunkBench, sequence: number, change: string): Promise<void> {
  await bench.database.query(`UPDATE upload_file SET ${change} WHERE sequence = $1`, [sequence]);
}

/** SKU → all that Shopify was told to show, in their order. */
async function readWritten(bench: ChunkBench): Promise<Record<string, number[]>> {
  const items = await bench.twin.levels();
  const skuOf = new Map(items.map(({ sku, inventoryItemId }) => [inventoryItemId, sku ?? '']));
  const written: Record<string, number[]> = {};
  for (const { applied } of await bench.twin.requests('SetOnlineAtp'))
    for (const { inventoryItemId, to } of applied)
      (written[skuOf.get(inventoryItemId) ?? ''] ??= []).push(to);
  return written;
}

async function applyNewer(bench: ChunkBench, sequence = 2): Promise<void> {
  await setFile(bench, 1, `state = 'APPLIED', closed_at = now()`);
  await setFile(bench, sequence, `state = 'APPLYING'`);
  await bench.apply(sequence);
}

test('a product that a newer delta has is written once, by that one', async () => {
  const bench = await openTwoFiles({ A: 6, B: 6, C: 6 }, { A: 7, C: 4 });

  await bench.apply(1);
  expect(await readWritten(bench)).toEqual({ B: [6] });
  expect(await bench.readOutcomes(1)).toEqual({ B: 'APPLIED' });

  await applyNewer(bench);
  expect(await readWritten(bench)).toEqual({ A: [7], B: [6], C: [4] });
  expect(await bench.readShown()).toEqual({ A: 7, B: 6, C: 4 });
});

test('what is sold out is written at once, and is not passed on', async () => {
  const bench = await openTwoFiles({ A: 0, B: 6 }, { A: 2, B: 7 });

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [0] });
});

test.each([
  ['is blocked', `state = 'BLOCKED'`],
  ['is not on SFTP yet', `state = 'WRITING'`],
  ['is a Hard Sync', `kind = 'hard-sync'`],
  ['is large', `row_count = ${PASSED_ON_FILE_ROWS_MAX + 1}`],
  ['is of a location that the shop has left', `location_id = 'gid://shopify/Location/99'`],
  ['was left out', `state = 'SKIPPED'`],
])('nothing is passed on to a file that %s', async (_, change) => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  await setFile(bench, 2, `state = 'BLOCKED', reason_code = 'FILE_MISSING', reason = 'r'`);
  if (!change.startsWith('state')) await setFile(bench, 2, `state = 'READY'`);
  await setFile(bench, 2, change);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6] });
});

test('nothing is passed on to a delta behind one that keeps it waiting', async () => {
  const bench = await openTwoFiles({ A: 6 }, { B: 7 });
  await addFile(bench, 3, { A: 8 });
  await setFile(bench, 2, `state = 'BLOCKED', reason_code = 'FILE_MISSING', reason = 'r'`);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6] });
});

test.each([
  ['has gone before the rest of a larger one', 'goes_before = 1'],
  ['has rows that were passed on too often already', `passed_on_times = ${PASSED_ON_TIMES_MAX}`],
])('nothing is passed on by a file that %s', async (_, change) => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  await setFile(bench, 1, change);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6] });
});

test('nothing is passed on over too many rows, however many files they are in', async () => {
  const bench = await openTwoFiles({ A: 6 }, { B: 7 });
  await addFile(bench, 3, { A: 8 });
  for (const sequence of [2, 3])
    await setFile(bench, sequence, `row_count = ${PASSED_ON_FILE_ROWS_MAX / 2 + 1}`);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6] });
});

test.each([
  ['was made since', '2026-01-01', 2],
  ['waited when this one was begun', 'infinity', 1],
])(
  'who takes rows over takes over how often they were passed on; a file that %s',
  async (_, begun, times) => {
    const bench = await openTwoFiles({ A: 6 }, { A: 7 });
    await setFile(bench, 1, `passed_on_times = 1, started_at = '${begun}'`);

    await bench.apply(1);

    expect(await readWritten(bench)).toEqual({});
    expect(
      await bench.database.query('SELECT passed_on_times AS times FROM upload_file ORDER BY sequence'),
    ).toEqual([{ times: 1 }, { times }]);
  },
);

test('what was passed on too often already is passed on all the same to a file that waited when this one was begun', async () => {
  const bench = await openTwoFiles({ A: 6, B: 6 }, { A: 7 });
  await addFile(bench, 3, { B: 7 });
  await setFile(bench, 3, `created_at = '2026-01-03'`);
  await setFile(bench, 2, `created_at = '2026-01-01'`);
  await setFile(bench, 1, `passed_on_times = ${PASSED_ON_TIMES_MAX}, started_at = '2026-01-02'`);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ B: [6] });
});

test('a row passes by a delta between, to the newest that has it', async () => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7, B: 6 });
  await addFile(bench, 3, { A: 8 });

  await bench.apply(1);
  await applyNewer(bench);
  expect(await readWritten(bench)).toEqual({ B: [6] });
  await setFile(bench, 2, `state = 'APPLIED', closed_at = now()`);
  await setFile(bench, 3, `state = 'APPLYING'`);
  await bench.apply(3);
  expect(await readWritten(bench)).toEqual({ A: [8], B: [6] });
});

test.each([
  ['a large file', `row_count = ${PASSED_ON_FILE_ROWS_MAX + 1}`],
  ['a drain', `kind = 'drain'`],
])('%s passes nothing on', async (_, change) => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  await setFile(bench, 1, change);

  await applyWindows(await bench.startAttempt(), [WINDOW], 1);

  // A drain is done only when a read shows zero: its own write is not enough here, but it was made.
  expect(await readWritten(bench)).toMatchObject({ A: [6] });
});

test('a row of another item than that of the newer file is not passed on', async () => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  await bench.database.query(
    `UPDATE published_row SET inventory_item_id = 'gid://shopify/InventoryItem/99' WHERE product_id = 'A'`,
  );

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6] });
});

test('when a person leaves the newer file out, the product is owed, since the change that was passed on', async () => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  await setFile(bench, 1, `oldest_change_at = '2026-01-01T08:00:00Z'`);
  await setFile(bench, 2, `oldest_change_at = '2026-01-01T09:00:00Z'`);
  await bench.apply(1);
  await setFile(bench, 1, `state = 'APPLIED', closed_at = now()`);
  await setFile(
    bench,
    2,
    `state = 'BLOCKED', reason_code = 'FILE_MISSING', reason = 'r', blocked_at = now()`,
  );

  await decide(bench.database, {
    shopId: SHOP,
    decisionKey: 'a key',
    decision: { decision: 'skip', sequence: 2, by: 'Ann' },
  });

  expect(await bench.readOwed()).toEqual(['A SKIPPED']);
  expect(await bench.database.query('SELECT changed_at AS since FROM owed_row')).toEqual([
    { since: new Date('2026-01-01T08:00:00Z') },
  ]);
});

test('an attempt that takes over when the newer file is blocked by then writes the row itself', async () => {
  const bench = await openTwoFiles({ A: 6, B: 6 }, { A: 7 });
  await bench.armFault('http-500-before');
  await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  await setFile(bench, 2, `state = 'BLOCKED', reason_code = 'FILE_MISSING', reason = 'r'`);

  await bench.apply(1);

  expect(await readWritten(bench)).toEqual({ A: [6], B: [6] });
});

test('a call without an answer is finished before its rows are passed on', async () => {
  const bench = await openTwoFiles({ A: 6 }, { B: 7 });
  await bench.armFault('http-500-after');
  await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  await addFile(bench, 3, { A: 8 });

  await bench.apply(1);

  expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED' });
  expect(await bench.readCalls(1)).toEqual(['APPLIED']);
});

test('rows that are left of several pages are read by one call, and of none by no call', async () => {
  const skus = Array.from({ length: 600 }, (_, index) => `S${String(index).padStart(4, '0')}`);
  const all = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));
  const bench = await ChunkBench.open(all(5));
  await addFile(bench, 1, all(6), 'APPLYING');
  const kept = ['S0003', 'S0251', 'S0599'];
  const { S0003: _, S0251: __, S0599: ___, ...newer } = all(7);
  await addFile(bench, 2, newer);
  let done = 0;

  const onDone = (rows: number) => (done += rows);
  await applyWindows(await bench.startAttempt(), [WINDOW], 600, { onDone });

  expect(await bench.twin.requests('ReadOnlineAtp')).toHaveLength(1);
  expect(Object.keys(await bench.readOutcomes(1))).toEqual(kept);
  expect(done).toBe(600);

  await applyWindows(await bench.startAttempt(), [WINDOW], 600);
  expect(await bench.twin.requests('ReadOnlineAtp')).toHaveLength(1);
});

test('a newer file that comes while a window is applied takes rows of the pages that are not read yet', async () => {
  const skus = Array.from({ length: 2 * ROWS_PER_CALL }, (_, index) => `S${String(index).padStart(4, '0')}`);
  const all = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));
  const bench = await ChunkBench.open(all(5));
  await addFile(bench, 1, all(6), 'APPLYING');
  const attempt = await bench.startAttempt();

  await Promise.all([
    applyWindows(attempt, [WINDOW], skus.length, { atOnce: () => 1 }),
    bench.runWhileNextWriteWaits(() => addFile(bench, 2, all(7))),
  ]);

  expect(await bench.readWrites()).toEqual([ROWS_PER_CALL]);
  expect(Object.keys(await bench.readOutcomes(1))).toEqual(skus.slice(0, ROWS_PER_CALL));
});

test('a lane that is paused passes nothing on', async () => {
  const bench = await openTwoFiles({ A: 6 }, { A: 7 });
  const attempt = await bench.startAttempt();
  await pauseLane(bench.database, SHOP, { by: 'Ann', reason: 'stock-take' });

  await expect(applyWindows(attempt, [WINDOW], 1)).rejects.toMatchObject({ code: 'LANE_PAUSED' });
});
