import { expect, test } from 'vitest';
import { describeResult } from '../../src/cli/job-text.ts';
import { resultInWords } from '../../src/domain/jobs/jobs.ts';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import type { UnmanagedStock } from '../../src/domain/unmanaged-stock.ts';

const ONE_DIFFERENCE = { sku: 'A', onlineAtp: 3, shopify: 5, cause: 'CHANGED_ON_SHOPIFY' } as const;

test.each([
  [0, 0, 'There is no product to compare.'],
  [1, 1, 'The one product is equal on Shopify.'],
  [2, 2, 'All 2 products are equal on Shopify.'],
  [1, 0, '1 of 1 product differs.'],
  [3, 2, '1 of 3 products differs.'],
  [3, 1, '2 of 3 products differ.'],
])('verify of %i products, %i of them equal, begins with "%s"', (checked, equal, sentence) => {
  const differentCount = checked - equal;
  const different = Array.from({ length: differentCount }, () => ONE_DIFFERENCE);
  const result = { shopId: 'north', checked, equal, different, differentCount, causes: {}, healing: 0 };
  expect(describeResult('verify', result).text.split('\n')[0]).toBe(sentence);
});

test('verify tells of what may be a sale, and after when it heals', () => {
  const healsAfter = '2026-11-24T16:00:00.000Z';
  const { text } = describeResult('verify', {
    ...{ shopId: 'north', checked: 2, equal: 1, different: [ONE_DIFFERENCE], differentCount: 1 },
    ...{ causes: {}, healing: 0, mayBeSales: { products: 1, healsAfter } },
  });
  expect(text.split('\n').at(-1)).toBe(
    `1 product lacks units that may be sales whose orders are not imported yet: they heal after ${healsAfter}, once the orders up to now are imported.`,
  );
});

test('verify that was to heal says what the next file makes equal, and what it cannot', () => {
  const different = [ONE_DIFFERENCE, { ...ONE_DIFFERENCE, sku: 'B', cause: 'ITEM_NOT_TRACKED' as const }];
  const result = { shopId: 'north', checked: 3, equal: 1, different, differentCount: 2, causes: {} };
  const linesOf = (healed: Pick<VerifyResult, 'healing' | 'notHealed'>) =>
    describeResult('verify', { ...result, ...healed })
      .text.split('\n')
      .slice(1)
      .filter(isSentence);

  expect(linesOf({ healing: 0 })).toEqual([]);
  expect(linesOf({ healing: 2, notHealed: {} })).toEqual([
    'Marked for the next file, which makes them equal: 2.',
  ]);
  expect(linesOf({ healing: 1, notHealed: { ITEM_NOT_TRACKED: 1 } })).toEqual([
    'Marked for the next file, which makes them equal: 1.',
    'Not healed, ITEM_NOT_TRACKED 1: switch "Track quantity" on for it in Shopify, and it then comes back by itself.',
  ]);
});

const isSentence = (line: string) => line.endsWith('.');

test('verify lists variants without a product, and ends with 3 where nothing else tells of one of them', () => {
  const listed = [{ sku: 'SHIRT', inventoryItemId: 'i', units: 2, cause: 'NAMESAKE' }] as const;
  const result = { shopId: 'north', checked: 1, equal: 1, different: [], differentCount: 0, healing: 0 };
  const describe = (causes: UnmanagedStock['causes']) =>
    describeResult('verify', { ...result, causes: {}, unmanaged: { read: 2, notRead: 0, causes, listed } });
  expect(describe({ NAMESAKE: 1, NO_SKU: 1 }).exitCode).toBe(3);
  const namesake = describe({ NAMESAKE: 1 });
  expect(namesake.exitCode).toBe(0);
  expect(namesake.text).toContain('NAMESAKE: give the variant in Shopify a SKU of its own');
});

test('import tells of feeds that had grown since they were filed', () => {
  const files = [{ fileName: '1.csv', rows: 2, applied: 2, failed: 0, hasGrown: true as const }];
  expect(describeResult('import', { files }).text).toContain(
    '1.csv had grown since it was filed, and what has come behind was taken (FEED_GREW)',
  );
  expect(resultInWords('import', { files })).toBe(
    '1 feed, 2 rows applied, 0 refused; 1 feed had grown since filed, taken again',
  );
});

test('import tells of order rows without a shop, file by file', () => {
  const files = [
    {
      fileName: 'ORDER_ITEMS__1.csv',
      rows: 3,
      applied: 3,
      failed: 0,
      warnings: [{ code: 'ORDER_WITHOUT_SHOP', rows: 2 }] as const,
    },
    { fileName: 'ORDER_ITEMS__2.csv', rows: 3, applied: 3, failed: 0 },
  ];
  const { text, exitCode } = describeResult('import', { files });
  expect(exitCode).toBe(0);
  expect(text).toContain('ORDER_ITEMS__1.csv: 2 order lines with an externalOrderId and no shopId.');
  expect(text).not.toContain('ORDER_ITEMS__2.csv:');
  expect(resultInWords('import', { files })).toBe(
    '2 feeds, 6 rows applied, 0 refused; of 2 rows not everything is known',
  );
});

test.each([
  ['idle', 'No file was waiting.'],
  ['blocked', 'Nothing was applied.'],
  ['busy', 'Nothing was applied.'],
] as const)(
  'process-uploads that leaves the lane %s, and applies no file, says "%s"',
  (laneState, sentence) => {
    const { text } = describeResult('process-uploads', { shopId: 'north', files: [], laneState });
    expect(text.split('\n')[0]).toBe(sentence);
  },
);
