/** What Shopify sells of variants that no product is mapped to: a verification finds it, and it is told once, by one name. */
import { beforeAll, expect, test } from 'vitest';
import { readUnmanaged } from '../../activities/read-unmanaged.ts';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { UnmanagedStock } from '../../src/domain/unmanaged-stock.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Retailer } from '../postgres/retailer.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open(['SHIRT', 'HAT']);
  await shop.startWorker();
  await scheduleNeededJobs(shop);
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', { SHIRT: 5, HAT: 9 });
  await shop.hardSync();
  await shop.processUploads();
});

async function renameSku(sku: string, newSku: string): Promise<void> {
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/items`, [{ sku, newSku }]);
}

const map = () => createMapShop({ database: shop.database, adminApi: openAdminApi })(SHOP);

async function verifyUnmanaged(): Promise<UnmanagedStock> {
  return (await shop.verify())['unmanaged'] as UnmanagedStock;
}

interface Told {
  readonly code: string | null;
  readonly detail: string;
  readonly since: string | null;
}

/** What doctor finds, by code. */
async function diagnose(): Promise<Record<string, Told>> {
  const { json } = await shop.atp('doctor');
  const checks = (json?.['checks'] ?? []) as readonly Told[];
  return Object.fromEntries(checks.flatMap((check) => (check.code === null ? [] : [[check.code, check]])));
}

test('a shop whose variants all have their product has no stock that nobody manages', async () => {
  expect(await verifyUnmanaged()).toEqual({ read: 0, notRead: 0, causes: {}, listed: [] });
  expect(Object.keys(await diagnose())).toEqual([]);
});

test('units of variants without a product are found with their cause, and each is told by one name', async () => {
  await Retailer.over(shop.database).addProducts(['BELT', 'CAP']);
  await shop.twin.seed([
    { sku: 'MUG', title: 'of nobody', available: 4 },
    { sku: null, title: 'of nobody, without a SKU', available: 3 },
    { sku: 'SOLD-OUT', title: 'of nobody, and none is there' },
    { sku: 'VOUCHER', title: 'not tracked', available: 8, tracked: false },
    { sku: 'ELSEWHERE', title: 'not stocked here', available: 8, active: false },
    { sku: 'SHIRT', title: 'a namesake', available: 2 },
    { sku: 'BELT', title: 'one of two', available: 1 },
    { sku: 'BELT', title: 'two of two', available: 1 },
    { sku: 'cap', title: 'written another way', available: 6 },
    { sku: 'SCARF', title: 'whose product is new', available: 7 },
  ]);
  await renameSku('HAT', 'HAT-OF-OTHERS');
  await map();
  await Retailer.over(shop.database).addProducts(['SCARF']);

  const result = await shop.verify();
  expect(result).toMatchObject({ checked: 1, equal: 1 });
  const stock = result['unmanaged'] as UnmanagedStock;
  expect(stock).toMatchObject({ read: 9, notRead: 0 });
  expect(stock.causes).toEqual({
    ...{ AMBIGUOUS: 2, LEAVING: 1, NAMESAKE: 1, NEARLY: 1, NOT_MAPPED_YET: 1, NO_PRODUCT: 1, NO_SKU: 1 },
  });
  expect(stock.listed.map(({ sku, units, cause }) => `${sku ?? '–'} ${units} ${cause}`)).toEqual([
    ...['cap 6 NEARLY', 'MUG 4 NO_PRODUCT', '– 3 NO_SKU', 'SHIRT 2 NAMESAKE'],
    ...['BELT 1 AMBIGUOUS', 'BELT 1 AMBIGUOUS', 'HAT-OF-OTHERS 9 LEAVING', 'SCARF 7 NOT_MAPPED_YET'],
  ]);

  const found = await diagnose();
  expect(Object.keys(found).sort()).toEqual(['MAPPING_FAULTY', 'UNMANAGED_STOCK']);
  expect(found['UNMANAGED_STOCK']?.detail).toMatch(
    /^2 variants with 7 units \(MUG, gid:\/\/shopify\/InventoryItem\/\d+\) for sale at the shop’s location/,
  );

  const { stdout, exitCode } = await shop.atpText('verify', SHOP);
  expect(exitCode).toBe(3);
  expect(stdout).toContain('8 variants on Shopify have units for sale, and no product is mapped to them.');
  expect(stdout).toMatch(/│ MUG +│ +4 │ NO_PRODUCT +│/);
  expect(stdout).toContain(
    `NO_PRODUCT: \`atp product import --from-shop ${SHOP}\` makes a product of each SKU.`,
  );
});

