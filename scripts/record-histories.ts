/**
 * Records a history of every workflow, happy and unhappy, from runs on a real stack: test/replay replays them against
 * the code of today. For a new workflow, record its own histories only. Record all of them again only when a workflow
 * changes on purpose; runs of the old code that are still open then need a version marker, or must end first
 * (CONTRIBUTING.md, "Changing a workflow").
 *
 *     node scripts/record-histories.ts <name> …   these; the others stay as they are
 *     node scripts/record-histories.ts --all      all of them
 */
import { PAGES_PER_WINDOW, ROWS_PER_CALL } from '../src/domain/limits.ts';
import { LIVE_WORKFLOW } from '../src/domain/workflow-names.ts';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dropFeed } from '../src/main/drop-feed.ts';
import { createMapShop } from '../src/operations/map-shop.ts';
import { seed } from '../src/main/seed.ts';
import { testMessage } from '../src/domain/alert-message.ts';
import { addTarget } from '../src/postgres/alerts/targets.ts';
import type { Database } from '../src/postgres/database.ts';
import { fileDrop, type OpenFileDrop } from '../src/sftp/file-drop.ts';
import { openAdminApi } from '../src/shopify/admin-api.ts';
import type { StackAddresses } from '../src/stand-ins/stack.ts';
import { onOwnStack } from './bench/own-stack.ts';
import { HISTORIES, Recorder, SHOP, until } from './history-recorder.ts';

const { values, positionals: only } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});

