/** How many chunks are on their way, by the shop's plan. Its points: https://shopify.dev/docs/api/usage/limits */
import { expect, test } from 'vitest';
import { CALLS_IN_FLIGHT_MAX } from '../../src/domain/limits.ts';
import { callsInFlight } from '../../src/domain/throttle.ts';

test.each([
  ['not known yet', null, 5],
  ['less than any plan', 1, 5],
  ['Standard', 100, 5],
  ['Advanced', 200, 10],
  ['Plus', 1_000, CALLS_IN_FLIGHT_MAX],
  ['Commerce Components', 2_000, CALLS_IN_FLIGHT_MAX],
])('%s', (_, restoreRate, calls) => {
  expect(callsInFlight(restoreRate)).toBe(calls);
});
