/** What is said of a source: when its files are complete, in which order they count, and what they are about. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { addImported, IMPORT } from '../../src/domain/jobs/import.ts';
import { CLOCKS_APART_MS, FEED_SETTLE_AWAITED_MS } from '../../src/domain/limits.ts';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { addSource, type SettingsChange } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;
let folders = 0;

beforeAll(async () => {
  run = await ImportRun.open();
});

async function source(settings: SettingsChange): Promise<string> {
  folders += 1;
  const name = `sender-${folders}`;
  await addSource(run.warehouse.database, name, settings);
  return name;
}

async function put(path: string, rows: readonly string[], column: string, agoMs: number): Promise<string> {
  await run.put(path, `facilityId,idValue,${column}\n${rows.join('\n')}\n`);
  const written = new Date(Date.now() - agoMs);
  await utimes(join(run.folder, path), written, written);
  return path;
}

const count = (path: string, units: number, agoMs: number) =>
  put(path, [`BROADWAY,SHIRT,${units}`], 'availableQty', agoMs);
const onHand = async () => (await run.warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;

test('a file settles as long as its source says, and no run waits for what takes long', async () => {
  const quick = await source({ type: 'RESET_INVENTORY', settleMs: 1_000 });
  const slow = await source({ type: 'RESET_INVENTORY', settleMs: FEED_SETTLE_AWAITED_MS + 60_000 });
  const agoMs = CLOCKS_APART_MS + 5_000;
  const taken = await count(`incoming/${quick}/1.csv`, 5, agoMs);
  await count(`incoming/${slow}/1.csv`, 5, agoMs);
  const feeds = (await run.listFeeds()).filter(({ path }) => path.includes('/sender-'));
  expect(feeds.map(({ path, waits, settlesInMs }) => [path, waits?.code, settlesInMs])).toEqual([
    [taken, undefined, 0],
    [`incoming/${slow}/1.csv`, 'FEED_UNSETTLED', 0],
  ]);
});

test('names by DDMMYYYY count in the order of their times where the source says so', async () => {
  const names = ['RESET_INVENTORY__30112026_2300.csv', 'RESET_INVENTORY__01122026_0100.csv'];
  for (const [order, expected] of [
    ['name', [1, 0]],
    ['time', [0, 1]],
  ] as const) {
    const folder = await source({ order });
    for (const [index, name] of names.entries())
      await count(`incoming/${folder}/${name}`, 20, 3_600_000 * (2 - index));
    const listed = (await run.listFeeds({ source: folder })).map(({ path }) => path);
    expect(listed).toEqual(expected.map((index) => `incoming/${folder}/${names[index]}`));
  }
});

describe('names and times that disagree', () => {
  const told = async (folder: string) =>
    (await run.listFeeds({ source: folder })).flatMap(({ path, olderThan }) =>
      olderThan === undefined ? [] : [`${path.slice(path.lastIndexOf('/') + 1)} after ${olderThan}`],
    );
  const HOUR_MS = 3_600_000;

  test('are told by the names of the files, each older one with the newest before it', async () => {
    const folder = await source({ type: 'RESET_INVENTORY' });
    await count(`incoming/${folder}/01122026_0100.csv`, 5, HOUR_MS);
    await count(`incoming/${folder}/29112026_2300.csv`, 20, 3 * HOUR_MS);
    await count(`incoming/${folder}/30112026_2300.csv`, 20, 2 * HOUR_MS);
    expect(await told(folder)).toEqual([
      '29112026_2300.csv after 01122026_0100.csv',
      '30112026_2300.csv after 01122026_0100.csv',
    ]);
  });

  test.each<[string, SettingsChange, (folder: string) => Promise<unknown>]>([
    [
      'files that were sent together, and ended in any order',
      { type: 'RESET_INVENTORY' },
      (folder) =>
        Promise.all(
          [5, 4, 3, 2, 1].map((index) =>
            count(`incoming/${folder}/${index}.csv`, 5, HOUR_MS + index * 60_000),
          ),
        ),
    ],
    [
      'a source that is ordered by time',
      { type: 'RESET_INVENTORY', order: 'time' },
      (folder) =>
        Promise.all([1, 2].map((index) => count(`incoming/${folder}/${index}.csv`, 5, index * HOUR_MS))),
    ],
    [
      'differences, which add up in any order',
      { type: 'MDM_INV_VARIANCE' },
      (folder) =>
        Promise.all(
          [1, 2].map((index) =>
            put(`incoming/${folder}/${index}.csv`, ['BROADWAY,SHIRT,1'], 'availableDelta', index * HOUR_MS),
          ),
        ),
    ],
    [
      'files of two types, whose names are of two senders',
      {},
      async (folder) => {
        await count(`incoming/${folder}/RESET_INVENTORY__a.csv`, 5, HOUR_MS);
        await put(`incoming/${folder}/REC_INV_COUNT__b.csv`, ['BROADWAY,SHIRT,1'], 'quantity', 2 * HOUR_MS);
      },
    ],
  ])('are not told of %s', async (_what, settings, send) => {
    const folder = await source(settings);
    await send(folder);
    expect(await told(folder)).toEqual([]);
  });

  test('are in the words of the run, which is done nevertheless, also in a long chain of runs', () => {
    const file = { fileName: '2.csv', rows: 1, applied: 1, failed: 0 };
    const older = { ...file, fileName: '1.csv', olderThan: '2.csv' };
    const many = addImported(
      { files: [older] },
      Array.from({ length: 300 }, () => file),
    );
    expect(IMPORT.inWords(many)).toContain('; names and times disagree about the order of 1 feed');
    expect(IMPORT.outcomeOf(many)).toBe('DONE');
  });
});

test('the same difference again is another event where the source says that none is sent twice', async () => {
  const folder = await source({ type: 'MDM_INV_VARIANCE', duplicateDays: 0 });
  const before = await onHand();
  for (let times = 1; times <= 2; times += 1) {
    const path = await put(`incoming/${folder}/sale.csv`, ['BROADWAY,SHIRT,-1'], 'availableDelta', 3_600_000);
    expect(await run.importFeed(path)).toMatchObject({ applied: 1 });
  }
  expect(await onHand()).toBe(before - 2);
});

test('two senders whose files have one name and one content have sent two events', async () => {
  const before = await onHand();
  for (const folder of [
    await source({ type: 'MDM_INV_VARIANCE' }),
    await source({ type: 'MDM_INV_VARIANCE' }),
  ]) {
    const path = await put(
      `incoming/${folder}/today.csv`,
      ['BROADWAY,SHIRT,-1'],
      'availableDelta',
      3_700_000,
    );
    expect(await run.importFeed(path)).toMatchObject({ applied: 1 });
  }
  expect(await onHand()).toBe(before - 2);
});

test('a count is about the time of its file where the source says so: what has happened since is kept', async () => {
  const folder = await source({ type: 'RESET_INVENTORY', countsAsOf: 'file' });
  const sales = await source({ type: 'MDM_INV_VARIANCE' });
  const sold = await put(`incoming/${sales}/sale.csv`, ['BROADWAY,SHIRT,-1'], 'availableDelta', 1_800_000);
  await run.importFeed(sold);
  await run.importFeed(await count(`incoming/${folder}/0800.csv`, 10, 3_600_000));
  expect(await onHand()).toBe(9);
});

test('a file of a clock that is ahead is about now: it hides no count of a later file', async () => {
  const folder = await source({ type: 'RESET_INVENTORY', countsAsOf: 'file' });
  await run.warehouse.import('RESET_INVENTORY', ['BROADWAY,,HAT,,,,N,8'], {
    writtenAt: new Date(Date.now() + 3_600_000),
    settings: { ...NO_SETTINGS, countsAsOf: 'file' },
  });
  const path = `incoming/${folder}/1.csv`;
  await put(path, [`BROADWAY,HAT,9,${new Date().toISOString()}`], 'availableQty,asOf', 3_600_000);
  expect(await run.importFeed(path)).toMatchObject({ applied: 1, failed: 0 });
  expect((await run.warehouse.readLevels('HAT', 'BROADWAY')).qoh).toBe(9);
});
