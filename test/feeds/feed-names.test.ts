import { expect, test } from 'vitest';
import fc from 'fast-check';
import { feedTypeOf, isFeedName, isNameInUse, sourceOf } from '../../src/domain/feed.ts';
import { errorFileName, filedNames } from '../../src/domain/filed-name.ts';

test.each([
  ['incoming/RESET_INVENTORY__2026-11-24.csv', 'RESET_INVENTORY'],
  ['incoming/ORDER_ITEMS/2026-11-24.csv', 'ORDER_ITEMS'],
  ['incoming/ORDER_ITEMS/MDM_INV_VARIANCE__1.csv', 'MDM_INV_VARIANCE'],
  ['incoming/RESET_INVENTORY/erp__1.csv', 'RESET_INVENTORY'],
  ['RESET_INVENTORY__a__b.csv', 'RESET_INVENTORY'],
  ['incoming/reset_inventory__1.csv', 'RESET_INVENTORY'],
  ['incoming/Order_Items/1.csv', 'ORDER_ITEMS'],
])('%s is a feed of type %s', (path, type) => {
  expect(feedTypeOf(path)).toBe(type);
});

test.each(['incoming/stock.csv', 'RESET_INVENTORY.csv', 'incoming/__proto__/x.csv'])(
  '%s has no known feed type',
  (path) => {
    expect(() => feedTypeOf(path)).toThrow(/has no known feed type/);
  },
);

test('the name of a feed ends in .csv, and is neither hidden nor that of a part still being sent', () => {
  const names = [
    'a.csv',
    'A.CSV',
    '.a.csv',
    'a.csv.part',
    'a.part.csv',
    'a.csv.errors',
    'a.txt',
    'a.csv.gz',
    'a.tmp.csv',
    'a.csv.filepart',
    'a.partial.csv',
    'a.writing.csv',
    'a.temp.csv',
    'a.uploading.csv',
    'a.csv.uploading',
    'a.inprogress.csv',
    'a.in-progress.csv',
    'a.incomplete.csv.gz',
    'a.crdownload.csv',
    '~$a.csv',
    'a.csv~',
    'apartment.csv',
    'a.template.csv',
  ];
  expect(names.filter(isFeedName)).toEqual(['a.csv', 'A.CSV', 'a.csv.gz', 'apartment.csv', 'a.template.csv']);
});

test.each([
  ...[
    'x.tmp1234.csv',
    'x.tmp-1a2b.csv',
    'x.tmp_7.csv.gz',
    'x.temp2.csv',
    'x.csv.tmp1234',
    'x.csv.tmp.1234',
    'X.TMP.CSV',
  ],
  ...[
    'tmp_x.csv',
    'tmp-x.csv',
    'tmp.x.csv',
    'temp_x.csv',
    'TMP_x.csv',
    'ORDER_ITEMS__tmp_1.csv',
    'x_tmp.csv',
    'x-tmp.csv',
  ],
  ...[
    '~x.csv',
    '~$x.csv',
    'x.csv~',
    '#x.csv#',
    '.#x.csv',
    '.x.csv.swp',
    'x.csv.swp',
    'x.csv.swo',
    '.~lock.x.csv#',
  ],
  ...[
    'x.csv.filepart',
    'x.filepart.csv',
    'x.csv.writing',
    'x.csv_part',
    'x.csv-tmp',
    'x.csv_uploading',
    'x.csv.part-1f',
  ],
])('%s is the name of a file that is not whole yet', (name) => {
  expect([isFeedName(name), isNameInUse(name)]).toEqual([false, true]);
});

test.each([
  ...[
    'tmpl.csv',
    'tempered-glass.csv',
    'temp-controlled.csv',
    'temperature.csv',
    'tmpfs.csv',
    'a.template.csv',
    'a.tmpl.csv',
  ],
  ...[
    'a.temporary-stores.csv',
    'stock.part2.csv',
    'stock.parts.csv',
    'spare_part.csv',
    'room_temp.csv',
    'party.csv',
    'a~b.csv',
  ],
  ...[
    'x - Copy.csv',
    'x (1).csv',
    'swp.csv',
    'writing-desks.csv',
    'a.partners.csv',
    'ORDER_ITEMS__temple.csv',
    'a#1.csv',
  ],
])('%s is an ordinary name', (name) => {
  expect([isFeedName(name), isNameInUse(name)]).toEqual([true, false]);
});

test('a feed whose name is taken is filed with the time at which it was sent, the same in every attempt', () => {
  expect(filedNames('stock.v1.csv', new Date('2026-11-24T10:15:00.250Z'), 4)).toEqual([
    'stock.v1.csv',
    'stock.v1.20261124T101500Z.csv',
    'stock.v1.20261124T101500Z-2.csv',
    'stock.v1.20261124T101500Z-3.csv',
  ]);
});

const SCRIPTS = ['a', 'é', 'Ж', '訳', '😀'] as const;

test('whatever its script, a name of up to 255 bytes has names to be filed under, and one for its error file', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...SCRIPTS), { minLength: 1, maxLength: 255 }),
      fc.constantFrom('.csv', '.CSV', ''),
      (characters, extension) => {
        while (Buffer.byteLength(characters.join('') + extension) > 255) characters.pop();
        const name = `${characters.join('')}${extension}`;
        const filed = filedNames(name, new Date('2026-11-24T10:15:00Z'), 4);
        expect(filed[0]).toBe(name);
        expect(new Set(filed).size).toBe(4);
        for (const each of filed) {
          expect(Buffer.byteLength(each)).toBeLessThanOrEqual(255);
          expect(each).not.toContain('\ufffd');
          expect(Buffer.from(each).toString()).toBe(each);
          // The error file is published as a part with this ending first.
          const part = `${errorFileName(each)}.part-00000000-0000-4000-8000-000000000000`;
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        }
      },
    ),
  );
});

test('a feed whose name and folder have no type has that of its source', () => {
  expect(feedTypeOf('incoming/erp/stock.csv', 'RESET_INVENTORY')).toBe('RESET_INVENTORY');
  expect(feedTypeOf('incoming/erp/ORDER_ITEMS__1.csv', 'RESET_INVENTORY')).toBe('ORDER_ITEMS');
});

test.each([
  ['incoming/stock.csv', 'incoming'],
  ['incoming/erp/stock.csv', 'erp'],
])('the source of %s is %s', (path, source) => {
  expect(sourceOf(path)).toBe(source);
});