async function recordAll(recorder: Recorder, stack: StackAddresses, database: Database, drop: OpenFileDrop) {
  const { controlUrl, domain } = stack.shopify;
  await recordDelivery(recorder, database);
  await recorder.record('hard-sync-of-an-unknown-shop', 'hardSync', { shopId: 'red-shirts' });
  await recorder.record('input-invalid', 'hardSync', 'blue-shirts');
  await recorder.record('recent-changes-before-hard-sync', 'uploadRecentChanges', SHOP);
  await recorder.record('import', 'importInventory', {});
  await recorder.record('import-nothing', 'importInventory', {});
  await recorder.record('hard-sync-held', 'hardSync', SHOP);
  await recorder.decide('decide-lane-refused', { decision: 'approve', plan: 9, reason: 'mistyped' });
  await recorder.decide('decide-lane-approve', { decision: 'approve', plan: 1, reason: 'looked at' });
  await until(database, `NOT EXISTS (SELECT FROM upload_file WHERE state <> 'APPLIED')`);
  await recorder.lane().result();
  await recorder.write('process-uploads', recorder.lane());
  await recorder.record('hard-sync', 'hardSync', SHOP);
  await until(database, `NOT EXISTS (SELECT FROM upload_file WHERE state <> 'APPLIED')`);
  await recorder.lane().result();
  await recorder.record('process-uploads-nothing', 'processUploads', SHOP);
  await recorder.record('verify', 'verifyShop', SHOP);
  await recorder.record('clean-up', 'cleanUp', {});
  await recorder.record('clean-up-of-an-unknown-field', 'cleanUp', { days: 7 });
  await recorder.record('recent-changes-nothing', 'uploadRecentChanges', SHOP);
  await recorder.follow('follow-changes', database);
  await recorder.followNobody('follow-changes-not-live');
  await recorder.record('follow-changes-of-no-shop', LIVE_WORKFLOW, {});
  await recorder.record('map-shop', 'mapShop', SHOP);
  await recorder.record('map-shop-unknown', 'mapShop', { shopId: 'red-shirts' });

  await drop((files) =>
    dropFeed(files, {
      name: 'MDM_INV_VARIANCE__faults.csv',
      text: 'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId\nBLUE-SHIRT-M,SKU,-2,NEW_YORK,,\nNO-SUCH,SKU,1,NEW_YORK,,\n',
    }),
  );
  await recorder.record('import-with-refused-rows', 'importInventory', {});
  await recorder.record('verify-with-differences', 'verifyShop', { ...SHOP, sample: 12, heal: true });

  // The location is deactivated: the next file is blocked, and blocks its lane.
  const atShopify = (what: 'locations' | 'items', change: object) =>
    fetch(`${controlUrl}/shops/${domain}/${what}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([change]),
    });
  await atShopify('locations', { id: stack.shopify.locationId, isActive: false });
  await recorder.record('recent-changes', 'uploadRecentChanges', SHOP);
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'BLOCKED')`);
  await recorder.lane().result();
  await recorder.write('process-uploads-blocking', recorder.lane());
  await recorder.record('process-uploads-blocked', 'processUploads', SHOP);
  await recorder.decide('decide-lane-rewrite', { decision: 'rewrite', sequence: 3, reason: 'edited' });
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'BLOCKED')`);
  await recorder.decide('decide-lane-skip', { decision: 'skip', sequence: 3 });
  await recorder.record('decide-lane-without-decision', 'decideLane', SHOP);

  // Shopify does not track this item: its row is quarantined, and tried again.
  await atShopify('locations', { id: stack.shopify.locationId, isActive: true });
  await atShopify('items', { sku: 'BLUE-SHIRT-M', tracked: false });
  await recorder.record('recent-changes-owed', 'uploadRecentChanges', SHOP);
  await until(database, `EXISTS (SELECT FROM upload_file WHERE state = 'PARTIAL')`);
  await recorder.lane().result();
  await recorder.write('process-uploads-with-a-quarantined-row', recorder.lane());

  // A person has paused the lane.
  await database.query(`UPDATE lane SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stock-take'`);
  await recorder.record('process-uploads-paused', 'processUploads', SHOP);
  await database.query('UPDATE lane SET paused_at = NULL, paused_by = NULL, pause_reason = NULL');

  // Whoever finds that the database was restored starts the Hard Sync, and it heals the shop.
  for (const [name, type] of [
    ['process-uploads-after-restore', 'processUploads'],
    ['recent-changes-after-restore', 'uploadRecentChanges'],
  ] as const) {
    await database.query(`UPDATE shop_origin SET restored_reason = 'the database was restored'`);
    await database.query('UPDATE lane SET hard_sync_started_at = NULL');
    await recorder.record(name, type, SHOP);
    await until(
      database,
      `NOT EXISTS (SELECT FROM shop_origin WHERE restored_reason IS NOT NULL)
       AND NOT EXISTS (SELECT FROM upload_file WHERE state IN ('WRITING', 'READY', 'APPLYING'))`,
    );
    await recorder.lane().result();
  }

  // Nearly every product would go to zero and is held; the product that still sells gets its file all the same.
  await database.query('UPDATE facility_group SET default_threshold = 10000');
  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, 'NEW_YORK', -1, 0, 'POS_SALE', 'recording' FROM product WHERE sku = 'WHITE-SHIRT-M'`,
  );
  await recorder.record('recent-changes-partly-held', 'uploadRecentChanges', SHOP);
  await recordTroubles(recorder, stack, database, drop);
  await recordGoingFirst(recorder, stack, database);
}

/** Messages for a target that accepts them, and for one that nobody can tell any more. */
async function recordDelivery(recorder: Recorder, database: Database) {
  await recorder.record('deliver-alerts-nothing', 'deliverAlerts', {});
  const folder = await mkdtemp(join(tmpdir(), 'atp-receiver-'));
  await writeFile(join(folder, 'secret'), 'a-key-of-the-recording');
  const receiver = createServer((request, response) => {
    response.writeHead(request.url === '/accepts' ? 204 : 503).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const { port } = receiver.address() as AddressInfo;
  for (const [history, path] of [
    ['deliver-alerts', 'accepts'],
    ['deliver-alerts-given-up', 'refuses'],
  ] as const) {
    await addTarget(database, {
      name: path,
      kind: 'webhook',
      address: `http://127.0.0.1:${port}/${path}`,
      sender: null,
      secretRef: `file:${join(folder, 'secret')}`,
      minSeverity: 'warning',
      remindEveryMs: 4 * 60 * 60_000,
    });
    await database.query(
      `INSERT INTO alert_message (id, target, phase, message, made_at, next_try_at)
       SELECT $2, $1, 'began', $3, at, at FROM (SELECT now() - interval '25 hours' AS at) AS yesterday`,
      [path, randomUUID(), JSON.stringify(testMessage(randomUUID(), new Date()))],
    );
    await recorder.record(history, 'deliverAlerts', {});
  }
  receiver.close();
  await rm(folder, { recursive: true });
}

