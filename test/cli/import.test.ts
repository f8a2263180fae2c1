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
