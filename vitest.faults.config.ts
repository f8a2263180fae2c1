import { defineConfig } from 'vitest/config';
import type { RulesChange } from './src/stand-ins/shopify-twin/index.ts';
import everyday from './vitest.config.ts';

/**
 * What Shopify does with a repeated idempotency key is documented in two ways and has been contradicted, so whatever
 * meets keys must be right under each rule.
 */
const RULES: Readonly<Record<string, RulesChange>> = {
  'refused keys reusable': { refusedKeys: 'reusable' },
  'refused keys spent': { refusedKeys: 'spent' },
  'replay off': { replay: 'off' },
};

const { globalSetup = [], sequence = {}, ...ofEachTest } = everyday.test ?? {};

/** What a connection to SFTP, Postgres or Temporal does when it breaks has nothing to do with keys: these run once. */
const WITHOUT_KEYS = [
  'sftp-drops',
  'silent-network',
  'silent-temporal',
  'frozen-worker',
  'cancelled-step',
  'told-late',
  'full-disk',
].map((name) => `test/faults/${name}.test.ts`);

/** `npm run test:faults`: everything that is broken on purpose, and takes the time that noticing it takes. */
export default defineConfig({
  test: {
    // Once for all projects: they share the parts.
    globalSetup,
    sequence,
    // The tests of a file run at once as well.
    maxWorkers: 2,
    projects: Object.entries(RULES).map(([name, rules], index) => ({
      test: {
        ...ofEachTest,
        name,
        env: { ...ofEachTest.env, TWIN_RULES: JSON.stringify(rules) },
        include: ['test/faults/**/*.test.ts'],
        exclude: index === 0 ? [] : WITHOUT_KEYS,
        // Most of it is waiting: a dead worker is noticed after 15 s, or by the end of a step's time, which is a minute.
        testTimeout: 900_000,
        maxConcurrency: 4,
      },
    })),
  },
});
