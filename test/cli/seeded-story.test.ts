/** The seeded retailer, from its feed files to equal quantities on Shopify, by the commands a person types. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { seed, type SeedTarget } from '../../src/main/seed.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { Product } from '../../src/postgres/master-data/products.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { freshSftpRoot } from '../setup/fresh-sftp-root.ts';
import { freshTwin, type FreshTwin } from '../setup/fresh-twin.ts';
import { atpWith, type Atp } from './atp.ts';

let atp: Atp;
let target: SeedTarget;
let incoming: string;
let twin: FreshTwin['client'];

beforeAll(async () => {
  const { database, url } = await freshDatabase();
  const { address, namespace } = await freshNamespace();
  const { settings, folder } = await freshSftpRoot();
  const { client, shop, twin: server } = await freshTwin();
  const { host, port, username, root, privateKeyFile, hostKey } = settings;
  twin = client;
  incoming = join(folder, 'incoming');
  target = {
    database,
    fileDrop: fileDrop(settings),
    shop: { ...shop, facilityGroupId: 'FAC_GRP' },
    controlUrl: server.controlUrl,
    mapShop: createMapShop({ database, adminApi: (of) => openAdminApi(of) }),
  };
  atp = await atpWith({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    SFTP_URL: `sftp://${username}@${host}:${port}${root}`,
    SFTP_HOST_KEY: hostKey,
    ...(privateKeyFile !== null && { SFTP_PRIVATE_KEY_FILE: privateKeyFile }),
  });
  await seed(target);
  atp.start('worker');
});

test('the seeded retailer reaches Shopify, and example 1 is 75', async () => {
  expect(await readdir(incoming)).toEqual([
    'ORDER_ITEMS__02-open-orders.csv',
    'ORDER_ITEMS__02-open-orders.csv.sha256',
    'RESET_INVENTORY__01-opening-count.csv',
    'RESET_INVENTORY__01-opening-count.csv.sha256',
  ]);
  expect(await atp.json<Product[]>(['product', 'list'])).toHaveLength(12);
  expect(await atp.json(['verify', 'blue-shirts'], 3)).toMatchObject({ checked: 12 });

  expect(await atp.json(['job', 'run', 'import', '--wait'])).toMatchObject({
    workflowId: 'importInventory',
    status: 'COMPLETED',
    result: { files: [{ failed: 0 }, { failed: 0 }] },
  });
  expect(await atp.json(['explain', 'BLUE-SHIRT-M', '--group', 'FAC_GRP'])).toMatchObject({
    terms: {
      quantityOnHand: 100,
      reserved: 5,
      safetyStock: 5,
      threshold: 5,
      brokeringQueue: 5,
      excludedFacilitiesAtp: 5,
      floorAdjustment: 0,
    },
    onlineAtp: 75,
    lastPush: null,
  });

  expect(await atp.json(['job', 'run', 'hard-sync', '--wait'], 4)).toMatchObject({
    workflowId: 'hardSync/blue-shirts',
    result: { shopId: 'blue-shirts', fileSequence: null, plan: 1, heldForApproval: true },
  });
  const approval = ['lane', 'blue-shirts', 'approve', '1', '--reason', 'the shop is ours now'];
  expect(await atp.json(approval)).toMatchObject({ decided: { decision: 'approve', sequence: 1, rows: 12 } });
  expect(await atp.json(['job', 'run', 'process-uploads', '--wait'])).toMatchObject({
    status: 'COMPLETED',
    result: { laneState: 'idle' },
  });
  expect(await atp.json(['verify', 'blue-shirts'])).toMatchObject({ checked: 12, equal: 12, different: [] });
  expect((await twin.levels('BLUE-SHIRT-M')).map(({ available }) => available)).toEqual([75]);
  expect(await atp.json(['explain', 'BLUE-SHIRT-M', '--shop', 'blue-shirts'])).toMatchObject({
    lastPush: { fileSequence: 1, quantity: 75, observed: 100 },
  });
  expect((await atp.run('explain', 'BLUE-SHIRT-M')).stdout).toMatch(
    /Quantity on hand +100\n +− Reserved +5\n[^]*= Online ATP +75\n/,
  );
  expect(await atp.json(['lane', 'blue-shirts'])).toMatchObject({
    state: 'idle',
    files: [{ sequence: 1, kind: 'hard-sync', status: 'APPLIED', rows: 12, applied: 12 }],
  });
});

test('seeding again keeps what a person has changed', async () => {
  await atp.json(['product', 'set', 'BLUE-SHIRT-M', '--group', 'FAC_GRP', '--threshold', '9']);
  await atp.json(['group', 'remove', 'FAC_GRP', 'NEW_YORK']);

  await seed(target);

  expect(await atp.json(['product', 'list', '--sku', 'BLUE-SHIRT-M'])).toMatchObject([
    { thresholds: [{ facilityGroupId: 'FAC_GRP', threshold: 9 }] },
  ]);
  const facilities = await atp.json<{ facilityId: string; facilityGroupIds: string[] }[]>([
    'facility',
    'list',
  ]);
  expect(facilities.find(({ facilityId }) => facilityId === 'NEW_YORK')).toMatchObject({
    facilityGroupIds: [],
  });
  expect(await readdir(incoming)).toEqual([]);
});

test('import applies the good rows of a local file, and writes the others to an error file with their reasons', async () => {
  const file = join(atp.folder, 'count.csv');
  await writeFile(
    file,
    [
      'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty',
      'NEW_JERSEY_DC,,CANVAS-TOTE,SKU,,first count,N,40',
      'NEW_JERSEY_DC,,NO-SUCH-SKU,SKU,,first count,N,40',
    ].join('\n'),
  );
  const command = ['import', file, '--type', 'RESET_INVENTORY'];

  expect(await atp.json([...command, '--dry-run'], 4)).toMatchObject({ rows: 2, applied: 1, failed: 1 });
  expect(await atp.json(['explain', 'CANVAS-TOTE'])).toMatchObject({ onlineAtp: 0 });

  // A refused row is for a person, whichever way the file came.
  const report = await atp.json<{ errorFile: string }>(command, 4);
  expect(report).toMatchObject({ fileName: 'count.csv', rows: 2, applied: 1, failed: 1 });
  expect(report.errorFile).toContain('count.csv.errors.csv');
  expect(await atp.json(['explain', 'CANVAS-TOTE'])).toMatchObject({ onlineAtp: 40 });

  // A count says how things are: again, it says the same.
  expect(await atp.json(command, 4)).toMatchObject({ rows: 2, applied: 1, failed: 1 });
  expect(await atp.failure('import', file, '--type', 'PARTY_LIST')).toBe('FEED_TYPE_UNKNOWN 2');
  expect(await atp.failure('import', join(atp.folder, 'none.csv'), '--type', 'RESET_INVENTORY')).toBe(
    'INPUT_INVALID 2',
  );
});

test('two people who run the same job and wait get a run each, one after the other', async () => {
  // A whole store has left the group: that much to zero would be held otherwise.
  await atp.json(['shop', 'set', 'blue-shirts', '--collapse-limit', '1000']);
  const run = ['job', 'run', 'hard-sync', '--wait'];

  const runs = await Promise.all([
    atp.json<{ runId: string; result: { fileSequence: number } }>(run),
    atp.json<{ runId: string; result: { fileSequence: number } }>(run),
  ]);

  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(2);
  expect(new Set(runs.map(({ result }) => result.fileSequence)).size).toBe(2);
});

test('a job that the workflow refuses fails with the workflow’s own code', async () => {
  await target.database.query(`DELETE FROM shop_product`);

  expect(await atp.failure('job', 'run', 'hard-sync', '--wait')).toBe('SHOP_NOT_MAPPED 1');
});
