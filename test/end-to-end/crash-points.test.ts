/** One crash point of each kind; `npm run test:faults` has them all. */
import { test } from 'vitest';
import { surviveCrash } from '../faults/crash-story.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';

test.concurrent.for([
  ['made a file', 'rows inserted, not committed'],
  ['published a file', 'part written'],
  ['closed a file', 'file closed'],
  ['called Shopify', 'applied by Shopify, answer lost'],
] as const)('everything is right after a worker was killed while it %s: %s', ([, at], context) =>
  withOwnCleanUp(() => surviveCrash(at))(context),
);
