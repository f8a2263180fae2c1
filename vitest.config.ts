import { defineConfig } from 'vitest/config';

// vitest looks for this one by its default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:faults` has these; one crash point of each kind is in test/end-to-end.
    exclude: ['test/faults/**'],
    globalSetup: ['test/setup/global-setup.ts'],
    setupFiles: ['test/setup/clean-up.ts'],
    // Real parts on a busy two-core machine: a test that waits for something waits for as long as that may take.
    testTimeout: 30_000,
    // The first fixture of a run starts a part, or downloads it.
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
