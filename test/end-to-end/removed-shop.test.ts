/** A shop is removed: emptied before, whoever dies meanwhile, and also when its Shopify does not answer any more. */
import { expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

const COUNTED = { 'BLUE-SHIRT': 6, 'RED-SHIRT': 4 };

async function openSelling(): Promise<Installation> {
  const shop = await Installation.open(Object.keys(COUNTED));
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', COUNTED);
  await shop.hardSync();
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 6);
  await shop.processUploads();
  return shop;
}

test('a shop that is drained shows zero everywhere before it is forgotten, and its last orders still count', async () => {
  const shop = await openSelling();
  await shop.sellOnShopify('RED-SHIRT', 1);

  const removed = await shop.atp('shop', 'remove', SHOP, '--drain', '--yes');

  expect(removed.json).toMatchObject({
    drained: { sequence: 2, rows: 2, notDrained: 0 },
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
  const shop = await openSelling();
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

test('a shop whose Shopify does not answer any more can be removed: its file is taken out of the run’s hands', async () => {
  const shop = await openSelling();
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { 'BLUE-SHIRT': 9 });
  const hold = await shop.hold('ReadOnlineAtp');
  await shop.recentChanges();
  await shop.waitForArrival(hold);

  const busy = await shop.atp('shop', 'remove', SHOP, '--yes');
  expect(busy.stderr).toContain('SHOP_BUSY');
  expect(busy.stderr).toContain(`atp lane ${SHOP} hold --reason`);

  expect((await shop.atp('lane', SHOP, 'hold', '--reason', 'Shopify is gone')).exitCode).toBe(0);
  expect((await shop.atp('shop', 'remove', SHOP, '--yes')).json).toMatchObject({
    stayOnSale: { products: 2, units: 10 },
  });
  await shop.release(hold);
});
