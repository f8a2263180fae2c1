/** A refused feed is told until something says the same again: of many senders, each mends its own. */
import { randomUUID } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { dismissRefusedFeeds, listRefusedFeeds } from '../../src/postgres/feeds/refused-feeds.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';
import { HEADERS } from './warehouse.ts';

let run: ImportRun;

beforeEach(async () => {
  run = await ImportRun.open();
  for (const source of ['north', 'south'])
    await addSource(run.warehouse.database, source, { type: 'RESET_INVENTORY' });
});

const send = async (path: string, text: string) => run.importFeed(await run.put(`incoming/${path}`, text));
const count = (rows: readonly string[]) => ['idValue,facilityId,availableQty', ...rows, ''].join('\n');
const refused = async () =>
  (await listRefusedFeeds(run.warehouse.database, 9)).map(({ source, fileName }) => `${source}/${fileName}`);

test('a refused count of a sender with a folder of its own is open until its next good one', async () => {
  await send('north/1.csv', 'nothing,that,we,know\n');
  await send('south/1.csv', count(['HAT,SOHO,1', 'NOBODY,SOHO,1']));
  expect(await refused()).toEqual(['north/1.csv', 'south/1.csv']);

  await send('south/2.csv', count(['HAT,SOHO,1']));
  expect(await refused()).toEqual(['north/1.csv']);

  await send('north/2.csv', count(['SHIRT,BROADWAY,1']));
  expect(await refused()).toEqual([]);
});

test('a large feed of order lines that is refused in part is open until it comes again', async () => {
  const orders = (name: string, skus: readonly string[]) =>
    run.warehouse.importText(
      'ORDER_ITEMS',
      [
        HEADERS.ORDER_ITEMS,
        ...skus.map((sku, at) => `${name}-${at},1,,,${sku},,1,0,SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`),
        '',
      ].join('\n'),
      name,
      {
        source: 'north',
        chunkRows: 1,
        claimed: { path: `claimed/${randomUUID()}/north/${name}`, sizeBytes: 1 },
      },
    );
  await orders('8.csv', ['HAT', 'NOBODY']);
  await orders('9.csv', ['HAT', 'SHIRT']);
  expect(await refused()).toEqual(['north/8.csv']);
  await orders('8.csv', ['HAT', 'SHIRT']);
  expect(await refused()).toEqual([]);
});

test('a refused difference is open until it comes again: others say nothing of its units', async () => {
  const difference = (rows: readonly string[]) =>
    ['idValue,facilityId,availableDelta', ...rows, ''].join('\n');
  await send('MDM_INV_VARIANCE__0900.csv', 'nothing,that,we,know\n');
  await send('MDM_INV_VARIANCE__0901.csv', difference(['HAT,SOHO,-1', 'NOBODY,SOHO,-1']));
  await send('MDM_INV_VARIANCE__0915.csv', difference(['HAT,SOHO,-2']));
  expect(await refused()).toEqual([
    'incoming/MDM_INV_VARIANCE__0900.csv',
    'incoming/MDM_INV_VARIANCE__0901.csv',
  ]);

  await send('MDM_INV_VARIANCE__0900.csv', difference(['HAT,SOHO,-3']));
  await send('MDM_INV_VARIANCE__0901.csv', difference(['HAT,SOHO,-1', 'SHIRT,SOHO,-1']));
  expect(await refused()).toEqual([]);
});

test('where each store may put its own, a count says nothing of another one', async () => {
  await send('RESET_INVENTORY__ny.csv', 'nothing,that,we,know\n');
  await send('RESET_INVENTORY/brooklyn.csv', count(['NOBODY,SOHO,1']));
  await send('RESET_INVENTORY__sf.csv', count(['HAT,SOHO,1']));
  await send('RESET_INVENTORY/queens.csv', count(['HAT,SOHO,1']));
  expect(await refused()).toEqual(['incoming/RESET_INVENTORY__ny.csv', 'RESET_INVENTORY/brooklyn.csv']);

  await send('RESET_INVENTORY__ny.csv', count(['HAT,SOHO,2']));
  await send('RESET_INVENTORY/brooklyn.csv', count(['SHIRT,SOHO,2']));
  expect(await refused()).toEqual([]);
});

test('one whose type could not be told ends when it comes under its name with the type', async () => {
  await send('stock.csv', 'nothing,that,we,know\n');
  await send('RESET_INVENTORY__stock.csv', count(['HAT,SOHO,2']));
  expect(await refused()).toEqual([]);
});

test('two of one name and one time are both told', async () => {
  const written = new Date('2026-11-24T03:00:00Z');
  for (const source of ['north', 'south']) {
    const path = await run.put(`incoming/${source}/stock.csv`, 'nothing,that,we,know\n');
    await utimes(join(run.folder, path), written, written);
    await run.importFeed(path);
  }
  expect(await refused()).toEqual(['north/stock.csv', 'south/stock.csv']);
});

test('one that a person imports, without the name of a source, ends those of its name', async () => {
  await send('north/1.csv', 'nothing,that,we,know\n');
  await send('south/2.csv', 'nothing,that,we,know\n');
  await run.warehouse.importText('RESET_INVENTORY', count(['HAT,SOHO,1']), 'RESET_INVENTORY__1.csv');
  expect(await refused()).toEqual(['south/2.csv']);
});

test('a person dismisses all of a type at once', async () => {
  await send('north/1.csv', 'nothing,that,we,know\n');
  await send('MDM_INV_VARIANCE__1.csv', 'nothing,that,we,know\n');
  await send('south/2.csv', 'nothing,that,we,know\n');
  const why = { by: 'ann', reason: 'all shops count tonight' };
  expect(await dismissRefusedFeeds(run.warehouse.database, { type: 'RESET_INVENTORY' }, why)).toBe(2);
  expect(await refused()).toEqual(['incoming/MDM_INV_VARIANCE__1.csv']);
});
