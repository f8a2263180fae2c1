import { expect, test } from 'vitest';
import { feedTypeOf, filedNames, isFeedName } from '../../src/domain/feed.ts';

test.each([
  ['incoming/RESET_INVENTORY__2026-11-24.csv', 'RESET_INVENTORY'],
  ['incoming/ORDER_ITEMS/2026-11-24.csv', 'ORDER_ITEMS'],
  ['incoming/ORDER_ITEMS/MDM_INV_VARIANCE__1.csv', 'MDM_INV_VARIANCE'],
  ['incoming/RESET_INVENTORY/erp__1.csv', 'RESET_INVENTORY'],
  ['RESET_INVENTORY__a__b.csv', 'RESET_INVENTORY'],
])('%s is a feed of type %s', (path, type) => {
  expect(feedTypeOf(path)).toBe(type);
});

test.each([
  'incoming/stock.csv',
  'incoming/reset_inventory__1.csv',
  'RESET_INVENTORY.csv',
  'incoming/__proto__/x.csv',
])('%s has no known feed type', (path) => {
  expect(() => feedTypeOf(path)).toThrow(/has no known feed type/);
});

test('the name of a feed ends in .csv, and is neither hidden nor that of a part still being sent', () => {
  const names = [
    'a.csv',
    'A.CSV',
    '.a.csv',
    'a.csv.part',
    'a.part.csv',
    'a.csv.errors',
    'a.txt',
    'apartment.csv',
  ];
  expect(names.filter(isFeedName)).toEqual(['a.csv', 'A.CSV', 'apartment.csv']);
});

test('a feed whose name is taken is filed with the time at which it was sent, the same in every attempt', () => {
  expect(filedNames('stock.v1.csv', new Date('2026-11-24T10:15:00.250Z'), 4)).toEqual([
    'stock.v1.csv',
    'stock.v1.20261124T101500Z.csv',
    'stock.v1.20261124T101500Z-2.csv',
    'stock.v1.20261124T101500Z-3.csv',
  ]);
});