/** Services that are away for longer than a step is tried: some minutes each. */
async function recordTroubles(
  recorder: Recorder,
  stack: StackAddresses,
  database: Database,
  drop: OpenFileDrop,
) {
  const { controlUrl } = stack.shopify;
  const root = stack.sftp.root;
  const whileUnwritable = async (folder: string, work: () => Promise<void>) => {
    await rename(join(root, folder), join(root, `${folder}-away`));
    await writeFile(join(root, folder), 'a file in the place of the folder');
    await work();
    await rm(join(root, folder));
    await rename(join(root, `${folder}-away`), join(root, folder));
  };

  await fetch(`${controlUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'ReadOnlineAtp', kind: 'http-500-before', times: 1_000 }),
  });
  await database.query('UPDATE facility_group SET default_threshold = 0');
  await recorder.record('recent-changes-while-shopify-is-away', 'uploadRecentChanges', SHOP);
  await recorder.lane().result();
  await recorder.write('process-uploads-while-shopify-is-away', recorder.lane());
  await fetch(`${controlUrl}/faults`, { method: 'DELETE' });
  await recorder.decide('decide-lane-hold', { decision: 'hold', reason: 'look at it first' });
  await recorder.lane().result();
  await recorder.decide('decide-lane-retry', { decision: 'retry', sequence: await lastSequence(database) });
  await recorder.lane().result();

  await whileUnwritable('archive', async () => {
    await drop((files) =>
      dropFeed(files, {
        name: 'MDM_INV_VARIANCE__left.csv',
        text: 'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId\nBLUE-SHIRT-M,SKU,-1,NEW_YORK,,\n',
      }),
    );
    await recorder.record('import-without-archive', 'importInventory', {});
    await recorder.record('import-of-feeds-left', 'importInventory', {});
    await recorder.record('recent-changes-without-archive', 'uploadRecentChanges', SHOP);
    await recorder.lane().result();
    await recorder.write('process-uploads-without-archive', recorder.lane());
  });

  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, 'NEW_YORK', -1, 0, 'POS_SALE', 'recording' FROM product WHERE sku = 'WHITE-SHIRT-M'`,
  );
  await whileUnwritable(`outgoing/${SHOP.shopId}`, async () => {
    await recorder.record('recent-changes-not-published', 'uploadRecentChanges', SHOP);
    await recorder.lane().result();
    await recorder.write('process-uploads-while-sftp-is-away', recorder.lane());
  });
  await recorder.record('process-uploads-tried-again', 'processUploads', SHOP);
}

/** A Hard Sync of two windows, and a delta that goes before the second. */
async function recordGoingFirst(recorder: Recorder, { shopify }: StackAddresses, database: Database) {
  const skus = Array.from({ length: PAGES_PER_WINDOW * ROWS_PER_CALL }, (_, index) => `SOCK-${index}`);
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${shopify.controlUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  await control(
    'POST',
    `/shops/${shopify.domain}/products`,
    skus.map((sku) => ({ sku, title: sku })),
  );
  await database.query(
    'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
    [skus],
  );
  await createMapShop({ database, adminApi: (shop) => openAdminApi(shop) })(SHOP.shopId);
  const { id } = (await control('POST', '/holds', { operation: 'ReadOnlineAtp' })) as { id: string };
  await recorder.run('hardSync');
  await control('GET', `/holds/${id}?arrived`);
  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ($1, 'NEW_YORK', 5, 0, 'POS_SALE', 'recording')`,
    [skus.at(-1)],
  );
  await recorder.run('uploadRecentChanges');
  await control('DELETE', `/holds/${id}`);
  await recorder.lane().result();
  await recorder.write('process-uploads-with-a-delta-that-goes-first', recorder.lane());
}

async function lastSequence(database: Database): Promise<number> {
  const [row] = await database.query<{ sequence: number }>(
    'SELECT max(sequence) AS sequence FROM upload_file',
  );
  if (!row) throw new Error('There is no file.');
  return row.sequence;
}

const isNamed = only.length > 0;
if (values.all === isNamed) throw new Error('Name the histories, or give --all.');
if (values.all) rmSync(HISTORIES, { recursive: true, force: true });
mkdirSync(HISTORIES, { recursive: true });
await onOwnStack(
  async ({ addresses, database, temporal, worker }) => {
    const { shopify, sftp } = addresses;
    const drop = fileDrop({ ...sftp, password: null });
    await seed({
      database,
      fileDrop: drop,
      controlUrl: shopify.controlUrl,
      mapShop: createMapShop({ database, adminApi: (shop) => openAdminApi(shop) }),
      shop: { ...shopify, facilityGroupId: 'FAC_GRP', apiVersion: '2026-10' },
    });
    await worker.start();
    const recorder = new Recorder(temporal, only);
    await recordAll(recorder, addresses, database, drop);
    recorder.refuseUnknown();
  },
  { durable: false },
);
