import { beforeEach, describe, expect, test } from 'vitest';
import { createMapShop } from '../../src/operations/map-shop.ts';
import type { CataloguePage } from '../../src/domain/catalogue.ts';
import type { Database } from '../../src/postgres/database.ts';
import { checkMapping } from '../../src/postgres/mapping/mapping-check.ts';
import { beginReading, keepPages } from '../../src/postgres/mapping/catalogue-reading.ts';
import { matchCatalogue } from '../../src/postgres/mapping/shop-products.ts';
import { apiOf, expectFailure } from './admin-fixture.ts';
import { MappedShop, pagesOf, SHOP_ID, variant } from './mapped-shop.ts';
import { LOCATION, SHOP, startTwinWith, type TwinClient } from './twin-fixture.ts';

let shop: MappedShop;
let database: Database;

beforeEach(async () => {
  shop = await MappedShop.open();
  ({ database } = shop);
});

function map(twin: TwinClient, locationId: string = LOCATION) {
  const adminApi = () => apiOf(twin, { locationId });
  return createMapShop({ database, adminApi })(SHOP_ID);
}

async function publish(productId: string, inventoryItemId: string): Promise<void> {
  await database.query(
    `INSERT INTO published_row (shop_id, product_id, sequence, inventory_item_id, quantity)
     VALUES ($1, $2, 1, $3, 10)`,
    [SHOP_ID, productId, inventoryItemId],
  );
}

