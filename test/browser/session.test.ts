/** Who comes to the console, finds their way, and goes. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, signIn } from '../api/api-under-test.ts';
import { openBrowser, openPage, signInTo, waitForFocus } from './browser.ts';
import { axeFindings, openAs, openEmptyStore, openSmallStore } from './small-store.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test('a wrong password is refused with what to do, the right one lets in, and signing out ends it', async () => {
  const api = await openEmptyStore();
  const { page, faults } = await openPage(browser, api.url);
  await page.goto('/pipeline');
  expect(await axeFindings(page, 'light')).toEqual([]);
  await page.getByRole('textbox', { name: 'Name' }).fill('viewer');
  await page.locator('input[name=password]').fill('this is not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'SIGN_IN_REFUSED' }).waitFor();

  await page.locator('input[name=password]').fill(PASSWORD);
  await page.keyboard.press('Enter');
  // At the page that was asked for.
  await page.getByRole('heading', { name: 'Pipeline', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Signed in as viewer' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  // The browser calls each refusal an error.
  expect(faults.filter((fault) => !fault.includes('401'))).toEqual([]);
});

test('whoever touches nothing for two hours is signed out, though the page has looked all the time', async () => {
  const api = await openEmptyStore();
  await signIn(api, 'ann', 'viewer');
  const sessionsOf = async (name: string) =>
    (await api.database.query('SELECT FROM user_session WHERE user_name = $1', [name])).length;
  const before = await sessionsOf('ann');
  const { page } = await openPage(browser, api.url);
  await page.clock.install();
  await signInTo(page, 'ann', PASSWORD);
  await page.clock.fastForward('01:30:00');
  await page.keyboard.press('Shift');
  await page.clock.fastForward('01:30:00');
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  await page.clock.fastForward('00:31:00');
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await sessionsOf('ann')).toBe(before);
});

test('Ctrl-K finds a page, and a product by its SKU, by keyboard alone', async () => {
  const api = await openSmallStore();
  const { page, faults } = await openAs(browser, api, 'viewer');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await waitForFocus(page, 'Find');
  await page.keyboard.type('audit');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
  await page.getByRole('textbox', { name: 'Find' }).waitFor({ state: 'detached' });

  await page.keyboard.press('Control+k');
  await waitForFocus(page, 'Find');
  await page.keyboard.type('MUG-BLUE');
  await page.getByText('The product MUG-BLUE').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /MUG-BLUE/, level: 1 }).waitFor();
  expect(faults).toEqual([]);
});
