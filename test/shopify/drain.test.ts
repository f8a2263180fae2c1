/** A drain, and the first file at another location: what the lane writes, and what it knows afterwards. */
import { expect, test } from 'vitest';
import { ChunkBench, SHOP } from './chunk-bench.ts';
import { BACK_ROOM, LOCATION, SHOP as TWIN_SHOP } from './twin-fixture.ts';

/** A shop that shows 10 of A after file 1, and a drain as file 2. */
async function openBeforeDrain(): Promise<ChunkBench> {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 10 });
  await bench.apply(1);
  await bench.addFile(2, { A: 0 });
  await bench.database.query(`UPDATE upload_file SET kind = 'drain' WHERE sequence = 2`);
  return bench;
}

/** The shop has left its location; file 3 is the first of the new one, which shows these units. */
async function addFileElsewhere(bench: ChunkBench, target: number, shown: number): Promise<void> {
  await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/levels`, [
    { sku: 'A', locationId: BACK_ROOM, available: shown, isActive: true },
  ]);
  await bench.addFile(3, { A: target });
  await bench.database.query('UPDATE upload_file SET location_id = $1 WHERE sequence = 3', [BACK_ROOM]);
  await bench.database.query('UPDATE shop SET location_id = $1', [BACK_ROOM]);
}

async function readShownElsewhere(bench: ChunkBench): Promise<number | undefined> {
  const levels = await bench.twin.levels('A');
  return levels.find(({ locationId }) => locationId === BACK_ROOM)?.available;
}

test('a drain is done when a read shows zero: what was restocked after its write is written again', async () => {
  const bench = await openBeforeDrain();
  const draining = bench.apply(2);
  let readBack = '';
  await bench.runWhileNextWriteWaits(async () => {
    readBack = (await bench.twin.hold('ReadOnlineAtp')).id;
  });
  await bench.twin.control('GET', `/holds/${readBack}?arrived`);
  await bench.change('levels', { sku: 'A', available: 2 });
  await bench.twin.control('DELETE', `/holds/${readBack}`);
  await draining;

  expect(await bench.readShown()).toEqual({ A: 0 });
  expect(await bench.readOutcomes(2)).toEqual({ A: 'UNCHANGED' });
  expect(await bench.readWrites()).toEqual([1, 1, 1]);
});

test('a drain owes nothing to a later file, however fast the product sells', async () => {
  const bench = await openBeforeDrain();
  const draining = bench.apply(2);
  for (let sale = 0; sale < 5; sale += 1) await bench.runWhileNextWriteWaits(() => bench.sell('A', 1));
  await draining;

  expect(await bench.readShown()).toEqual({ A: 0 });
  expect(await bench.readOutcomes(2)).toEqual({ A: 'UNCHANGED' });
  expect(await bench.readOwed()).toEqual([]);
  expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 0, debt: 5 });
});

test('units that are kept back at the old location are kept back at the new one, whatever that shows', async () => {
  const bench = await openBeforeDrain();
  await bench.sell('A', 3);
  await bench.apply(2);

  await addFileElsewhere(bench, 10, 50);
  await bench.apply(3);

  expect(await readShownElsewhere(bench)).toBe(7);
  expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 7, debt: 3 });
});

test('nothing is missing at a location where an item was never pushed', async () => {
  const bench = await openBeforeDrain();

  // Not drained yet: the last push was of 10, and the new location has never had any.
  await addFileElsewhere(bench, 10, 0);
  await bench.apply(3);

  expect(await readShownElsewhere(bench)).toBe(10);
  expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 10, debt: 0 });
});

test('a file of the old location sends nothing after the shop has left it', async () => {
  const bench = await openBeforeDrain();
  await bench.addFile(3, { A: 12 });
  await bench.database.query('UPDATE shop SET location_id = $1 WHERE shop_id = $2', [BACK_ROOM, SHOP]);

  await bench.apply(3);

  expect(await bench.readShown()).toEqual({ A: 10 });
  expect(await bench.readOutcomes(3)).toEqual({});
});

test('a drain of what a product has left leaves known what is sold of it now', async () => {
  const bench = await openBeforeDrain();
  await addFileElsewhere(bench, 10, 0);
  await bench.apply(3);
  await bench.twin.control('POST', `/shops/${TWIN_SHOP.domain}/orders`, {
    lines: [{ sku: 'A', quantity: 4, locationId: BACK_ROOM }],
  });

  // File 2 was left out; a person drains the old location anew, after the new one is filled.
  await bench.addFile(4, { A: 0 });
  await bench.database.query(`UPDATE upload_file SET kind = 'drain' WHERE sequence = 4`);
  await bench.database.query('UPDATE shop SET location_id = $1', [LOCATION]);
  await bench.apply(4);
  await bench.database.query('UPDATE shop SET location_id = $1', [BACK_ROOM]);
  expect((await bench.twin.levels('A')).map(({ available }) => available).toSorted()).toEqual([0, 6]);
  expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 10, debt: 0 });

  await bench.addFile(5, { A: 10 });
  await bench.database.query('UPDATE upload_file SET location_id = $1 WHERE sequence = 5', [BACK_ROOM]);
  await bench.apply(5);
  expect(await readShownElsewhere(bench)).toBe(6);
});
