import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run test:model`: the protocol of a lane as a model, searched deeper than `npm test` has time for. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/model/**/*.test.ts'],
    exclude: [],
    // Pure computing: a search of some million states takes minutes on a busy machine.
    testTimeout: 1_200_000,
    maxWorkers: 2,
  },
});
