import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  createImportLocalFile,
  type LocalFeed,
  type RowsSeen,
} from '../../src/operations/import-feed-file.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { Warehouse } from './warehouse.ts';

const HEADER = 'idValue,facilityId,availableDelta';
const GOOD = `${HEADER}\nSHIRT,BROADWAY,5\n`;
const MIXED = `${HEADER}\nSHIRT,BROADWAY,5\n=TIE,BROADWAY,-1\n`;

const readOnHand = async (warehouse: Warehouse) => (await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;

describe('a feed on this machine', () => {
  let warehouse: Warehouse;
  let localPath: string;

  beforeEach(async () => {
    warehouse = await Warehouse.open();
    localPath = join(await scratchFolder(), 'count.csv');
    await writeFile(localPath, MIXED);
  });

  function importLocal(options: Partial<LocalFeed> = {}) {
    const importLocalFile = createImportLocalFile({ database: warehouse.database });
    return importLocalFile({
      localPath,
      fileName: 'count.csv',
      type: 'MDM_INV_VARIANCE',
      dryRun: false,
      ...options,
    });
  }

  test('is previewed, then imported, with its error file beside it', async () => {
    const preview = await importLocal({ dryRun: true });
    expect(preview).toMatchObject({ fileName: 'count.csv', rows: 2, applied: 1, failed: 1 });
    expect(await readFile(preview.errorFile ?? '', 'utf8')).toContain('PRODUCT_UNKNOWN');
    expect(preview.refused).toMatchObject([{ code: 'PRODUCT_UNKNOWN', column: 'idValue' }]);
    expect(await readOnHand(warehouse)).toBe(0);

    expect(preview.importId).toBeNull();
    expect(await importLocal()).toEqual({ ...preview, importId: expect.any(Number) });
    expect(preview.errorFile).toBe(`${localPath}.errors.csv`);
    expect(await readOnHand(warehouse)).toBe(5);
  });

  test('tells how many rows it has read, and then how many refused ones it has written down', async () => {
    await writeFile(localPath, `${MIXED}HAT,NOWHERE,1\nHAT,BROADWAY,x\n`);
    const told: RowsSeen[] = [];
    await importLocal({ dryRun: true, onRow: (rows) => told.push(rows) });
    expect(told).toEqual([
      ...[1, 2, 3, 4].map((read) => ({ read, refused: 0 })),
      ...[1, 2, 3].map((refused) => ({ read: 4, refused })),
    ]);
  });

  test('says before it is imported what would become of the levels', async () => {
    await writeFile(
      localPath,
      `${HEADER}\nSHIRT,BROADWAY,30\nHAT,BROADWAY,8\nSHIRT,BROADWAY,-5\nHAT,BROADWAY,-8\n`,
    );
    expect((await importLocal({ dryRun: true })).effect).toEqual({
      ...{ levels: 1, unitsBefore: 0, unitsAfter: 25, toZero: 0, negative: 0 },
      moves: [{ sku: 'SHIRT', facilityId: 'BROADWAY', before: 0, after: 25 }],
    });
    await importLocal();
    await writeFile(localPath, `${HEADER}\nSHIRT,BROADWAY,-25\nHAT,BROADWAY,-3\n`);
    const { effect } = await importLocal({ dryRun: true });
    expect(effect).toMatchObject({ levels: 2, unitsBefore: 25, unitsAfter: -3, toZero: 1, negative: 1 });
    expect(effect?.moves).toEqual([
      { sku: 'SHIRT', facilityId: 'BROADWAY', before: 25, after: 0 },
      { sku: 'HAT', facilityId: 'BROADWAY', before: 0, after: -3 },
    ]);
    expect(await readOnHand(warehouse)).toBe(25);
  });

  test('says by which number it is shown and undone, once it was imported', async () => {
    await writeFile(localPath, GOOD);
    expect((await importLocal({ dryRun: true })).importId).toBeNull();
    const { importId } = await importLocal();
    const [imported] = await warehouse.database.query<{ fileName: string }>(
      'SELECT file_name AS "fileName" FROM feed_import WHERE import_id = $1',
      [importId],
    );
    expect(imported).toEqual({ fileName: 'count.csv' });
  });

  test('loses the error file of an earlier try when all its rows are good', async () => {
    await importLocal({ dryRun: true });
    await writeFile(localPath, GOOD);
    expect(await importLocal()).toMatchObject({ applied: 1, errorFile: null });
    expect(await readdir(dirname(localPath))).toEqual(['count.csv']);
  });

  test('is refused when the same difference came by SFTP before, under its name', async () => {
    await writeFile(localPath, GOOD);
    await warehouse.importText('MDM_INV_VARIANCE', GOOD, 'count.csv', {
      claimed: { path: 'claimed/1/MDM_INV_VARIANCE/count.csv', sizeBytes: GOOD.length },
    });
    expect((await expectCodedError(() => importLocal())).code).toBe('FEED_ALREADY_IMPORTED');
  });

  test('is refused when its type is unknown, and when it is not there', async () => {
    expect((await expectCodedError(() => importLocal({ type: 'STOCK' }))).code).toBe('FEED_TYPE_UNKNOWN');
    await rename(localPath, `${localPath}.moved`);
    expect((await expectCodedError(() => importLocal())).code).toBe('INPUT_INVALID');
  });
});
