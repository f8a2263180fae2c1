import { expect, test } from 'vitest';
import { isRounded, lossOf, oddityOf } from '../../src/domain/recognition/odd-id.ts';
import { likelySkus } from '../../src/domain/recognition/unknown-sku.ts';

test.each([
  ['sku-t38', 'SKU-T38'],
  ['123456', '00123456'],
  ['00123456', '123456'],
  ['SKU T38', 'SKUT38'],
  ['SKU-\u041238', 'SKU-B38'],
  ['SKU-T39', 'SKU-T38'],
  ['S\u200bK\u200bU-T38', 'SKU-T38'],
  ['SKU\u2013T\u201338', 'SKU-T-38'],
  ['S\u200bKU-\u0422\u041238', 'SKU-TB38'],
])('%j may mean %j', (sku, meant) => {
  expect(likelySkus(sku)).toContain(meant);
  expect(likelySkus(sku)).not.toContain(sku);
});

test.each([
  ['1.23E+11', /spreadsheet has rounded it/],
  ['1,23457E+12', /spreadsheet has rounded it/],
  ['SKU-\u0422', /its "\u0422" is U\+0422, which looks like the Latin letter T/],
  ['123456789.0', /made a number of it/],
  ['10-Nov', /made a date of it/],
  ['#N/A', /shows a fault/],
  ['#REF!', /shows a fault/],
  ['#BEZUG!', /shows a fault/],
  ['######', /shows a fault/],
  ['NULL', /knows none/],
  ['(null)', /knows none/],
  ['\\N', /knows none/],
  ['Caf\ufffd-1', /lost a letter/],
  ['SKU\u200b-1', /U\+200B in it, which nobody sees/],
  ['SKU\u00a01', /U\+00A0 in it/],
  ['SKU\u00ad1', /U\+00AD in it/],
  ['Caf\u00c3\u00a9-1', /garbled: in UTF-8 it is "Café-1"/],
])('%j is odd whatever products there are', (sku, oddity) => {
  expect(oddityOf(sku)).toMatch(oddity);
});

test.each([
  'SKU-1',
  '2E5X',
  '#12',
  'NULLO',
  '1.0.0',
  'A B',
  'JP-シャツ',
  'CAFÉ',
  '\u0422\u0415\u0421\u0422-1',
  '1E3X',
  'Größe-7',
])('%j is not odd', (sku) => {
  expect(oddityOf(sku)).toBeNull();
});

test('an id is lost only where several may have become it: what may be a name is kept', () => {
  expect(['1.23E+11', '1E+11', '#N/A', 'null'].map((id) => lossOf(id) !== null)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['2E5', '1E10', '10-Nov', 'SKU-\u0422', '#12', 'N/A'].map(lossOf)).toEqual(
    Array.from({ length: 6 }, () => null),
  );
  expect(['1.5E3', '1,5E+12', '2E5', 'NONE'].map(isRounded)).toEqual([true, true, false, false]);
});