describe('mapping a shop by its catalogue over HTTP', () => {
  test('matches SKUs exactly, and counts every product of ours once', async () => {
    await shop.addProducts('A', 'B', 'C', 'D', 'E');
    const { twin, ids } = await startTwinWith([
      { sku: 'A', title: 'A' },
      { sku: 'b', title: 'another case' },
      { sku: ' C', title: 'a space' },
      { sku: 'D', title: 'D', tracked: false, active: false },
      { sku: 'E', title: 'one' },
      { sku: 'E', title: 'and another' },
      { sku: 'NOT-OURS', title: 'N' },
      { sku: null, title: 'without' },
    ]);
    expect(await map(twin)).toEqual({
      ...{ mapped: 2, unmapped: 3, duplicates: 1, namesakes: 0, inactive: 1, untracked: 1 },
      ...{ nearly: 2, held: 0, added: 2, moved: 0, removed: 0 },
    });
    expect(await shop.readMapping()).toEqual({ 'p-A': ids[0], 'p-D': ids[3] });
    expect(await shop.readOwed()).toEqual([]); // never published: the next file carries them anyway
  });

  test('reads a catalogue of several pages', async () => {
    const skus = Array.from({ length: 620 }, (_, index) => `SKU-${index}`);
    await shop.addProducts(...skus);
    const { twin, ids } = await startTwinWith(skus.map((sku) => ({ sku, title: sku })));
    expect(await map(twin)).toMatchObject({ mapped: 620, unmapped: 0 });
    expect(Object.values(await shop.readMapping()).toSorted()).toEqual([...ids].toSorted());
  });

  test('changes nothing when it is done again', async () => {
    await shop.addProducts('A');
    const { twin } = await startTwinWith([{ sku: 'A', title: 'A' }]);
    await map(twin);
    const changes = 'SELECT count(*) AS count FROM change_log';
    const before = await database.query(changes);
    expect(await map(twin)).toMatchObject({ mapped: 1 });
    expect(await database.query(changes)).toEqual(before);
    expect(await shop.readOwed()).toEqual([]);
  });

  test('maps a variant anew that was deleted and made again, and owes its product', async () => {
    await shop.addProducts('A', 'B');
    const { twin, ids } = await startTwinWith([
      { sku: 'A', title: 'A' },
      { sku: 'B', title: 'B' },
    ]);
    await map(twin);
    await twin.control('DELETE', `/shops/${SHOP.domain}/variants/A`);
    const [made] = await twin.seed([{ sku: 'A', title: 'A again' }]);
    await map(twin);
    expect(await shop.readMapping()).toEqual({ 'p-A': made?.inventoryItemId, 'p-B': ids[1] });
    expect(await shop.readOwed()).toEqual(['p-A REMAPPED']);
  });

  test('unmaps a product that Shopify lost, and owes it when it is back, because files went by', async () => {
    await shop.addProducts('A');
    const { twin, ids } = await startTwinWith([{ sku: 'A', title: 'A' }]);
    await map(twin);
    await publish('p-A', ids[0] ?? '');
    await twin.control('PATCH', `/shops/${SHOP.domain}/items`, [{ sku: 'A', newSku: 'Z' }]);
    expect(await map(twin)).toMatchObject({ mapped: 0, unmapped: 1 });
    expect(await shop.readMapping()).toEqual({});
    expect(await shop.readOwed()).toEqual([]);

    await twin.control('PATCH', `/shops/${SHOP.domain}/items`, [{ sku: 'Z', newSku: 'A' }]);
    expect(await map(twin)).toMatchObject({ mapped: 1 });
    expect(await shop.readOwed()).toEqual(['p-A REMAPPED']);
  });

  test('exchanges the items of two products whose variants exchanged their SKUs', async () => {
    await shop.addProducts('A', 'B');
    const { twin, ids } = await startTwinWith([
      { sku: 'A', title: '1' },
      { sku: 'B', title: '2' },
    ]);
    await map(twin);
    await twin.control('PATCH', `/shops/${SHOP.domain}/items`, [
      { inventoryItemId: ids[0], newSku: 'B' },
      { inventoryItemId: ids[1], newSku: 'A' },
    ]);
    await map(twin);
    expect(await shop.readMapping()).toEqual({ 'p-A': ids[1], 'p-B': ids[0] });
    expect(await shop.readOwed()).toEqual(['p-A REMAPPED', 'p-B REMAPPED']);
  });

  test('leaves the mapping as it was when a later page fails', async () => {
    const skus = Array.from({ length: 300 }, (_, index) => `SKU-${index}`);
    await shop.addProducts(...skus);
    const { twin } = await startTwinWith(skus.map((sku) => ({ sku, title: sku })));
    await map(twin);
    const before = await shop.readMapping();
    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'drop-after', skip: 1 });
    expect(await expectFailure(map(twin))).toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    expect(await shop.readMapping()).toEqual(before);
  });

  test('is refused when Shopify does not have the location', async () => {
    const { twin } = await startTwinWith([{ sku: 'A', title: 'A' }]);
    const error = await expectFailure(map(twin, 'gid://shopify/Location/70000065537'));
    expect(error).toMatchObject({ code: 'LOCATION_UNUSABLE' });
  });

  test('is refused for an unknown shop, without a call', async () => {
    const adminApi = () => expect.unreachable();
    expect(await expectFailure(createMapShop({ database, adminApi })('nobody'))).toMatchObject({
      code: 'SHOP_UNKNOWN',
    });
  });
});

