/** Products whose items have lost the SKU: too many of them at once are held until a person approves. */
import { beforeEach, expect, test } from 'vitest';
import { findMappingState } from '../../src/postgres/mapping/mapping-check.ts';
import { MappedShop, pagesOf, SHOP_ID, variant } from './mapped-shop.ts';

let shop: MappedShop;

const SKUS = ['A', 'B', 'C', 'D', 'E'];
const ITEMS = { 'p-A': 'iA', 'p-B': 'iB', 'p-C': 'iC', 'p-D': 'iD', 'p-E': 'iE' };
const withSkus = (rename: (sku: string) => string) =>
  pagesOf(SKUS.map((sku) => variant(rename(sku), `i${sku}`)));
const withX = (sku: string) => (sku === 'E' ? 'E' : `X-${sku}`);

beforeEach(async () => {
  shop = await MappedShop.open();
  await shop.addProducts(...SKUS);
  await shop.replaceMapping(withSkus((sku) => sku));
});

test('products that lose their SKU keep their items when they are too many, until their SKUs are right again', async () => {
  expect(await shop.replaceMapping(withSkus(withX))).toMatchObject({ mapped: 5, held: 4, removed: 0 });
  expect(await shop.readMapping()).toEqual(ITEMS);
  expect(await findMappingState(shop.database, SHOP_ID)).toMatchObject({
    held: { count: 4, skus: ['A', 'B', 'C', 'D'] },
  });

  expect(await shop.replaceMapping(withSkus((sku) => sku))).toMatchObject({ mapped: 5, held: 0 });
  expect(await shop.readMapping()).toEqual(ITEMS);
  expect(await findMappingState(shop.database, SHOP_ID)).toMatchObject({ held: { count: 0 } });
});

test('products that lose their SKU are unmapped when a person approves; those that have joined since are judged anew', async () => {
  await shop.replaceMapping(withSkus(withX));
  await shop.addProducts('F', 'G', 'H', 'I');
  const more = (sku: string) =>
    pagesOf(
      SKUS.map((each) => variant(withX(each), `i${each}`)),
      ['F', 'G', 'H', 'I'].map((each) => variant(sku + each, `i${each}`)),
    );
  await shop.replaceMapping(more(''));

  expect(await shop.replaceMapping(more('X-'), { isApproved: true })).toMatchObject({
    mapped: 5,
    held: 4,
    removed: 4,
  });

  expect(Object.keys(await shop.readMapping()).toSorted()).toEqual(['p-E', 'p-F', 'p-G', 'p-H', 'p-I']);
});

test('products that lose their SKU are not held when they are few, or within the limit of the shop', async () => {
  expect(await shop.replaceMapping(withSkus((sku) => (sku < 'D' ? `X-${sku}` : sku)))).toMatchObject({
    ...{ mapped: 2, held: 0, removed: 3 },
  });
  await shop.replaceMapping(withSkus((sku) => sku));
  await shop.database.query('UPDATE shop SET unmap_limit_percent = 80');
  expect(await shop.replaceMapping(withSkus(withX))).toMatchObject({ mapped: 1, held: 0, removed: 4 });
});

test('an approval of nothing that was held approves nothing', async () => {
  expect(await shop.replaceMapping(withSkus(withX), { isApproved: true })).toMatchObject({
    held: 4,
    removed: 0,
  });
});

test('while products are held that lose their SKU, what is new is mapped, and no item changes hands', async () => {
  await shop.addProducts('NEW', 'X-A');
  // A's item has the SKU of a product of ours, and E has another item.
  const pages = pagesOf(
    ['A', 'B', 'C', 'D'].map((sku) => variant(`X-${sku}`, `i${sku}`)),
    [variant('E', 'iE2'), variant('NEW', 'iNEW')],
  );

  expect(await shop.replaceMapping(pages)).toMatchObject({ held: 5, added: 1, moved: 0, removed: 0 });

  expect(await shop.readMapping()).toEqual({ ...ITEMS, 'p-NEW': 'iNEW' });
  expect(await shop.readOwed()).toEqual([]);
});