test('what products have left is not told again beside its drain, and is gone when the drain is applied', async () => {
  await shop.atp('lane', SHOP, 'pause', '--reason', 'a look first');
  const { fileSequence: drain } = await shop.recentChanges();
  expect((await verifyUnmanaged()).causes).toMatchObject({ LEAVING: 1 });
  await shop.decide({ decision: 'hold', sequence: drain, reason: 'not now' });
  await shop.decide({ decision: 'skip', sequence: drain });
  await shop.atp('lane', SHOP, 'resume');
  await shop.processUploads();
  expect((await verifyUnmanaged()).causes).toMatchObject({ LEFT_ON_SALE: 1 });
  const found = await diagnose();
  expect(found['LEFT_ITEMS_SELL']?.detail).toContain('(HAT)');
  expect(found['UNMANAGED_STOCK']?.detail).not.toContain('HAT');
});

test('what a person leaves to somebody else is told no more, and a variant that comes then is', async () => {
  const since = (await diagnose())['UNMANAGED_STOCK']?.since;
  await shop.verify();
  expect((await diagnose())['UNMANAGED_STOCK']?.since).toBe(since);

  const reason = ['--dismiss', '--reason', 'the outlet sells them', '--yes'];
  expect((await shop.atp('shop', 'drain', SHOP, ...reason)).json).toMatchObject({ dismissed: 3 });
  expect((await verifyUnmanaged()).causes).toMatchObject({ DISMISSED: 3 });
  // SCARF has its product now; a mapping forgets nothing of what was dismissed.
  await map();
  await renameSku('cap', 'CAP');
  await map();
  const { causes, listed } = await verifyUnmanaged();
  expect(causes).toEqual({ AMBIGUOUS: 2, DISMISSED: 3, NAMESAKE: 1 });
  expect(listed.filter(({ cause }) => cause === 'DISMISSED').map(({ sku }) => sku)).toEqual([
    ...['HAT-OF-OTHERS', 'MUG', null],
  ]);
  expect(Object.keys(await diagnose())).not.toContain('UNMANAGED_STOCK');
  expect(Object.keys(await diagnose())).not.toContain('LEFT_ITEMS_SELL');
  expect((await shop.atp('shop', 'drain', SHOP, ...reason)).json).toMatchObject({ dismissed: 0 });

  await shop.twin.seed([{ sku: 'POSTER', title: 'of nobody', available: 5 }]);
  await map();
  expect((await verifyUnmanaged()).causes).toMatchObject({ DISMISSED: 3, NO_PRODUCT: 1 });
  expect((await diagnose())['UNMANAGED_STOCK']?.detail).toMatch(/^1 variant with 5 units \(POSTER\)/);
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/levels`, [{ sku: 'POSTER', available: 0 }]);
  await shop.verify();
  expect(Object.keys(await diagnose())).not.toContain('UNMANAGED_STOCK');
});

test('a verification reads so many, those first that were read longest ago, and an attempt reads nothing twice', async () => {
  await shop.twin.seed(
    Array.from({ length: 260 }, (_, at) => ({ sku: `MANY-${at}`, title: 'of nobody', available: 1 })),
  );
  await map();
  const api = openAdminApi(await findShop(shop.database, SHOP));
  const read = async (run: string, readMax: number) => {
    const { signal: cancellationSignal } = new AbortController();
    const { database } = shop;
    const before = (await shop.twin.requests('ReadOnlineAtp')).length;
    const stock = await readUnmanaged({ database, api, shopId: SHOP, run, cancellationSignal, readMax });
    const calls = (await shop.twin.requests('ReadOnlineAtp')).length - before;
    return { calls, found: stock.causes.NO_PRODUCT, read: stock.read, notRead: stock.notRead };
  };

  const known = await shop.database.query(`SELECT FROM unmanaged_variant WHERE read_at IS NOT NULL`);
  const all = known.length + 260;
  // The new ones come first; one attempt reads 255 of them, the next one goes on.
  expect(await read('Monday', 255)).toEqual({ calls: 2, found: 255, read: 255, notRead: all - 255 });
  expect(await read('Monday', 5)).toEqual({ calls: 1, found: 260, read: 260, notRead: all - 260 });
  expect(await read('Monday', 1_000)).toEqual({ calls: 1, found: 260, read: all, notRead: 0 });
  expect(await read('Monday', 1_000)).toEqual({ calls: 0, found: 260, read: all, notRead: 0 });
  expect(await read('Tuesday', 1_000)).toEqual({ calls: 2, found: 260, read: all, notRead: 0 });
});

test('SKUs that were edited in bulk wait for a person, and what is approved goes to zero with the next delta', async () => {
  const skus = ['MANY-1', 'MANY-2', 'MANY-3', 'MANY-4'];
  await Retailer.over(shop.database).addProducts(skus);
  await map();
  await shop.count('RESET_INVENTORY__2.csv', 'WAREHOUSE', Object.fromEntries(skus.map((sku) => [sku, 6])));
  await shop.recentChanges();
  await shop.processUploads();
  for (const sku of skus) await renameSku(sku, `EDITED-${sku}`);

  expect(await shop.run({ job: 'map-shop', shopId: SHOP })).toMatchObject({ held: 4, removed: 0 });
  expect((await diagnose())['MAPPING_HELD']?.detail).toContain('4 products (MANY-1, MANY-2, MANY-3, MANY-4)');
  await shop.recentChanges();
  expect(await shop.readShown()).toMatchObject({ 'EDITED-MANY-1': 6, 'EDITED-MANY-4': 6 });

  const approved = await shop.atp('shop', 'map', SHOP, '--approve');
  expect(approved).toMatchObject({ exitCode: 0, json: { held: 0, removed: 4 } });
  await shop.recentChanges();
  await shop.processUploads();
  expect(await shop.readShown()).toMatchObject({ 'EDITED-MANY-1': 0, 'EDITED-MANY-4': 0 });
});

test('what a product shows when its facility leaves the group is a change on its way, and goes to zero with the next delta', async () => {
  expect((await shop.readShown())['SHIRT']).toBeDefined();
  expect(await shop.verify()).toMatchObject({ checked: 3, equal: 3 });
  expect((await shop.atp('group', 'remove', 'FAC_GRP', 'WAREHOUSE')).exitCode).toBe(0);
  expect(await shop.verify()).toMatchObject({ checked: 3, causes: { CHANGE_NOT_PUBLISHED: 1 } });

  await shop.recentChanges();
  await shop.processUploads();
  expect(await shop.verify()).toMatchObject({ checked: 3, equal: 3 });
  expect((await shop.twin.levels('SHIRT')).map(({ available }) => available)).toEqual([0, 2]);
});

test('a shop of which no product is mapped has what it sells read and told, too', async () => {
  await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/levels`, [{ sku: 'POSTER', available: 11 }]);
  await shop.database.query('DELETE FROM shop_product');

  const { stdout, exitCode } = await shop.atpText('verify', SHOP);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^There is no product to compare\.\n\d+ variants on Shopify have units for sale/);
  expect(stdout).toMatch(/│ POSTER +│ +11 │ NO_PRODUCT +│/);
  expect((await diagnose())['UNMANAGED_STOCK']?.detail).toContain('POSTER');

  await shop.atp('shop', 'drain', SHOP, '--dismiss', '--reason', 'the outlet sells them', '--yes');
  const nothing = await shop.atp('verify', SHOP);
  expect(nothing.exitCode).toBe(1);
  expect(nothing.stderr).toContain('SHOP_NOT_MAPPED');
});
