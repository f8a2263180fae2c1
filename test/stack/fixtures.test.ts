import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { listPendingMigrations } from '../../src/postgres/migrate.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot, sftpServers } from '../setup/fresh-sftp-root.ts';

test('two fresh databases are migrated and do not see each other', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  await one.database.query('CREATE TABLE only_here ()');
  expect(await listPendingMigrations(other.database)).toEqual([]);
  expect(await other.database.query("SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
});

test.for(await sftpServers())('a fresh SFTP root (%s) is empty but for incoming', async (choice) => {
  const { folder } = await freshSftpRoot(choice);
  expect(await readdir(folder)).toEqual(['incoming']);
  await writeFile(join(folder, 'incoming', 'a'), 'a');
});

test('a fresh namespace takes workflows with our search attributes', async () => {
  const { address, namespace } = await freshNamespace();
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  const { workflow } = new Client({ connection, namespace });
  await workflow.start('hardSync', {
    taskQueue: 'nobody',
    workflowId: 'hardSync/blue-shirts',
    searchAttributes: { ShopId: ['blue-shirts'], FileSequence: [7] },
  });
  await expect
    .poll(async () => (await workflow.count('ShopId = "blue-shirts" AND FileSequence = 7')).count)
    .toBe(1);
});
