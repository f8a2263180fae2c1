/** A product leaves an item of Shopify: nothing of what we have put on sale there stays on sale. */
import { beforeAll, expect, test } from 'vitest';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['SHIRT', 'SOCKS', 'HAT', 'SCARF']);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { SHIRT: 5, SOCKS: 7, HAT: 9, SCARF: 3 });
  await shop.hardSync();
  await shop.processUploads();
});

/** On Shopify the SKU is on another variant from now on: the one that had it is called otherwise. */
async function moveSku(sku: string, newSku: string | null): Promise<void> {
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [{ sku, newSku }]);
}

/** What `atp shop map` does, the next delta, and its files. */
async function syncAfterMapping(): Promise<Record<string, unknown>> {
  await createMapShop({ database: shop.database, adminApi: openAdminApi })(SHOP);
  const result = await shop.recentChanges();
  await shop.processUploads();
  return result;
}

test('a product that gets another item, twice, is on sale at the last one only', async () => {
  await moveSku('SHIRT', 'FIRST-SHIRT');
  await shop.twin.seed([{ sku: 'SHIRT', title: 'the second shirt' }]);
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ 'FIRST-SHIRT': 0, SHIRT: 5 });

  await moveSku('SHIRT', 'SECOND-SHIRT');
  await shop.twin.seed([{ sku: 'SHIRT', title: 'the third shirt' }]);
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ 'FIRST-SHIRT': 0, 'SECOND-SHIRT': 0, SHIRT: 5 });
});

test('units that the item before has sold are kept back at the new one until their orders are imported', async () => {
  await shop.sellOnShopify('SOCKS', 2);
  await moveSku('SOCKS', 'OLD-SOCKS');
  await shop.twin.seed([{ sku: 'SOCKS', title: 'the new socks' }]);
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ 'OLD-SOCKS': 0, SOCKS: 5 });
});

test('a product whose SKU is gone from Shopify goes to zero there, and comes back with its SKU', async () => {
  await moveSku('HAT', 'NO-HAT');
  const result = await syncAfterMapping();
  expect(result).toMatchObject({ rows: 1, toZero: 1, fileName: expect.stringContaining('drain') as string });
  expect(await shop.readShown()).toMatchObject({ 'NO-HAT': 0 });
  expect(await syncAfterMapping()).toMatchObject({ fileSequence: null });

  await moveSku('NO-HAT', 'HAT');
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ HAT: 9 });
});

test('a second variant with the SKU of a product takes nothing from sale, and the first one goes on', async () => {
  await shop.twin.seed([{ sku: 'SCARF', title: 'a namesake' }]);
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', { SCARF: 2 });
  await syncAfterMapping();
  const scarfs = (await shop.twin.levels('SCARF')).map(({ available }) => available);
  expect(scarfs).toEqual([2, 0]);
});

test('an item that goes to another product and then to none, without a file in between, goes to zero', async () => {
  await shop.atp('product', 'add', 'COAT', '--sku', 'COAT');
  await moveSku('HAT', 'COAT');
  await createMapShop({ database: shop.database, adminApi: openAdminApi })(SHOP);
  await moveSku('COAT', 'NO-COAT');
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ 'NO-COAT': 0 });

  await moveSku('NO-COAT', 'HAT');
  await syncAfterMapping();
  expect(await shop.readShown()).toMatchObject({ HAT: 9 });
});

test('a drain that a person leaves out is told until somebody drains it, and then nothing of it is on sale', async () => {
  await shop.atp('lane', SHOP, 'pause', '--reason', 'a look first');
  await moveSku('HAT', 'HAT-OF-OTHERS');
  await createMapShop({ database: shop.database, adminApi: openAdminApi })(SHOP);
  const { fileSequence: drain } = await shop.recentChanges();
  await shop.decide({ decision: 'hold', sequence: drain, reason: 'not now' });
  await shop.decide({ decision: 'skip', sequence: drain });
  await shop.atp('lane', SHOP, 'resume');
  await shop.processUploads();
  expect(await shop.readShown()).toMatchObject({ 'HAT-OF-OTHERS': 9 });
  const { stdout } = await shop.atpText('lane', SHOP);
  expect(stdout).toContain('1 item with 9 units (HAT) at');
  expect(stdout).toContain(`file ${String(drain)} has not sent them to 0. \`atp shop drain ${SHOP}\``);

  expect((await shop.atp('shop', 'drain', SHOP, '--yes')).json).toMatchObject({ drains: [{ rows: 1 }] });
  await shop.until(async () => (await shop.readShown())['HAT-OF-OTHERS'] === 0);
  await shop.processUploads();
  expect((await shop.atpText('shop', 'drain', SHOP)).stdout).toContain('have left nothing on sale');
});

test('a catalogue that loses many SKUs at once empties nothing before a person says so', async () => {
  await shop.atp('shop', 'set', SHOP, '--collapse-limit', '20');
  await moveSku('SOCKS', 'SOCKS-OF-OTHERS');
  await moveSku('SHIRT', 'SHIRT-OF-OTHERS');
  expect(await syncAfterMapping()).toMatchObject({ fileSequence: null });
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({ left: [{ state: 'WITHHELD', items: 2 }] });

  // One of them comes back, the other one is somebody else's.
  await moveSku('SOCKS-OF-OTHERS', 'SOCKS');
  await syncAfterMapping();
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({ left: [{ items: 1, skus: ['SHIRT'] }] });
  const dismissed = ['--dismiss', '--reason', 'sold by the outlet now', '--yes'];
  expect((await shop.atp('shop', 'drain', SHOP, ...dismissed)).json).toMatchObject({ dismissed: 1 });
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({ left: [] });
  const shown = await shop.readShown();
  expect(shown).toMatchObject({ 'SHIRT-OF-OTHERS': 5 });
  expect(shown['SOCKS']).toBeGreaterThan(0);
});
