/** A difference that comes as another upload, and begins with what was applied under its name: that does not happen twice. */
import { beforeEach, expect, test } from 'vitest';
import { FEED_HELD_DAYS_FOUND } from '../../src/domain/limits.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { ImportRun } from './import-run.ts';

const NAME = 'MDM_INV_VARIANCE__day.csv';
const HEADER = 'idValue,facilityId,availableDelta\n';
const FIRST = `${HEADER}SHIRT,BROADWAY,5\n`;
const WHOLE = `${FIRST}SHIRT,BROADWAY,2\nHAT,BROADWAY,7\n`;

let run: ImportRun;

beforeEach(async () => {
  run = await ImportRun.open();
});

const send = async (content: string, path = NAME) =>
  run.importFeed(await run.put(`incoming/${path}`, content));
const onHand = async () =>
  Promise.all(['SHIRT', 'HAT'].map(async (sku) => (await run.warehouse.readLevels(sku, 'BROADWAY')).qoh));
const lastImport = async (state: 'held' | 'applied') => {
  const [last] = await listImports(run.warehouse.database, { limit: 1, state });
  if (!last) throw new Error(`No import is ${state}.`);
  return last;
};

async function decide(state: 'approved' | 'rejected') {
  const { importId } = await lastImport('held');
  await decideImport(run.warehouse.database, importId, { state, by: 'Ann', reason: 'I looked' });
  const decided = (await run.listFeeds()).filter(({ path }) => path.startsWith('claimed/'));
  expect(decided).toHaveLength(1);
  return run.importFeed(decided[0]?.path ?? '');
}

const undo = (importId: number) =>
  undoImport(run.warehouse.database, importId, { by: 'Ann', reason: 'a test' });

/** As if all that has come had come so many days before. */
async function letDaysPass(days: number): Promise<void> {
  const { database } = run.warehouse;
  await database.query('UPDATE import_file SET imported_at = imported_at - make_interval(days => $1)', [
    days,
  ]);
  await database.query('UPDATE feed_import SET came_at = came_at - make_interval(days => $1)', [days]);
}

const HELD = { error: { code: 'FEED_HELD' } };

test('is held, says what it begins with, and approved, only the rows behind are posted', async () => {
  await send(FIRST);
  const { importId } = await lastImport('applied');

  const { error } = await send(WHOLE);
  expect(error).toMatchObject({ code: 'FEED_HELD' });
  expect(error?.message).toContain(
    `it begins with what import ${importId} of the same name has applied; that stays, and approved, only 2 rows behind that would be applied`,
  );
  expect((await lastImport('held')).reasons).toEqual([
    { code: 'FEED_GREW', detail: { rows: 2, beginsWith: importId } },
  ]);
  expect(await onHand()).toEqual([5, 0]);

  expect(await decide('approved')).toMatchObject({ rows: 2, applied: 2 });
  expect(await onHand()).toEqual([7, 7]);
});

test('rejected, goes to error/, and what was applied stays', async () => {
  await send(FIRST);
  await send(WHOLE);
  expect(await decide('rejected')).toMatchObject({ error: { code: 'FEED_REJECTED' } });
  expect(await onHand()).toEqual([5, 0]);
});

test('that grows through the day is held each time, and each row is posted once; it is undone from the end', async () => {
  await send(FIRST);
  const first = await lastImport('applied');
  await send(WHOLE);
  await decide('approved');
  await send(`${WHOLE}HAT,BROADWAY,30\n`);
  const second = await lastImport('applied');
  expect((await lastImport('held')).reasons).toMatchObject([
    { detail: { rows: 1, beginsWith: second.importId } },
  ]);
  expect(await decide('approved')).toMatchObject({ applied: 1 });
  expect(await onHand()).toEqual([7, 37]);

  // The whole, and each of its parts, are sent again.
  for (const content of [FIRST, WHOLE, `${WHOLE}HAT,BROADWAY,30\n`]) {
    expect(await send(content)).toMatchObject(HELD);
    expect((await lastImport('held')).reasons).toMatchObject([{ code: 'SENT_BEFORE' }]);
    await decide('rejected');
  }
  await expect(undo(first.importId)).rejects.toMatchObject({ code: 'IMPORT_CONTINUED' });
  const third = await lastImport('applied');
  for (const { importId } of [third, second, first]) await undo(importId);
  expect(await onHand()).toEqual([0, 0]);
});

test('is an ordinary feed once that which it begins with is undone', async () => {
  await send(FIRST);
  await undo((await lastImport('applied')).importId);
  expect(await send(WHOLE)).toMatchObject({ applied: 3 });
  expect(await onHand()).toEqual([7, 7]);
});

test('is an ordinary feed when that which it begins with was rejected', async () => {
  await send(FIRST);
  await send(FIRST);
  await decide('rejected');
  await undo((await lastImport('applied')).importId);
  expect(await send(WHOLE)).toMatchObject({ applied: 3 });
});

