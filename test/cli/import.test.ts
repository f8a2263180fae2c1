import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Warehouse } from '../feeds/warehouse.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith } from './atp.ts';

test('an import tells of feeds that are done with and still lie in incoming/', async () => {
  const { database, url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url });
  const file = join(atp.folder, 'feed.csv');
  await writeFile(file, 'shopId,completeUntil\n');
  const importFeed = () => atp.run('import', file, '--type', 'ORDER_WATERMARK', '--dry-run');
  expect((await importFeed()).stdout).not.toContain('incoming/');

  await database.query(
    `INSERT INTO feed_left (path, size_bytes, modified_at, error, left_since)
     VALUES ('incoming/RESET_INVENTORY__1.csv', 9, now(), 'archive/ is full.', '2026-11-24T10:00:00Z')`,
  );

  expect((await importFeed()).stdout).toContain(
    '1 feed done with cannot be moved to archive/ or error/, the first is incoming/RESET_INVENTORY__1.csv, since 2026-11-24T10:00:00.000Z. archive/ is full.',
  );
});

test('the exit code of an import says whether rows were refused, and whether any was good', async () => {
  const { url } = await Warehouse.open();
  const atp = await atpWith({ DATABASE_URL: url });
  const exitCodeOf = async (name: string, ...skus: string[]) => {
    const file = join(atp.folder, name);
    const rows = skus.map((sku) => `BROADWAY,${sku},4`);
    await writeFile(file, ['facilityId,idValue,availableQty', ...rows].join('\n'));
    const command = ['import', file, '--type', 'RESET_INVENTORY'];
    const { exitCode } = await atp.run(...command, '--dry-run');
    expect((await atp.run(...command)).exitCode).toBe(exitCode);
    return exitCode;
  };

  expect(await exitCodeOf('good.csv', 'SHIRT')).toBe(0);
  expect(await exitCodeOf('mixed.csv', 'SHIRT', 'NO-SUCH-SKU')).toBe(4);
  expect(await exitCodeOf('refused.csv', 'NO-SUCH-SKU', 'NONE-EITHER')).toBe(1);
});

const EFFECT = {
  ...{ levels: 2, unitsBefore: 30, unitsAfter: 5, toZero: 0, negative: 0 },
  moves: [{ sku: 'MUG-BLUE', facilityId: 'NEW_YORK', before: 30, after: 5 }],
};

test('an import names its first refused rows, and where the others are', async () => {
  const { database, url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url });
  const file = join(atp.folder, 'RESET_INVENTORY__night.csv');
  const rows = Array.from({ length: 7 }, (_, at) => `NOWHERE,HAT-${at},3`);
  await writeFile(file, ['facilityId,idValue,availableQty', ...rows, ''].join('\n'));
  expect(await atp.run('import', file)).toMatchObject({ exitCode: 1 });

  const { stdout } = await atp.run('import', 'show', '1');
  expect(stdout).toMatch(
    /6 │ idValue │ PRODUCT_UNKNOWN │ There is no product with SKU "HAT-4".* NOWHERE, HAT-4, 3/,
  );
  expect(stdout).not.toContain('HAT-5');
  expect(stdout).toContain('2 more are refused: `atp import refused 1`');

  expect(await atp.json(['import', 'refused', '1', '--after', '6', '--limit', '1'])).toMatchObject({
    refused: [
      { rowNumber: 7, column: 'idValue', code: 'PRODUCT_UNKNOWN', values: ['NOWHERE', 'HAT-5', '3'] },
    ],
    next: 7,
  });
  expect(await atp.failure('import', 'refused', '2')).toBe('IMPORT_UNKNOWN 2');
  await database.query('DELETE FROM import_file_error');
  expect((await atp.run('import', 'refused', '1')).stdout).toContain('No refused row of it is kept.');
});

test('an import is said to have changed only what it has changed', async () => {
  const { database, url } = await freshDatabase();
  const atp = await atpWith({ DATABASE_URL: url });
  for (const [state, refused, effect] of [
    ['applied', 3, { ...EFFECT, levels: 0, moves: [] }],
    ['applied', 1, EFFECT],
    // A complete count of which no row is good has changed what it does not name.
    ['applied', 3, EFFECT],
    ['rejected', 0, EFFECT],
    ['undone', 0, EFFECT],
  ] as const) {
    await database.query(
      `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state, row_count, refused_count, effect)
       VALUES (gen_random_uuid()::text, 'night.csv', 'RESET_INVENTORY', now(), $1, 3, $2, $3)`,
      [state, refused, effect],
    );
  }

  const words = '2 quantities, from 30 units to 5; 0 to zero';
  const { stdout } = await atp.run('import', 'list');
  const rows = stdout.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
  expect(rows.filter(([, id]) => id !== undefined && Number(id) > 0).map((row) => [row[2], row[8]])).toEqual([
    ['undone', `taken back: ${words}`],
    ['rejected', `would have been: ${words}`],
    ['applied', words],
    ['applied', words],
    ['refused', 'no quantity'],
  ]);
  expect((await atp.run('import', 'show', '1')).stdout).toContain('It is refused.');
  expect((await atp.run('import', 'show', '4')).stdout).toContain(`It would have changed ${words}.`);
  expect((await atp.run('import', 'show', '5')).stdout).toContain(
    `It had changed, and that is taken back: ${words}.`,
  );
  expect(await atp.json(['import', 'list', '--state', 'refused'])).toMatchObject([
    { importId: 1, state: 'applied', isRefused: true },
  ]);
  expect(await atp.json(['import', 'list', '--state', 'applied'])).toMatchObject([
    { importId: 3, isRefused: false },
    { importId: 2, isRefused: false },
  ]);
});