describe('replacing a mapping', () => {
  test('counts variants that share their item as one, and maps nothing to an item with two SKUs of ours', async () => {
    await shop.addProducts('SHARED', 'X', 'Y');
    const pages = pagesOf(
      [variant('SHARED', 'i1', { variantId: 'v1' }), variant('X', 'i2')],
      [variant('SHARED', 'i1', { variantId: 'v2' }), variant('Y', 'i2', { variantId: 'v4' })],
    );
    expect(await shop.replaceMapping(pages)).toMatchObject({ mapped: 1, duplicates: 2 });
    expect(await shop.readMapping()).toEqual({ 'p-SHARED': 'i1' });
  });

  test('owes nothing when only the variant of an item changes', async () => {
    await shop.addProducts('A');
    await shop.replaceMapping(pagesOf([variant('A', 'i1')]));
    const renewed = variant('A', 'i1', { variantId: 'v-new' });
    await shop.replaceMapping(pagesOf([renewed]));
    const variants = await database.query('SELECT variant_id FROM shop_product');
    expect(variants).toEqual([{ variant_id: 'v-new' }]);
    expect(await shop.readOwed()).toEqual([]);
  });

  test('a namesake does not unmap the product: it keeps the item that it had first, while that carries its SKU', async () => {
    await shop.addProducts('A');
    await shop.replaceMapping(pagesOf([variant('A', 'i5')]));
    const withNamesakes = pagesOf([variant('A', 'i1')], [variant('A', 'i5'), variant('A', 'i9')]);

    expect(await shop.replaceMapping(withNamesakes)).toMatchObject({
      mapped: 1,
      duplicates: 0,
      namesakes: 1,
    });

    expect(await shop.readMapping()).toEqual({ 'p-A': 'i5' });
    expect(await shop.readOwed()).toEqual([]);
    expect((await checkMapping(database, SHOP_ID)).findings).toEqual({ NAMESAKE: { count: 1, skus: ['A'] } });
  });

  test('what is wrong with a namesake is no finding of the product', async () => {
    await shop.addProducts('A');
    await shop.replaceMapping(pagesOf([variant('A', 'i1')]));
    const untracked = { tracked: false, levelActive: false, inventoryPolicy: 'CONTINUE' } as const;
    const pages = pagesOf([variant('A', 'i1'), variant('A', 'i2', untracked)]);

    expect(await shop.replaceMapping(pages)).toMatchObject({ untracked: 0, inactive: 0 });

    expect(Object.keys((await checkMapping(database, SHOP_ID)).findings)).toEqual(['NAMESAKE']);
  });

  test('when its item has lost the SKU, and two others have it, nobody knows which one is meant', async () => {
    await shop.addProducts('A');
    await shop.replaceMapping(pagesOf([variant('A', 'i1')]));
    const pages = pagesOf([variant('Z', 'i1'), variant('A', 'i2'), variant('A', 'i3')]);

    expect(await shop.replaceMapping(pages)).toMatchObject({ mapped: 0, duplicates: 1 });

    expect(await shop.readMapping()).toEqual({});
  });

  test('a second product whose SKU comes onto an item does not take it from the first', async () => {
    await shop.addProducts('A', 'B');
    await shop.replaceMapping(pagesOf([variant('A', 'i1')]));
    const pages = pagesOf([variant('A', 'i1'), variant('B', 'i1', { variantId: 'v2' })]);

    expect(await shop.replaceMapping(pages)).toMatchObject({ mapped: 1, duplicates: 1 });

    expect(await shop.readMapping()).toEqual({ 'p-A': 'i1' });
  });

  test('lets one of two at once win as a whole', async () => {
    await shop.addProducts('A', 'B');
    const one = pagesOf([variant('A', 'i1'), variant('B', 'i2')]);
    const other = pagesOf([variant('A', 'i2'), variant('B', 'i1')]);
    const ended = await Promise.allSettled([shop.replaceMapping(one), shop.replaceMapping(other)]);
    // The reading that has begun last counts.
    expect(ended.map(({ status }) => status)).toContain('fulfilled');
    expect([
      { 'p-A': 'i1', 'p-B': 'i2' },
      { 'p-A': 'i2', 'p-B': 'i1' },
    ]).toContainEqual(await shop.readMapping());
  });

  test('logs a change of exactly the products that got another item', async () => {
    await shop.addProducts('A', 'B');
    await shop.replaceMapping(pagesOf([variant('A', 'i1'), variant('B', 'i2')]));
    await database.query('DELETE FROM change_log');
    await shop.replaceMapping(pagesOf([variant('A', 'i9'), variant('B', 'i2')]));
    const logged = await database.query('SELECT DISTINCT product_id FROM change_log');
    expect(logged).toEqual([{ product_id: 'p-A' }]);
  });

  test('takes an empty catalogue for a fault, and unmaps nothing', async () => {
    await shop.addProducts('A');
    await shop.replaceMapping(pagesOf([variant('A', 'i1')]));
    const before = await shop.readMapping();

    await expect(shop.replaceMapping(pagesOf([]))).rejects.toMatchObject({
      code: 'SHOP_CATALOGUE_EMPTY',
    });

    expect(await shop.readMapping()).toEqual(before);
  });

  test('accepts an empty catalogue of a shop that never had a mapping', async () => {
    await shop.addProducts('A');

    expect(await shop.replaceMapping(pagesOf([]))).toMatchObject({
      mapped: 0,
      unmapped: 1,
    });
  });
});

