/** Of many senders, each mends its own feeds: that of another one ends nothing. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { listRefusedFeeds } from '../../src/postgres/feeds/refused-feeds.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';

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

test('a refused feed is open until the next good one of its own source and type', async () => {
  await send('north/1.csv', 'nothing,that,we,know\n');
  await send('south/1.csv', count(['HAT,SOHO,1', 'NOBODY,SOHO,1']));
  expect(await refused()).toEqual(['north/1.csv', 'south/1.csv']);

  await send('south/2.csv', count(['HAT,SOHO,1']));
  expect(await refused()).toEqual(['north/1.csv']);

  await send('north/2.csv', count(['SHIRT,BROADWAY,1']));
  expect(await refused()).toEqual([]);
});

test('of large feeds of order lines, too', async () => {
  const orders = (source: string, skus: readonly string[]) =>
    run.warehouse.import(
      'ORDER_ITEMS',
      skus.map((sku, at) => `${source}-${at},1,,,${sku},,1,0,SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`),
      { source, chunkRows: 1, claimed: { path: `claimed/${source}/${skus.join('-')}.csv`, sizeBytes: 1 } },
    );
  await orders('north', ['HAT', 'NOBODY']);
  await orders('south', ['HAT', 'SHIRT']);
  expect(await refused()).toHaveLength(1);
  await orders('north', ['HAT', 'SHIRT']);
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

test('one that a person imports, without the name of a source, ends those of its type', async () => {
  await send('north/1.csv', 'nothing,that,we,know\n');
  await run.warehouse.import('RESET_INVENTORY', ['SOHO,,HAT,,,,N,1']);
  expect(await refused()).toEqual([]);
});
