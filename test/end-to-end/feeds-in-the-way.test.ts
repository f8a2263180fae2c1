/** Feeds that cannot be moved hold up no later feed; a feed that is still being sent does. */
import { appendFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { createImportActivities } from '../../activities/import-inventory.ts';
import type { ImportResult } from '../../src/domain/jobs/import.ts';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { fileDrop, type OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { openSourceDrops } from '../../src/sftp/source-drop.ts';
import { mapFailures } from '../../src/temporal/failure-mapping.ts';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { Retailer } from '../postgres/retailer.ts';
import { Installation } from './installation.ts';

interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
}

async function diagnoseFeeds(shop: Installation): Promise<DoctorCheck | undefined> {
  const checks = (await shop.atp('doctor')).json?.['checks'] as readonly DoctorCheck[];
  return checks.find(({ name }) => name === 'Feeds');
}

async function readOnHand(shop: Installation, sku: string): Promise<number | undefined> {
  const [row] = await shop.database.query<{ units: number }>(
    `SELECT quantity_on_hand AS units FROM product_facility WHERE product_id = $1 AND facility_id = 'BROADWAY'`,
    [sku],
  );
  return row?.units;
}

/** A file in the place of a folder: nothing can be moved into it, whoever the worker is. */
async function whileUnwritable(folder: string, work: () => Promise<void>): Promise<void> {
  await rename(folder, `${folder}-away`);
  await writeFile(folder, 'a file in the place of the folder');
  await work();
  await rm(folder);
  await rename(`${folder}-away`, folder);
}

test('feeds that cannot be moved are imported once, named by the run and by doctor, and moved by a later run', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  await shop.startWorker();
  const variance = (name: string, units: number) =>
    shop.importFeed(`MDM_INV_VARIANCE__${name}.csv`, [
      'idValue,facilityId,availableDelta',
      `BLUE-SHIRT,BROADWAY,${units}`,
    ]);
  await shop.importCount('RESET_INVENTORY__0700.csv', 'BROADWAY', { 'BLUE-SHIRT': 10 });
  expect(await diagnoseFeeds(shop)).toMatchObject({ ok: true });

  await whileUnwritable(join(shop.sftpFolder, 'error'), () =>
    whileUnwritable(join(shop.sftpFolder, 'archive'), async () => {
      await shop.sendFeed('NO_SUCH_TYPE__0800.csv', ['a', 'b']);
      expect(await variance('0900', -3)).toMatchObject({
        files: [
          { fileName: 'MDM_INV_VARIANCE__0900.csv', applied: 1, notPutAway: { code: 'SFTP_UNREACHABLE' } },
          {
            fileName: 'NO_SUCH_TYPE__0800.csv',
            error: { code: 'FEED_TYPE_UNKNOWN' },
            notPutAway: { code: 'SFTP_UNREACHABLE' },
          },
        ],
      });
      expect(await diagnoseFeeds(shop)).toMatchObject({
        ok: false,
        detail: expect.stringContaining('2 feeds done with cannot be moved to archive/ or error/') as string,
      });

      // Nothing of it is imported again, and a later feed goes through.
      expect(await variance('1000', -2)).toMatchObject({
        files: [{ fileName: 'MDM_INV_VARIANCE__1000.csv', applied: 1 }],
        stillNotPutAway: ['MDM_INV_VARIANCE__0900.csv', 'NO_SUCH_TYPE__0800.csv'],
      });
      expect(await readOnHand(shop, 'BLUE-SHIRT')).toBe(5);
    }),
  );

  expect(await shop.run({ job: 'import' })).toEqual({ files: [] });
  expect(await readOnHand(shop, 'BLUE-SHIRT')).toBe(5);
  expect(await shop.filesIn('incoming')).toEqual([]);
  expect(await shop.filesIn('archive')).toEqual(
    expect.arrayContaining(['MDM_INV_VARIANCE__0900.csv', 'MDM_INV_VARIANCE__1000.csv']),
  );
  expect(await shop.filesIn('error')).toEqual([
    'NO_SUCH_TYPE__0800.csv',
    'NO_SUCH_TYPE__0800.csv.errors.csv',
  ]);
  expect(await diagnoseFeeds(shop)).toMatchObject({ ok: true });
});

test('a count that is still being sent is not overtaken by the variance after it', async () => {
  const [{ database }, { address, namespace }, sftp] = await Promise.all([
    freshDatabase(),
    freshNamespace(),
    freshSftpRoot(),
  ]);
  await Retailer.open(database, ['SHIRT', 'SOCKS']);
  const incoming = join(sftp.folder, 'incoming');
  await mkdir(incoming, { recursive: true });
  const count = join(incoming, 'RESET_INVENTORY__0800.csv');
  await writeFile(count, 'facilityId,idValue,resetByAtp,availableQty\nBROADWAY,SOCKS,N,20\n');
  const variance = join(incoming, 'MDM_INV_VARIANCE__0900.csv');
  await writeFile(variance, 'idValue,availableDelta,facilityId,reasonEnumId\nSHIRT,-3,BROADWAY,DAMAGED\n');
  const elsewhere = join(incoming, 'ORDER_WATERMARK', '0930.csv');
  await mkdir(dirname(elsewhere));
  await writeFile(elsewhere, 'shopId,completeUntil\n');
  // They stand still for an hour, as far as anybody can see.
  const written = new Date(Date.now() - 3_600_000);
  for (const path of [count, variance, elsewhere]) await utimes(path, written, written);
  const open = fileDrop(sftp.settings);
  let isComplete = false;
  /** The sender goes on when the count was read for the first time. */
  const whileItIsSent: OpenFileDrop = (work) =>
    open((drop) =>
      work({
        ...drop,
        async download(path, localPath) {
          const read = await drop.download(path, localPath);
          if (path.endsWith('0800.csv') && !isComplete) {
            isComplete = true;
            await appendFile(join(sftp.folder, path), 'BROADWAY,SHIRT,N,10\n');
          }
          return read;
        },
      }),
    );
  const activities = createImportActivities({
    database,
    sourceDrop: openSourceDrops({ environment: process.env }),
    fileDrop: whileItIsSent,
    diary: () => undefined,
  });
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflows(),
    activities,
    interceptors: { activity: [() => ({ inbound: mapFailures(() => undefined) })] },
  });
  const run = (workflowId: string): Promise<ImportResult> =>
    client.workflow.execute('importInventory', { workflowId, taskQueue: TASK_QUEUE, args: [{}] });

  const settled = () =>
    database.query(`UPDATE waiting_feed SET still_since = still_since - interval '1 hour'`);
  const runs = await worker.runUntil(async () => {
    const first = await run('run 1');
    // What it saw of the feed after it had changed, it saw an hour ago.
    await new MockActivityEnvironment().run(activities.listFeeds, {});
    await settled();
    return [first, await run('run 2')];
  });

  // In another folder nothing waits for it.
  expect(runs[0]?.files).toMatchObject([
    { error: { code: 'FEED_UNSETTLED' } },
    { fileName: '0930.csv', rows: 0 },
  ]);
  expect(runs[1]?.files).toMatchObject([{ applied: 2 }, { applied: 1 }]);
  const levels = await database.query(
    `SELECT product_id AS sku, quantity_on_hand AS units FROM product_facility
     WHERE facility_id = 'BROADWAY' ORDER BY 1`,
  );
  expect(levels).toEqual([
    { sku: 'SHIRT', units: 7 },
    { sku: 'SOCKS', units: 20 },
  ]);
  await client.connection.close();
  await connection.close();
});