describe('a reading of a catalogue', () => {
  const id = { shopId: SHOP_ID, reading: 'first' };
  const requests = async (twin: TwinClient) =>
    (await twin.requests()).filter(({ operation }) => operation === 'ReadCatalogue').length;

  test('goes on with the page after the last one that was kept, and reads none twice', async () => {
    const skus = Array.from({ length: 700 }, (_, index) => `SKU-${index}`);
    await shop.addProducts(...skus);
    const { twin } = await startTwinWith(skus.map((sku) => ({ sku, title: sku })));
    const api = apiOf(twin);
    await beginReading(database, id, LOCATION);
    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'http-500-before', skip: 2 });
    await expectFailure(keepPages(database, id, (reading) => api.catalogue(reading)));
    expect(await requests(twin)).toBe(3);

    // Another worker: the reading is as it was left.
    await beginReading(database, id, LOCATION);
    const read = await keepPages(database, id, (reading) => api.catalogue(reading));

    expect(read).toEqual({ cursor: null, pages: 3, variants: 700, isComplete: true });
    expect(await requests(twin)).toBe(4);
    expect(await matchCatalogue(database, id)).toMatchObject({ mapped: 700, unmapped: 0, added: 700 });
  });

  test('is matched once: asked again, the same is told', async () => {
    await shop.addProducts('A');
    await beginReading(database, id, LOCATION);
    await keepPages(database, id, () => pagesOf([variant('A', 'i1')]));
    const found = await matchCatalogue(database, id);
    await shop.addProducts('B');

    expect(await matchCatalogue(database, id)).toEqual(found);

    expect(await database.query('SELECT FROM catalogue_variant')).toEqual([]);
  });

  test('does not count when another one has begun, the shop was moved, or pages are missing', async () => {
    await shop.addProducts('A');
    const isOver = { code: 'CATALOGUE_READING_OVER' };
    await beginReading(database, id, LOCATION);
    expect(await expectFailure(matchCatalogue(database, id))).toMatchObject(isOver);

    await keepPages(database, id, () => pagesOf([variant('A', 'i1')]));
    await database.query(`UPDATE shop SET location_id = 'gid://shopify/Location/1'`);
    expect(await expectFailure(matchCatalogue(database, id))).toMatchObject(isOver);
    await database.query('UPDATE shop SET location_id = $1', [LOCATION]);

    await beginReading(database, { ...id, reading: 'second' }, LOCATION);
    expect(await expectFailure(keepPages(database, id, () => pagesOf([])))).toMatchObject(isOver);
    expect(await expectFailure(matchCatalogue(database, id))).toMatchObject(isOver);
    expect(await shop.readMapping()).toEqual({});
  });

  test('keeps a page once, when two attempts read it at the same time', async () => {
    await shop.addProducts('A');
    await beginReading(database, id, LOCATION);
    const [first, second] = [[variant('A', 'i1')], [variant('B', 'i2')]];
    async function* besideAnother(): AsyncGenerator<CataloguePage> {
      await keepPages(database, id, () => pagesOf(first, second));
      yield { variants: first, next: 'after 0' };
    }

    expect(await expectFailure(keepPages(database, id, besideAnother))).toMatchObject({
      code: 'CATALOGUE_READING_OVER',
    });

    expect(await database.query('SELECT sku FROM catalogue_variant ORDER BY 1')).toEqual([
      { sku: 'A' },
      { sku: 'B' },
    ]);
  });
});
