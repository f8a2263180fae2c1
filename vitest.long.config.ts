import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

const { globalSetup = [], sequence = {}, ...ofEachTest } = everyday.test ?? {};

/** Tests of what becomes of a file's rows. They pass as well when each file has them many in a record, as only large ones do. */
const ROWS_OF_FILES = [
  'test/shopify/*.test.ts',
  ...[
    ...['blocked-files', 'delta-goes-first', 'file-moves', 'file-order', 'guard', 'lane', 'lane-decisions'],
    ...[
      'move-shop',
      'producing',
      'producing-unseen-sales',
      'purge',
      'rendered-file',
      'restore',
      'still-lane',
    ],
  ].map((name) => `test/postgres/${name}.test.ts`),
  'test/postgres/interleavings.property.test.ts',
  ...['left-items', 'removed-shop', 'stuck-files', 'unseen-sales'].map(
    (name) => `test/end-to-end/${name}.test.ts`,
  ),
];

/** `npm run test:long`: what takes minutes by itself. A shorter one of its kind is in `npm test`. */
export default defineConfig({
  test: {
    // Once for both projects: they share the parts.
    globalSetup,
    sequence,
    projects: [
      {
        test: {
          ...ofEachTest,
          name: 'long',
          include: ['test/**/*.long.test.ts'],
          exclude: [],
          // Each run searches other stories: test/setup/story-seed.ts.
          env: { ...ofEachTest.env, ATP_TEST_SEARCHES: 'yes' },
        },
      },
      {
        test: {
          ...ofEachTest,
          name: 'packed files',
          include: ROWS_OF_FILES,
          env: { ...ofEachTest.env, PACKED_FILES: 'yes' },
        },
      },
    ],
  },
});
