/** Imports and refused feeds say what became of them, and of which rows, without a terminal. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser } from './browser.ts';
import { axeFindings, countOf, openAs, openSmallStore, upload } from './small-store.ts';

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

test('the record of an import has its refused rows: which, why, and as they were sent', async () => {
  await page.goto('/import/2');
  const rows = page.getByRole('region', { name: 'Refused rows' }).getByRole('row');
  await rows.nth(2).waitFor();
  expect(await rows.allInnerTexts()).toEqual([
    expect.stringContaining('What is wrong'),
    expect.stringMatching(
      /^2\s+There is no facility "NOWHERE".*\s+FACILITY_UNKNOWN · column facilityId\s+NOWHERE, MUG-BLUE, SKU, N, 1$/,
    ),
    expect.stringMatching(/^3\s+There is no product with SKU "NO-MUG"/),
  ]);
  await page.goto('/import/1');
  await page.getByRole('heading', { name: 'What it has changed' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Refused rows' }).count()).toBe(0);
});

test('feeds that were refused are listed with why and what to do, until somebody dismisses them with a reason', async () => {
  await api.database.query(
    `INSERT INTO refused_feed (file_name, sent_at, source, feed_type, refused_rows, code, message) VALUES
       ('night-dates.csv', now(), 'erp', NULL, NULL, 'FEED_TYPE_UNKNOWN', 'Nobody can tell the type of night-dates.csv.'),
       ('count.csv', now(), 'wms', 'RESET_INVENTORY', 3, NULL, NULL)`,
  );
  await page.goto('/import');
  const feeds = page.getByRole('region', { name: 'Refused feeds' });
  const row = (name: string) => feeds.getByRole('row').filter({ hasText: name });
  const whole = await row('night-dates.csv').innerText();
  expect(whole).toContain('of erp');
  const name = await row('night-dates.csv').getByText('night-dates.csv', { exact: true }).boundingBox();
  expect(name?.height, 'a short name is in one line').toBeLessThan(30);
  expect(whole).toContain('Nobody can tell the type of night-dates.csv.');
  expect(whole).toContain('FEED_TYPE_UNKNOWN');
  expect(await row('count.csv').innerText()).toContain('3 rows were refused');

  await row('night-dates.csv').getByRole('button', { name: 'Dismiss' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Reason' }).fill('sent again as dates-2.csv');
  await form.getByRole('button', { name: 'Dismiss' }).click();
  await row('night-dates.csv').waitFor({ state: 'detached' });
  await row('count.csv').waitFor();
  expect(
    await api.database.query('SELECT dismissed_by, reason FROM refused_feed WHERE ended_at IS NOT NULL'),
  ).toEqual([{ dismissed_by: 'operator', reason: 'sent again as dates-2.csv' }]);
});

test('neither is wider than a phone, or against the rules of axe', async () => {
  const { page: phone } = await openAs(browser, api, 'viewer', { width: 390, height: 844, scheme: 'light' });
  for (const path of ['/import', '/import/2']) {
    await phone.goto(path);
    await phone.getByRole('heading', { name: /^Refused (feeds|rows)$/ }).waitFor();
    expect(await axeFindings(phone), path).toEqual([]);
    expect(await phone.evaluate('document.documentElement.scrollWidth'), path).toBe(390);
  }
});
