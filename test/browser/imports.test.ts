/** Imports and refused feeds say what became of them, and of which rows, without a terminal. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser } from './browser.ts';
import { countOf, openAs, openSmallStore, upload } from './small-store.ts';

let browser: Browser;
let api: ApiUnderTest;
let page: Page;

beforeAll(async () => {
  [browser, api] = await Promise.all([openBrowser(), openSmallStore()]);
  ({ page } = await openAs(browser, api, 'operator'));
});
afterAll(() => browser.close());

const imports = () => page.getByRole('region', { name: 'Imports' });

test('one of which nothing was applied is refused, and units that nobody has posted are not told as if', async () => {
  await upload(
    api,
    'RESET_INVENTORY__bad.csv',
    countOf(['NOWHERE', 'MUG-BLUE', 1], ['NEW_YORK', 'NO-MUG', 2]),
  );
  for (const state of ['rejected', 'undone']) {
    await api.database.query(
      `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state, row_count, effect)
       VALUES ($1, $1 || '.csv', 'RESET_INVENTORY', now(), $1, 2,
         '{"levels": 7, "unitsBefore": 30, "unitsAfter": 5, "toZero": 0, "negative": 0, "moves": []}')`,
      [state],
    );
  }
  await page.goto('/import');
  const row = (name: RegExp) => imports().getByRole('row', { name });
  await row(/^2 refused RESET_INVENTORY__bad.csv/).waitFor();
  expect(await row(/rejected.csv/).innerText()).toMatch(/7\s+would have been\s+−25\s+would have been/);
  expect(await row(/undone.csv/).innerText()).toMatch(/7\s+taken back\s+−25\s+taken back/);

  await page.goto('/import?state=refused');
  await row(/^2 refused/).waitFor();
  expect(await imports().getByRole('row').count()).toBe(2);
  await row(/^2 refused/).click();
  await page.getByRole('heading', { name: 'Import 2' }).waitFor();
  await page.getByRole('definition').filter({ hasText: 'refused' }).waitFor();
  expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
});
