/** One crash point of each kind; `npm run test:faults` has them all. */
import { test } from 'vitest';
import { surviveCrash } from '../faults/crash-story.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';

test.concurrent.for([
  ['makes a file', 'rows inserted, not committed'],
  ['publishes a file', 'part written'],
  ['closes a file', 'file closed'],
  ['calls Shopify', 'applied by Shopify, answer lost'],
] as const)(
  'everything is right after a worker was killed while it %s: %s',
  { timeout: 180_000 },
  ([, at], context) => withOwnCleanUp(() => surviveCrash(at))(context),
);
