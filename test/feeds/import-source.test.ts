/** A source on SFTP: its folder is looked into, and its files are read as was said. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createImportActivities, type FeedRef } from '../../activities/import-inventory.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { openSourceDrops } from '../../src/sftp/source-drop.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { Warehouse } from './warehouse.ts';

test('feeds of a source, of folders in any case and in gzip are taken', async () => {
  const warehouse = await Warehouse.open();
  const { folder, settings } = await freshSftpRoot();
  const put = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  await put('incoming/store-1/stock.csv', 'Artikel;Menge\nSHIRT;7,00\n');
  await put('incoming/reset_inventory/late.csv', 'idValue,facilityId,availableQty\nHAT,BROADWAY,3\n');
  await put(
    'incoming/mdm_inv_variance__9.csv.gz',
    gzipSync('idValue,facilityId,availableDelta\nSHIRT,BROADWAY,-2\n'),
  );
  await put('incoming/nobody/stock.csv', 'x\n');
  await addSource(warehouse.database, 'store-1', {
    type: 'RESET_INVENTORY',
    columns: { Artikel: 'idValue', Menge: 'availableQty' },
    fixed: { facilityId: 'BROADWAY' },
  });

  const activities = createImportActivities({
    database: warehouse.database,
    sourceDrop: openSourceDrops({ environment: process.env }),
    fileDrop: fileDrop(settings),
    diary: () => undefined,
  });
  const feeds: FeedRef[] = await new MockActivityEnvironment().run(activities.listFeeds, {});
  const imported = [];
  expect(feeds.flatMap(({ path, isUntaken }) => (isUntaken ? [path] : []))).toEqual(['incoming/nobody']);
  for (const { path, isUntaken } of feeds) {
    if (isUntaken) continue;
    const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() });
    imported.push(await environment.run(activities.importFeed, { path }));
  }

  expect(imported).toEqual(
    ['mdm_inv_variance__9.csv.gz', 'late.csv', 'stock.csv'].map((fileName) => ({
      fileName,
      rows: 1,
      applied: 1,
      failed: 0,
    })),
  );
  expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ qoh: 7 });
  expect(await warehouse.readLevels('HAT', 'BROADWAY')).toMatchObject({ qoh: 3 });
  expect((await readdir(join(folder, 'archive'))).toSorted()).toEqual([
    'late.csv',
    'mdm_inv_variance__9.csv.gz',
    'stock.csv',
  ]);
  expect(await readdir(join(folder, 'incoming/nobody'))).toEqual(['stock.csv']);
});
