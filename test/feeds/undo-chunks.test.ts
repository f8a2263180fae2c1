/** Undoing an import of many postings: judged as a whole, taken back in chunks, and never left half done. */
import { beforeEach, expect, test } from 'vitest';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import type { ChunkOptions } from '../../src/postgres/feeds/apply-chunks.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { listUnfinished } from '../../src/postgres/feeds/unfinished-imports.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('10002', 'SOCKS')`);
});

const MOST = 1_000_000_000;
/** The highest number of a level. */
const END = 2_147_483_647;
const SKUS = ['SHIRT', 'HAT', 'SOCKS'];
const levels = async () => {
  const found = await Promise.all(SKUS.map((sku) => warehouse.readLevels(sku, 'SOHO')));
  return found.map(({ qoh }) => qoh);
};
const count = (...units: readonly number[]) =>
  warehouse.import(
    'RESET_INVENTORY',
    units.map((each, at) => `SOHO,,${SKUS[at]},,,,N,${each}`),
    { passesGates: true },
  );
const add = (...units: readonly number[]) =>
  warehouse.import(
    'MDM_INV_VARIANCE',
    units.map((each, at) => `${SKUS[at]},,${each},SOHO,,,`),
  );

async function last(): Promise<number> {
  const [found] = await listImports(warehouse.database, { limit: 1 });
  return found?.importId ?? 0;
}

/** In chunks of one posting. */
const undo = (importId: number, options: ChunkOptions = {}) =>
  undoImport(
    warehouse.database,
    importId,
    { by: 'Ann', reason: 'wrong file' },
    { chunkRows: 1, chunksAtOnce: 1, ...options },
  );

function post(productId: string, units: number) {
  return warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ($1, 'SOHO', $2, 0, 'ORDER_SHIPPED', 'an order')`,
    [productId, units],
  );
}

/** Fails at once when somebody has one of the levels. */
const requireFree = () => warehouse.database.query('SELECT FROM product_facility FOR UPDATE NOWAIT');

const dead = () => Promise.reject(new Error('killed'));

test.for([1, 2, 100])(
  'in chunks of %i postings a count and a difference come out the same',
  async (chunkRows) => {
    await count(10, 20, 30);
    await count(1, 2, 3);
    const counted = await last();
    await add(5, 5, 5);
    const added = await last();
    await count(0, 7);
    expect(await undo(added, { chunkRows })).toMatchObject({
      postings: 1,
      countedSince: 2,
      changedSince: [],
    });
    expect(await levels()).toEqual([0, 7, 3]);
    expect(await undo(counted, { chunkRows })).toMatchObject({ postings: 1, countedSince: 2 });
    expect(await levels()).toEqual([0, 7, 30]);
    await expect(undo(counted, { chunkRows })).rejects.toMatchObject({ code: 'IMPORT_UNDONE' });
    expect(await findImport(warehouse.database, counted)).toMatchObject({
      state: 'undone',
      decidedBy: 'Ann',
    });
  },
);

test('between two chunks no level is locked, and what an order posts there stays', async () => {
  await add(5, 6, 7);
  const told: unknown[] = [];
  await undo(await last(), {
    onChunk: async (progress) => {
      told.push(progress);
      await requireFree();
      if (told.length === 1) for (const id of ['10000', '10002']) await post(id, -1);
    },
  });
  expect(told).toEqual([1, 2, 3].map((done) => ({ done, total: 3 })));
  expect(await levels()).toEqual([-1, 0, -1]);
});

test('killed half way, it says so, and whatever comes next goes on with it', async () => {
  await count(10, 10, 10);
  await add(5, 6, 7);
  const importId = await last();
  await expect(undo(importId, { onChunk: dead })).rejects.toThrow('killed');
  expect(await levels()).toEqual([10, 16, 17]);
  expect(await findImport(warehouse.database, importId)).toMatchObject({
    ...{ state: 'applying', isBeingUndone: true, done: 1, pending: 2, decidedBy: 'Ann' },
  });
  expect(await listUnfinished(warehouse.database)).toMatchObject([{ importId, isBeingUndone: true }]);
  await expect(
    warehouse.database.query(`UPDATE feed_import SET state = 'applied' WHERE state = 'applying'`),
  ).rejects.toThrow();

  await add(1);
  expect(await levels()).toEqual([11, 10, 10]);
  expect(await findImport(warehouse.database, importId)).toMatchObject({ state: 'undone' });
});

test('killed half way, it goes on when it is asked for again, or by a run that looks for what was broken off', async () => {
  for (const goOn of [(id: number) => undo(id), () => finishBrokenOff(warehouse.database)]) {
    await add(5, 6, 7);
    const importId = await last();
    await expect(undo(importId, { onChunk: dead })).rejects.toThrow('killed');
    await goOn(importId);
    expect(await levels()).toEqual([0, 0, 0]);
    expect(await listUnfinished(warehouse.database)).toEqual([]);
  }
});

test('what cannot be known is refused before anything is taken back', async () => {
  await add(5, 5, 5);
  const added = await last();
  await count(9);
  await undo(await last());
  await expect(undo(added)).rejects.toMatchObject({ code: 'IMPORT_UNDO_INEXACT' });
  expect(await levels()).toEqual([5, 5, 5]);
});

test('one that would leave the range of a level is told, keeps no other import waiting, and ends when it can', async () => {
  await add(5, -6, 7);
  const importId = await last();
  for (const units of [END, 3]) await post('10001', units);
  await expect(undo(importId)).rejects.toMatchObject({ code: 'IMPORT_UNDO_UNFINISHED' });
  // Counted meanwhile, a level is right.
  await count(3, MOST, 4);
  await post('10001', -MOST);
  await finishBrokenOff(warehouse.database);
  expect(await levels()).toEqual([3, 0, 4]);
  expect(await findImport(warehouse.database, importId)).toMatchObject({ state: 'undone' });
});

test('one that is still being posted in chunks is taken back as far as it is posted', async () => {
  const rows = ['SHIRT,,5,SOHO,,,', 'HAT,,6,SOHO,,,', 'SOCKS,,7,SOHO,,,'];
  let chunks = 0;
  const onChunk = () => ((chunks += 1) === 2 ? dead() : Promise.resolve());
  await expect(
    warehouse.import('MDM_INV_VARIANCE', rows, { chunkRows: 1, chunksAtOnce: 1, onChunk }),
  ).rejects.toThrow('killed');
  expect(await levels()).toEqual([5, 6, 0]);
  expect(await undo(await last())).toMatchObject({ postings: 2 });
  await finishBrokenOff(warehouse.database);
  expect(await levels()).toEqual([0, 0, 0]);
});
