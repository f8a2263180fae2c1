import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run test:day`: a retailer's day of 24 hours, in some minutes. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/day/**/*.test.ts'],
    exclude: [],
    testTimeout: 3_600_000,
  },
});
