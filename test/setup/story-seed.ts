import { randomInt } from 'node:crypto';

/**
 * The seed of random stories: ATP_TEST_SEED; else a new one in `npm run test:long`, which searches, and always the same one in
 * `npm test`, which has the same result each time.
 */
export const storySeed = Number(
  process.env['ATP_TEST_SEED'] ?? (process.env['ATP_TEST_SEARCHES'] ? randomInt(2 ** 31) : 1),
);