test('has its middle again, once that was undone, and what a row was refused for is mended', async () => {
  const { database } = run.warehouse;
  const first = `${FIRST}NEW,BROADWAY,3\n`;
  await send(first);
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('NEW', 'NEW')`);
  await send(`${first}HAT,BROADWAY,7\n`);
  expect(await decide('approved')).toMatchObject({ rows: 2, applied: 2 });
  await undo((await lastImport('applied')).importId);
  expect(await send(`${first}HAT,BROADWAY,7\nHAT,BROADWAY,1\n`)).toMatchObject(HELD);
  expect(await decide('approved')).toMatchObject({ rows: 3, applied: 3 });
  expect(await onHand()).toEqual([5, 8]);
  expect((await run.warehouse.readLevels('NEW', 'BROADWAY')).qoh).toBe(3);
});

test('whose beginning was cut off inside a row that was refused has that row when it is whole', async () => {
  await send(`${FIRST}HAT,BROAD`);
  expect(await send(`${FIRST}HAT,BROADWAY,7\n`)).toMatchObject(HELD);
  expect(await decide('approved')).toMatchObject({ rows: 1, applied: 1 });
  expect(await onHand()).toEqual([5, 7]);
});

test('whose beginning was cut off inside a row that was applied is refused, until that is undone', async () => {
  await send(`${HEADER}SHIRT,BROADWAY,1`);
  const { importId } = await lastImport('applied');
  const whole = `${HEADER}SHIRT,BROADWAY,125\nHAT,BROADWAY,7\n`;
  expect(await send(whole)).toMatchObject({
    error: {
      code: 'FEED_GREW',
      message: expect.stringContaining(
        `the end of what import ${importId} has applied under its name is another row now`,
      ) as string,
    },
  });
  expect(await onHand()).toEqual([1, 0]);
  await undo(importId);
  expect(await send(whole)).toMatchObject({ applied: 2 });
  expect(await onHand()).toEqual([125, 7]);
});

test('that has nothing but the end of its last line behind it posts nothing', async () => {
  await send(`${HEADER}SHIRT,BROADWAY,5`);
  expect(await send(FIRST)).toMatchObject({ rows: 0, applied: 0 });
  expect(await onHand()).toEqual([5, 0]);
});

test.each<readonly [string, string, string]>([
  ['under another name', 'MDM_INV_VARIANCE__other.csv', WHOLE],
  ['from another source', `store/${NAME}`, WHOLE],
  ['that begins with another row', NAME, `${HEADER}HAT,BROADWAY,1\n${WHOLE.slice(HEADER.length)}`],
])('%s is another event', async (_, path, content) => {
  await addSource(run.warehouse.database, 'store', {});
  await send(FIRST);
  const { error } = await send(content, path);
  expect(error).toBeUndefined();
});

test.each<readonly [string, string]>([
  ['has no rows', HEADER],
  ['had all of its rows refused', `${HEADER}NOBODY,BROADWAY,3\n`],
])('is no growth of a file that %s', async (_, first) => {
  await send(first);
  expect((await send(`${first}SHIRT,BROADWAY,5\n`)).error).toBeUndefined();
  expect(await onHand()).toEqual([5, 0]);
});

test('of another length is found among many of its name, at each size', async () => {
  const parts = ['SHIRT,BROADWAY,1\n', 'HAT,BROADWAY,20\n', 'SHIRT,BROADWAY,300\n'];
  for (const part of parts) await send(`${HEADER}${part}`);
  expect(await send(`${HEADER}${parts[1]}${parts[0]}`)).toMatchObject(HELD);
  expect(await decide('approved')).toMatchObject({ applied: 1 });
  expect(await onHand()).toEqual([302, 20]);
});

test('counts within the days of its source', async () => {
  await addSource(run.warehouse.database, 'store', { duplicateDays: 2 });
  const path = `store/${NAME}`;
  await send(FIRST, path);
  await letDaysPass(1);
  expect(await send(WHOLE, path)).toMatchObject(HELD);
  await decide('rejected');
  await letDaysPass(2);
  expect(await send(WHOLE, path)).toMatchObject({ applied: 3 });
});

test('that was held until those days were over still has only its rows behind', async () => {
  await send(FIRST);
  await send(WHOLE);
  await letDaysPass(8);
  expect(await decide('approved')).toMatchObject({ applied: 2 });
  expect(await onHand()).toEqual([7, 7]);
});

test('begins with what was held for longer than those days before it was applied', async () => {
  const { database } = run.warehouse;
  await send(FIRST);
  await database.query(`UPDATE feed_import SET came_at = came_at - make_interval(days => $1)`, [
    FEED_HELD_DAYS_FOUND,
  ]);
  expect(await send(WHOLE)).toMatchObject(HELD);
});
