/** A quantity's whole way: feed file → ledger → numbered file on SFTP → Shopify → read back. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT', 'SOCKS']);
  await shop.startWorker();
});

test('100 units on hand become 75 on Shopify, as in the worked example', async () => {
  const settings = [
    ['product', 'set', 'BLUE-SHIRT', '--facility', 'BROADWAY', '--safety-stock', '5'],
    ['product', 'set', 'BLUE-SHIRT', '--group', 'FAC_GRP', '--threshold', '5'],
  ];
  for (const command of settings) expect(await shop.atp(...command)).toMatchObject({ exitCode: 0 });
  const imported = await shop.importCount('RESET_INVENTORY__broadway.csv', 'BROADWAY', {
    'BLUE-SHIRT': 95,
    'RED-SHIRT': 12,
  });
  expect(imported).toEqual({
    files: [{ fileName: 'RESET_INVENTORY__broadway.csv', rows: 2, applied: 2, failed: 0 }],
  });
  await shop.count('RESET_INVENTORY__outlet.csv', 'OUTLET', { 'BLUE-SHIRT': 5 });
  await shop.importFeed('ORDER_ITEMS__morning.csv', [
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
    '10001,01,,,BLUE-SHIRT,SKU,5,0,BROADWAY,ITEM_APPROVED,2026-06-01T10:00:00Z',
    '10002,01,,,BLUE-SHIRT,SKU,6,1,,ITEM_CREATED,2026-06-01T10:05:00Z',
  ]);

  const { json } = await shop.atp('explain', 'BLUE-SHIRT', '--group', 'FAC_GRP', '--shop', SHOP);
  expect(json).toMatchObject({
    sku: 'BLUE-SHIRT',
    facilityGroupId: 'FAC_GRP',
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

  const sync = await shop.hardSync();
  const fileName = String(sync['fileName']);
  expect(sync).toMatchObject({
    shopId: SHOP,
    facilityGroupId: 'FAC_GRP',
    fileSequence: 1,
    rows: 3,
    toZero: 1,
    heldForApproval: false,
  });
  expect(fileName).toMatch(/^000000000001-hard-sync-\d{8}T\d{6}Z\.csv$/);
  await shop.processUploads();

  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 75, 'RED-SHIRT': 12, SOCKS: 0 });
  expect(await shop.verify()).toMatchObject({ checked: 3, equal: 3, different: [], differentCount: 0 });
  const after = await shop.atp('explain', 'BLUE-SHIRT', '--group', 'FAC_GRP', '--shop', SHOP);
  expect(after.json).toMatchObject({ lastPush: { fileSequence: 1, quantity: 75, observed: 0 } });
});

test('an applied file lies in the archive, sorted, what is sold out first, with its checksum beside it', async () => {
  expect(await shop.filesIn(`outgoing/${SHOP}`)).toEqual([]);
  const [name = '', sum = ''] = await shop.filesIn(`archive/${SHOP}`);

  const bytes = await readFile(join(shop.sftpFolder, 'archive', SHOP, name));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [header, ...rows] = bytes.toString().trimEnd().split('\n');
  expect(header).toBe('product_id,sku,inventory_item_id,location_id,online_atp');
  expect(rows.map((row) => row.split(',')[1])).toEqual(['SOCKS', 'BLUE-SHIRT', 'RED-SHIRT']);
  expect(await readFile(join(shop.sftpFolder, 'archive', SHOP, sum), 'utf8')).toBe(`${sha256}  ${name}\n`);
});

test('a loss, a return and a setting travel with one delta, and nothing else does', async () => {
  await shop.importFeed('MDM_INV_VARIANCE__noon.csv', [
    'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId',
    'RED-SHIRT,SKU,-2,BROADWAY,,,VAR_DAMAGED',
    'RED-SHIRT,SKU,1,BROADWAY,,,RTN_ITM_RCPT',
    'SOCKS,SKU,4,WAREHOUSE,,,',
  ]);
  await shop.atp('product', 'set', 'SOCKS', '--facility', 'WAREHOUSE', '--safety-stock', '1');

  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2, rows: 2 });
  await shop.processUploads();

  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 75, 'RED-SHIRT': 11, SOCKS: 3 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: null, fileName: null, rows: 0 });
});

test('a facility that leaves the group takes its stock off Shopify, and brings it back when it joins again', async () => {
  await shop.atp('group', 'remove', 'FAC_GRP', 'BROADWAY');
  await shop.recentChanges();
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0, SOCKS: 3 });

  await shop.atp('group', 'add', 'FAC_GRP', 'BROADWAY');
  await shop.recentChanges();
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 75, 'RED-SHIRT': 11, SOCKS: 3 });
});

test('verification goes on after a page that Shopify has throttled', async () => {
  await shop.twin.control('POST', '/faults', { kind: 'throttled', operation: 'ReadOnlineAtp', times: 1 });

  expect(await shop.verify()).toMatchObject({ checked: 3, equal: 3 });
});

test('verification names the cause of a difference, and heals what a file can mend', async () => {
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'SOCKS', available: 99 },
  ]);
  await shop.count('RESET_INVENTORY__evening.csv', 'BROADWAY', { 'RED-SHIRT': 20 });

  const found = await shop.atp('verify', SHOP);
  expect(found).toMatchObject({
    exitCode: 3,
    json: {
      checked: 3,
      equal: 1,
      different: [
        { sku: 'RED-SHIRT', onlineAtp: 20, shopify: 11, cause: 'CHANGE_NOT_PUBLISHED' },
        { sku: 'SOCKS', onlineAtp: 3, shopify: 99, cause: 'CHANGED_ON_SHOPIFY' },
      ],
    },
  });
  await shop.atp('verify', SHOP, '--heal');
  await shop.recentChanges();
  await shop.processUploads();

  expect(await shop.atp('verify', SHOP)).toMatchObject({
    exitCode: 0,
    json: { equal: 3, differentCount: 0 },
  });
});
