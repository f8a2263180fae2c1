import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run test:browser`: the console, used in a real Chromium. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    // A page is drawn by one core, and the parts behind it want the other.
    maxWorkers: 2,
  },
});
