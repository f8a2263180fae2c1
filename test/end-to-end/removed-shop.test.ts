/** A shop is removed: emptied before, whoever dies meanwhile, and also when its Shopify does not answer any more. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { cleanUp } from '../setup/clean-up.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

const COUNTED = { 'BLUE-SHIRT': 6, 'RED-SHIRT': 4 };

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open([]);
  await shop.startWorker();
});

/** It sells. */
beforeEach(async () => {
  shop = await shop.startOver(Object.keys(COUNTED));
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', COUNTED);
  await shop.hardSync();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 6);
  await shop.processUploads();
});

test('a shop that is drained shows zero everywhere before it is forgotten, and its last orders still count', async () => {
  await shop.sellOnShopify('RED-SHIRT', 1);

  const removed = await shop.atp('shop', 'remove', SHOP, '--drain', '--yes');

  expect(removed.json).toMatchObject({
    drained: { sequence: 2, rows: 2 },
    stayOnSale: { products: 0, units: 0 },
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });
  expect((await shop.atp('shop', 'list')).json).toEqual([]);
  const imported = await shop.importLocally('ORDER_ITEMS__1.csv', [
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
    `O1,1,${SHOP},E1,RED-SHIRT,,1,0,,ITEM_APPROVED,2026-11-24T10:00:00Z`,
  ]);
  expect(imported).toMatchObject({ applied: 1, warnings: [{ code: 'ORDER_SHOP_REMOVED', rows: 1 }] });
});

test('a drain that Shopify does not let through keeps the shop, without any other file, until it is typed again', async () => {
  await shop.setLocationActive(false);

  const refused = await shop.atp('shop', 'remove', SHOP, '--drain', '--yes');
  expect(refused.stderr).toContain('SHOP_DRAINING');
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({
    state: 'blocked',
    files: [{}, { kind: 'drain', status: 'BLOCKED' }],
  });
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { 'BLUE-SHIRT': 9 });
  await expect(shop.recentChanges()).rejects.toThrow(/being emptied/);
  expect((await shop.atpText('shop', 'list')).stdout).toContain('(being emptied)');

  await shop.setLocationActive(true);
  await shop.decide({ decision: 'retry', sequence: 2 });
  expect((await shop.atp('shop', 'remove', SHOP, '--drain', '--yes')).json).toMatchObject({
    drained: { sequence: 2, rows: 2 },
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });
});

test('what Shopify does not take of a drain is sold on: the shop stays, and is drained again once that is mended', async () => {
  const track = (tracked: boolean) =>
    shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [{ sku: 'BLUE-SHIRT', tracked }]);
  await track(false);

  const refused = await shop.atp('shop', 'remove', SHOP, '--drain', '--yes');
  expect(refused.stderr).toContain('SHOP_NOT_DRAINED');
  expect(refused.stderr).toContain('1 product with 6 units to 0, which are sold on: BLUE-SHIRT');
  const { stdout } = await shop.atpText('lane', SHOP);
  expect(stdout).toContain('1 item with 6 units (BLUE-SHIRT) at');
  expect(stdout).toContain('may still be sold: file 2 has not sent them to 0');
  expect(stdout).toContain('BLUE-SHIRT: ITEM_NOT_TRACKED');

  await track(true);
  expect((await shop.atp('shop', 'remove', SHOP, '--drain', '--yes')).json).toMatchObject({
    drained: { sequence: 3, rows: 2 },
    stayOnSale: { products: 0, units: 0 },
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });
});

test('a drain that a person leaves out while it is waited for has emptied nothing: the shop stays, and is drained again', async () => {
  const hold = await shop.hold('ReadOnlineAtp');
  const removing = shop.atp('shop', 'remove', SHOP, '--drain', '--yes');
  await shop.waitForArrival(hold);
  expect((await shop.atp('lane', SHOP, 'hold', '--reason', 'not now')).exitCode).toBe(0);
  await shop.decide({ decision: 'skip', sequence: 2 });
  await shop.release(hold);

  expect((await removing).stderr).toMatch(/SHOP_DRAINING.*file 2, is SKIPPED/);
  expect((await shop.atp('shop', 'remove', SHOP, '--drain', '--yes')).json).toMatchObject({
    drained: { sequence: 3, rows: 2 },
  });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 0 });
});

