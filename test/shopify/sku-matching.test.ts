/** SKUs that are written another way on Shopify: named in every shop, and matched where the shop compares them loosely. */
import { beforeEach, expect, test } from 'vitest';
import { checkMapping } from '../../src/postgres/mapping/mapping-check.ts';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { MappedShop, pagesOf, SHOP_ID, variant } from './mapped-shop.ts';

let shop: MappedShop;

beforeEach(async () => {
  shop = await MappedShop.open();
  await shop.addProducts('Ab-1', 'CD', '00123', '7', 'EXACT', 'exact');
});

/** Case, blanks and zeros that a merchandiser and a spreadsheet have changed; `EXACT` has both spellings here, too. */
const CATALOGUE = [
  variant('AB-1', 'i1'),
  variant(' cd\u00a0', 'i2'),
  variant('123', 'i3'),
  variant('007', 'i4'),
  variant('EXACT', 'i5'),
  variant('exact', 'i6'),
  variant('eXact', 'i7'),
];

test('a shop that compares exactly names what is written another way, and maps none of it', async () => {
  expect(await shop.replaceMapping(pagesOf(CATALOGUE))).toMatchObject({ mapped: 2, unmapped: 4, nearly: 4 });

  expect(await shop.readMapping()).toEqual({ 'p-EXACT': 'i5', 'p-exact': 'i6' });
  expect((await checkMapping(shop.database, SHOP_ID)).findings).toEqual({
    NEARLY: { count: 4, skus: expect.arrayContaining(['Ab-1', 'CD', '00123', '7']) as string[] },
  });
});

test('several variants that carry a SKU but for case are none that does', async () => {
  const mapping = await shop.replaceMapping(
    pagesOf([variant('CD', 'i1'), variant('exACT', 'i2'), variant('Exact', 'i3')]),
  );

  expect(mapping).toMatchObject({ mapped: 1, unmapped: 5, nearly: 0 });
  expect((await checkMapping(shop.database, SHOP_ID)).findings).toEqual({
    UNMAPPED: {
      count: 5,
      skus: expect.arrayContaining(['00123', '7', 'Ab-1', 'EXACT', 'exact']) as string[],
    },
  });
});

test('a shop that compares loosely maps it, and an exact SKU comes first', async () => {
  await setShop(shop.database, SHOP_ID, { skuMatch: 'loose' });

  expect(await shop.replaceMapping(pagesOf(CATALOGUE))).toMatchObject({ mapped: 6, unmapped: 0, nearly: 0 });

  expect(await shop.readMapping()).toEqual({
    ...{ 'p-Ab-1': 'i1', 'p-CD': 'i2', 'p-00123': 'i3', 'p-7': 'i4' },
    ...{ 'p-EXACT': 'i5', 'p-exact': 'i6' },
  });
});

test('where two variants or two products come close, nobody knows which one is meant', async () => {
  await setShop(shop.database, SHOP_ID, { skuMatch: 'loose' });
  await shop.addProducts('GH', 'gh', 'IJ');
  const pages = pagesOf([variant('Gh', 'i1'), variant('ij', 'i2'), variant('Ij', 'i3')]);

  expect(await shop.replaceMapping(pages)).toMatchObject({ mapped: 0, duplicates: 3, nearly: 0 });
});

test('zeros within a SKU that is no number matter', async () => {
  await setShop(shop.database, SHOP_ID, { skuMatch: 'loose' });
  await shop.addProducts('0A1', '0');

  expect(await shop.replaceMapping(pagesOf([variant('A1', 'i1'), variant('00', 'i2')]))).toMatchObject({
    mapped: 1,
  });
  expect(await shop.readMapping()).toEqual({ 'p-0': 'i2' });
});

test('a shop that goes back to exact names what it unmaps', async () => {
  await setShop(shop.database, SHOP_ID, { skuMatch: 'loose' });
  await shop.replaceMapping(pagesOf([variant('AB-1', 'i1')]));
  await setShop(shop.database, SHOP_ID, { skuMatch: 'exact' });

  expect(await shop.replaceMapping(pagesOf([variant('AB-1', 'i1')]))).toMatchObject({
    ...{ mapped: 0, removed: 1, nearly: 1 },
  });
});
