/** One crash point of each kind; `npm run test:faults` has them all. */
import { test } from 'vitest';
import { surviveCrash } from '../faults/crash-story.ts';
import { concurrently } from '../setup/clean-up.ts';

test.concurrent.for([
  ['producing', 'rows inserted, not committed'],
  ['publishing', 'part written'],
  ['the lane', 'file closed'],
  ['a call', 'applied by Shopify, answer lost'],
] as const)('a worker is killed in %s: %s', ([, at], context) =>
  concurrently(() => surviveCrash(at))(context),
);
