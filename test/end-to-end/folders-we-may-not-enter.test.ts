/** An SFTP server that lets us into some of its folders and not into others: that is told, and no other feed waits for it. */
import { chmod, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import { expect, test } from 'vitest';
import type { ImportResult } from '../../src/domain/jobs/import.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { opensshWith } from '../sftp/openssh.ts';
import { Installation } from './installation.ts';

const COUNT_HEADER = 'facilityId,idValue,resetByAtp,availableQty';

async function openShop(): Promise<Installation> {
  // Root may enter any folder.
  const sftp = await opensshWith(getuid?.() === 0 ? { username: 'nobody' } : {});
  await chmod(dirname(sftp.folder), 0o755);
  await chmod(sftp.folder, 0o777);
  await mkdir(join(sftp.folder, 'incoming'), { mode: 0o777 });
  await chmod(join(sftp.folder, 'incoming'), 0o777);
  const shop = await Installation.open(['BLUE-SHIRT'], { sftp });
  await shop.startWorker();
  return shop;
}

async function importCount(shop: Installation, name: string, units: number): Promise<ImportResult> {
  await shop.sendFeed(name, [COUNT_HEADER, `BROADWAY,BLUE-SHIRT,N,${units}`]);
  return (await shop.run({ job: 'import' })) as unknown as ImportResult;
}

async function makeClosedFolder(shop: Installation, path: string): Promise<void> {
  const folder = join(shop.sftpFolder, path);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o000);
  cleanUp(() => chmod(folder, 0o700));
}

test('folders in incoming/ that we may not list are told, and the feeds beside them are imported', async () => {
  const shop = await openShop();
  await makeClosedFolder(shop, 'incoming/lost+found');
  await makeClosedFolder(shop, 'incoming/tmp');
  await makeClosedFolder(shop, 'incoming/RESET_INVENTORY');

  const { files, untaken } = await importCount(shop, 'RESET_INVENTORY__0800.csv', 3);
  expect(files).toMatchObject([{ fileName: 'RESET_INVENTORY__0800.csv', applied: 1 }]);
  // What the file system has for itself is nobody's feed.
  expect(untaken?.toSorted()).toEqual(['RESET_INVENTORY/', 'tmp/']);
  const { json } = await shop.atp('doctor');
  const checks = json?.['checks'] as readonly { readonly code: string | null; readonly detail: string }[];
  const told = checks.find(({ code }) => code === 'FEED_UNTAKEN');
  expect(told?.detail).toContain('incoming/RESET_INVENTORY/');
});

test('an archive/ that we may not enter any more keeps no feed waiting', async () => {
  const shop = await openShop();
  expect((await importCount(shop, 'RESET_INVENTORY__0900.csv', 4)).files).toMatchObject([{ applied: 1 }]);
  // Whoever owns the folder: it is another one now.
  await rename(join(shop.sftpFolder, 'archive'), join(shop.sftpFolder, 'archive-before'));
  await makeClosedFolder(shop, 'archive');

  const { files } = await importCount(shop, 'RESET_INVENTORY__1000.csv', 5);
  expect(files).toMatchObject([{ applied: 1, notPutAway: { code: 'SFTP_UNREACHABLE' } }]);
});
