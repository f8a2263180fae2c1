import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run test:faults`: everything that is broken on purpose, and takes the time that noticing it takes. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/faults/**/*.test.ts'],
    exclude: [],
    // Most of it is waiting: a dead worker is noticed after 15 s, or by the end of a step's time, which is a minute.
    testTimeout: 480_000,
    maxConcurrency: 4,
    maxWorkers: 2,
  },
});
