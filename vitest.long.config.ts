import { defineConfig } from 'vitest/config';
import everyday from './vitest.config.ts';

/** `npm run test:long`: what takes minutes by itself. A shorter one of its kind is in `npm test`. */
export default defineConfig({
  test: {
    ...everyday.test,
    include: ['test/**/*.long.test.ts'],
    exclude: [],
    // Each run searches other stories: test/setup/story-seed.ts.
    env: { ...everyday.test?.env, ATP_TEST_SEARCHES: 'yes' },
  },
});
