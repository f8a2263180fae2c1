/** What somebody puts into incoming/ and nobody reads: it is told by its name, and in nobody's way. */
import { mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { IMPORT } from '../../src/domain/jobs/import.ts';
import { untakenInWords } from '../../src/domain/untaken.ts';
import { listUntaken } from '../../src/postgres/feeds/untaken-files.ts';
import { ImportRun } from './import-run.ts';

const COUNT = 'facilityId,idValue,availableQty\nBROADWAY,SHIRT,10\n';

test('other endings and folders that are no source are told, those in use by a sender are not', async () => {
  const run = await ImportRun.open();
  const good = await run.put('incoming/RESET_INVENTORY__1.csv', COUNT);
  const told = [
    await run.put('incoming/RESET_INVENTORY__2.txt', COUNT),
    await run.put('incoming/RESET_INVENTORY/stock.xlsx', 'PK'),
    await run.put('incoming/stock', COUNT),
  ];
  await run.put('incoming/RESET_INVENTORY__3.csv.part', COUNT);
  await run.put('incoming/.RESET_INVENTORY__4.txt.Ab12', COUNT);
  await run.put('incoming/RESET_INVENTORY__1.csv.done', '');
  await run.put('incoming/erp/RESET_INVENTORY__5.csv', COUNT);
  await run.put('incoming/RESET_INVENTORY/old/RESET_INVENTORY__6.csv', COUNT);
  await mkdir(join(run.folder, 'incoming/empty'));

  const feeds = await run.listFeeds();
  expect(feeds.filter(({ isUntaken }) => !isUntaken).map(({ path }) => path)).toEqual([good]);
  expect(feeds.flatMap(({ path, isUntaken }) => (isUntaken ? [path] : [])).toSorted()).toEqual(
    [...told, 'incoming/erp', 'incoming/RESET_INVENTORY/old'].toSorted(),
  );

  expect((await listUntaken(run.warehouse.database)).map(({ path }) => path).toSorted()).toEqual(
    [...told, 'incoming/erp', 'incoming/RESET_INVENTORY/old'].toSorted(),
  );
  await rm(join(run.folder, 'incoming/stock'));
  // One that looks into one folder only says nothing of the others.
  await run.listFeeds({ source: 'RESET_INVENTORY' });
  expect((await listUntaken(run.warehouse.database)).map(({ path }) => path)).toContain('incoming/stock');

  await run.warehouse.database.query(`INSERT INTO feed_source (source, settings) VALUES ('erp', '{}')`);
  const later = await run.listFeeds();
  expect(later.map(({ path }) => path)).toContain('incoming/erp/RESET_INVENTORY__5.csv');
  expect(later.map(({ path }) => path)).not.toContain('incoming/erp');
  expect((await listUntaken(run.warehouse.database)).map(({ path }) => path).toSorted()).toEqual(
    [
      'incoming/RESET_INVENTORY/old',
      'incoming/RESET_INVENTORY/stock.xlsx',
      'incoming/RESET_INVENTORY__2.txt',
    ].toSorted(),
  );
});

test('what has had the name of a file that is being sent for a day is told, and no hidden file of others', async () => {
  const run = await ImportRun.open();
  const putOld = async (name: string, hoursAgo: number): Promise<string> => {
    const path = await run.put(`incoming/${name}`, COUNT);
    const written = new Date(Date.now() - hoursAgo * 3_600_000);
    await utimes(join(run.folder, path), written, written);
    return path;
  };
  const told = [
    await putOld('RESET_INVENTORY__1.tmp.csv', 25),
    await putOld('.RESET_INVENTORY__2.csv.Ab12', 25),
  ];
  await putOld('RESET_INVENTORY__3.csv.part', 23);
  await putOld('.profile', 9999);

  expect((await run.listFeeds()).map(({ path, isUntaken }) => [path, isUntaken]).toSorted()).toEqual(
    told.map((path) => [path, true]).toSorted(),
  );
});

test('a run that has found such a file says so, and ends as it would without it', () => {
  const found = { files: [], untaken: ['stock.txt', 'erp'] };
  expect(IMPORT.inWords(found)).toBe('no feed was waiting; nobody reads stock.txt and 1 more in incoming/');
  expect(IMPORT.outcomeOf(found)).toBe('NOTHING_TO_DO');
});

test.each([
  ['stock.xlsx', /is a spreadsheet: save it as "CSV UTF-8"/],
  ['stock.txt', /a feed ends with \.csv or \.csv\.gz/],
  ['stock.tmp.csv', /the name of a file that is still being sent/],
  ['erp', /said by `atp source add`/],
  ['x.csv', /is no file that can be taken: a folder, a link/],
])('%s is told with what to do', (name, words) => {
  expect(untakenInWords(name)).toMatch(words);
});
