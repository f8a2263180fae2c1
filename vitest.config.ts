import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';
import { STATE_TIMEOUT_MS } from './test/setup/state-timeout.ts';

// vitest looks for this one by its default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:faults` has these; one crash point of each kind is in test/end-to-end.
    // `npm run test:model` has the deep search; the everyday one is here.
    // `npm run test:long` has what takes minutes by itself; a shorter one of its kind is beside it. test:day has the day.
    // `npm run test:browser` uses the console as people do.
    exclude: [
      'test/faults/**',
      'test/day/**',
      'test/browser/**',
      'test/model/deep.test.ts',
      'test/**/*.long.test.ts',
    ],
    globalSetup: ['test/setup/global-setup.ts'],
    setupFiles: ['test/setup/each-file.ts'],
    // The timeouts only end a test that hangs: on a busy machine a test may take ten times as long as on an idle one.
    // A test waits for a state by `until` (test/setup/until.ts).
    testTimeout: 240_000,
    // The first fixture of a run starts a part, or downloads it.
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: STATE_TIMEOUT_MS, interval: 20 } },
    // Tests start the same few programs a hundred times. With this cache their modules are compiled once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '.atp/compile-cache') },
    pool: 'forks',
    // Files share a process and its modules, which took longer to load for each file than many of their tests take.
    isolate: false,
    // More than twice the cores of the smallest machine: a test mostly waits, for another process or for a state.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
  },
});
