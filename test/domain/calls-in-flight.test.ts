/** How many chunks and pages are on their way, by the shop's plan. Its points: https://shopify.dev/docs/api/usage/limits */
import { expect, test } from 'vitest';
import { CALLS_IN_FLIGHT_MAX, PAGES_COMPARED_AT_ONCE_MAX } from '../../src/domain/limits.ts';
import { callsInFlight, pagesInFlight } from '../../src/domain/throttle.ts';

test.each([
  ['not known yet', null, 5, 24],
  ['less than any plan', 1, 5, 24],
  ['Standard', 100, 10, 24],
  ['Advanced', 200, 20, 24],
  ['between two plans', 500, 50, 50],
  ['Plus', 1_000, 100, 100],
  ['Commerce Components', 2_000, CALLS_IN_FLIGHT_MAX, PAGES_COMPARED_AT_ONCE_MAX],
])('%s', (_, restoreRate, calls, pages) => {
  expect(callsInFlight(restoreRate)).toBe(calls);
  expect(pagesInFlight(restoreRate)).toBe(pages);
});
