/** Clean up, by a worker: old records and old files go, and a Hard Sync has nothing to do with it. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NEWEST_FILES_KEPT, SFTP_FILES_KEPT_DAYS } from '../../src/domain/limits.ts';
import { Installation } from './installation.ts';

const DAY_MS = 24 * 60 * 60_000;

test('Clean up removes what was kept long enough, from the database and from SFTP', async () => {
  const shop = await Installation.open(['SHIRT']);
  const { database } = shop;
  await shop.startWorker();
  await shop.hardSync();
  const old = Array.from({ length: NEWEST_FILES_KEPT + 4 }, (_, at) => `RESET_INVENTORY__${1000 + at}.csv`);
  await mkdir(join(shop.sftpFolder, 'error/a/b'), { recursive: true });
  for (const [at, name] of old.entries()) {
    const path = join(shop.sftpFolder, 'error/a/b', name);
    await writeFile(path, 'idValue\n');
    const seconds = (Date.now() - (SFTP_FILES_KEPT_DAYS + 1) * DAY_MS) / 1000 + at;
    await utimes(path, seconds, seconds);
  }
  // Two were filed today, with the time that their sender has given them.
  await database.query(
    `INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count, filed_at, filed_as)
     VALUES ('today', 'a', 'RESET_INVENTORY', 1, 1, 0, now(), $1)`,
    [`error/a/b/${old[0]}`],
  );
  await writeFile(join(shop.sftpFolder, `error/a/b/${old[1]}.errors.csv`), 'row\n');
  await database.query(`INSERT INTO change_log (txid, product_id) VALUES ('3', 'SHIRT')`);
  await shop.hardSync();
  expect(await database.query(`SELECT FROM change_log WHERE txid = '3'`)).toHaveLength(1);

  const result = await shop.run({ job: 'clean-up' });

  expect(result).toMatchObject({ filesOnSftp: 4, refusedOnSftp: 0, isMoreOnSftp: false });
  expect(await database.query(`SELECT FROM change_log WHERE txid = '3'`)).toEqual([]);
  expect(await shop.filesIn('error/a/b')).toEqual([old[0], old[1], `${old[1]}.errors.csv`, ...old.slice(6)]);
  expect(await shop.run({ job: 'clean-up' })).toMatchObject({ filesOnSftp: 0 });
});
