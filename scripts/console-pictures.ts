/**
 * Pictures of the console's pages, for the documents and for whoever changes a page:
 *
 *     node scripts/console-pictures.ts --url http://127.0.0.1:8420 --user ann --out pictures / /inventory
 *
 * The password is a line on stdin. `--widths 1440,390` and `--schemes light,dark` say how; without paths it takes each
 * page of the navigation. `--height 1200` cuts what is longer. What a page writes to the browser's console is written to stderr, and is a failure.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser, openPage, signInTo } from '../test/browser/browser.ts';
import { PLACES } from '../web/frame/places.ts';

const HEIGHT = 900;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8420' },
    user: { type: 'string', default: 'demo' },
    out: { type: 'string', default: 'pictures' },
    widths: { type: 'string', default: '1440' },
    schemes: { type: 'string', default: 'light' },
    height: { type: 'string', default: '6000' },
  },
});
const paths = positionals.length > 0 ? positionals : PLACES.map(({ path }) => path);
const heightMax = Number(values.height);
const password = (await text(process.stdin)).trim();
mkdirSync(values.out, { recursive: true });

/** What was asked for by the last answer is on the page two frames later. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))',
  );
}

const browser = await openBrowser();
try {
  for (const scheme of values.schemes.split(',')) {
    for (const width of values.widths.split(',').map(Number)) {
      const { page, faults } = await openPage(browser, values.url, {
        width,
        height: HEIGHT,
        scheme: scheme === 'dark' ? 'dark' : 'light',
      });
      await signInTo(page, values.user, password);
      for (const path of paths) {
        await page.goto(`${values.url}${path}`);
        await page.locator('main h1').waitFor();
        // Place-holders are gone, also those that came in the place of others: what a person would see.
        const busy = page.locator('[aria-busy="true"]');
        do await busy.first().waitFor({ state: 'detached' });
        while ((await settled(page), await busy.count()) > 0);
        const name = `${path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'dashboard'}-${width}-${scheme}.png`;
        // A window as high as the page: what stands still beside it is as high, too.
        const height = await page.evaluate<number>('document.documentElement.scrollHeight');
        await page.setViewportSize({ width, height: Math.min(Math.max(height, HEIGHT), heightMax) });
        await settled(page);
        await page.screenshot({ path: join(values.out, name) });
        await page.setViewportSize({ width, height: HEIGHT });
        process.stdout.write(`${join(values.out, name)}\n`);
      }
      for (const fault of faults) {
        process.stderr.write(`${fault}\n`);
        process.exitCode = 1;
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
