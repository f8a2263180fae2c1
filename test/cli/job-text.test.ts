import { expect, test } from 'vitest';
import { describeResult } from '../../src/cli/job-text.ts';

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