test('an item that the location does not stock any more keeps no shop: nothing of it is sold there', async () => {
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/levels`, [
    { sku: 'BLUE-SHIRT', isActive: false },
  ]);

  expect((await shop.atp('shop', 'remove', SHOP, '--drain', '--yes')).json).toMatchObject({
    drained: { sequence: 2, rows: 2 },
    stayOnSale: { products: 0, units: 0 },
  });
});

test('a shop whose Shopify does not answer any more can be removed: its file is taken out of the run’s hands', async () => {
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { 'BLUE-SHIRT': 9 });
  const hold = await shop.hold('ReadOnlineAtp');
  await shop.recentChanges();
  await shop.waitForArrival(hold);

  const busy = await shop.atp('shop', 'remove', SHOP, '--yes');
  expect(busy.stderr).toContain('SHOP_BUSY');
  expect((await shop.atp('lane', SHOP, 'hold', '--reason', 'Shopify is gone')).exitCode).toBe(0);
  expect((await shop.atp('shop', 'remove', SHOP, '--yes')).json).toMatchObject({
    stayOnSale: { products: 2, units: 10 },
  });
  await shop.release(hold);
});

test('a shop is removed by force while a run waits for its Shopify; the run ends, and what it would have written is not', async () => {
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { 'BLUE-SHIRT': 9 });
  const hold = await shop.hold('ReadOnlineAtp');
  await shop.recentChanges();
  await shop.waitForArrival(hold);

  expect((await shop.atp('shop', 'remove', SHOP, '--yes')).stderr).toContain(
    `atp shop remove ${SHOP} --force --reason`,
  );
  expect((await shop.atp('shop', 'remove', SHOP, '--force', '--yes')).exitCode).toBe(2);
  const why = ['--force', '--reason', 'the store was closed'];
  expect((await shop.atp('shop', 'remove', SHOP, ...why, '--drain', '--yes')).exitCode).toBe(2);
  const removed = await shop.atp('shop', 'remove', SHOP, ...why, '--yes');
  expect(removed.json).toMatchObject({ drained: null, stayOnSale: { products: 2, units: 10 } });

  await shop.release(hold);
  const run = shop.temporal.client.workflow.getHandle(`processUploads/${SHOP}`);
  await shop.until(async () => (await run.describe()).status.name !== 'RUNNING');
  expect(await shop.readShown()).toMatchObject({ 'BLUE-SHIRT': 6 });
  const { acts } = (await shop.atp('audit', 'log', '--act', 'shop.remove', '--limit', '1')).json as {
    readonly acts: readonly object[];
  };
  expect(acts[0]).toMatchObject({ outcome: 'DONE', input: { reason: 'the store was closed' } });
});

test('doctor and verify of a shop whose Shopify takes the connection and never answers end with a code, and so does its removal', async () => {
  const blackHole = createServer(() => undefined).listen(0, '127.0.0.1');
  cleanUp(() => void blackHole.close());
  await once(blackHole, 'listening');
  const { port } = blackHole.address() as AddressInfo;
  await shop.database.query(`UPDATE shop SET admin_url = $1`, [`http://127.0.0.1:${port}/`]);
  const reached = once(blackHole, 'connection');
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { 'BLUE-SHIRT': 9 });
  await shop.recentChanges();
  await reached;

  const [doctor, verify] = await Promise.all([shop.atp('doctor'), shop.atp('verify', SHOP)]);

  expect(doctor.exitCode).toBe(1);
  expect(doctor.json?.['checks']).toContainEqual(
    expect.objectContaining({
      name: `${SHOP}: token`,
      ok: false,
      detail: expect.stringContaining('SHOPIFY_UNREACHABLE'),
    }),
  );
  expect(verify.exitCode).toBe(1);
  expect(verify.stderr).toContain('SHOPIFY_UNREACHABLE');
  expect(verify.stderr).toContain('no complete answer within 30 s');
  const removed = await shop.atp(
    'shop',
    'remove',
    SHOP,
    '--force',
    '--reason',
    'the store was closed',
    '--yes',
  );
  expect(removed.json).toMatchObject({ shopId: SHOP, stayOnSale: { products: 2 } });
});
