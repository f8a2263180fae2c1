/** Builds the console's pages into dist/console, from where `atp serve` sends them. */
import { join } from 'node:path';
import { defineConfig } from 'vite';

const PROJECT = join(import.meta.dirname, '..');

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: join(PROJECT, 'dist/console'),
    emptyOutDir: true,
    assetsDir: 'assets',
    // A page's own part is loaded when the page is; what is only a few hundred bytes stays a file, for the strict CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // kB before compression; test/api/console.test.ts has the limit of what a first visit loads.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      // "use client" says nothing to a bundle without a server side.
      onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
    },
  },
  server: {
    // `npx vite --config web/vite.config.ts` beside a running `atp serve`.
    proxy: { '/api': 'http://127.0.0.1:8420' },
  },
});
