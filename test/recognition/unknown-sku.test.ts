import { expect, test } from 'vitest';
import { likelySkus, oddityOf } from '../../src/domain/recognition/unknown-sku.ts';

test.each([
  ['sku-t38', 'SKU-T38'],
  ['123456', '00123456'],
  ['00123456', '123456'],
  ['SKU T38', 'SKUT38'],
  ['SKU-\u041238', 'SKU-B38'],
  ['SKU-T39', 'SKU-T38'],
])('%j may mean %j', (sku, meant) => {
  expect(likelySkus(sku)).toContain(meant);
  expect(likelySkus(sku)).not.toContain(sku);
});

test.each([
  ['1.23E+11', /spreadsheet has rounded it/],
  ['1,23457E+12', /spreadsheet has rounded it/],
  ['SKU-\u0422', /its "\u0422" is U\+0422, which looks like the Latin letter T/],
])('%j is odd whatever products there are', (sku, oddity) => {
  expect(oddityOf(sku)).toMatch(oddity);
});

test.each(['SKU-1', '\u0422\u0415\u0421\u0422-1', '1E3X', 'Größe-7'])('%j is not odd', (sku) => {
  expect(oddityOf(sku)).toBeNull();
});
