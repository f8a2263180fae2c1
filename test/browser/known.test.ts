/** Pages say what is known, and no more: nothing is called well that nobody has looked at, and nothing is another's. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type ApiUnderTest } from '../api/api-under-test.ts';
import { chooseOption, openBrowser } from './browser.ts';
import { openAs, openSmallStore } from './small-store.ts';

let browser: Browser;
let api: ApiUnderTest;

beforeAll(async () => {
  [browser, api] = await Promise.all([openBrowser(), openSmallStore()]);
});
afterAll(() => browser.close());

test('a watch that has stopped is told in place of what it saw last', async () => {
  await api.database.query(`UPDATE watch SET looked_at = clock_timestamp() - interval '3 hours'`);
  const { page } = await openAs(browser, api, 'viewer');
  const told = page.getByRole('region', { name: 'What is wrong now' });
  await told.getByText('Nobody watches any more').waitFor();
  expect(await told.innerText()).not.toContain('no condition is open');
  await api.database.query('UPDATE watch SET looked_at = clock_timestamp()');
  await page.reload();
  await told.getByText('no condition is open').waitFor();
});

/** By keyboard, within the console. */
async function goToProduct(page: Page, sku: string): Promise<void> {
  const find = page.getByRole('textbox', { name: 'Find' });
  await page.keyboard.press('Control+k');
  await find.waitFor();
  await find.fill(sku);
  await page.getByText(`The product ${sku}`).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: sku, level: 1 }).waitFor();
}

test('figures of one product never stand under the name of another', async () => {
  const { page } = await openAs(browser, api, 'viewer');
  await page.goto('/products/MUG-BLUE');
  const figure = page.getByRole('row', { name: /^Online ATP \d/ });
  await figure.waitFor();
  let letGo = (): void => undefined;
  const gate = new Promise<void>((done) => (letGo = done));
  await page.route(/product\/explain.*MUG-RED/, async (route) => {
    await gate;
    await route.continue();
  });
  await goToProduct(page, 'MUG-RED');
  await page.getByRole('status', { name: 'Loading' }).first().waitFor();
  expect(await figure.count()).toBe(0);
  letGo();
  await figure.waitFor();
  expect(await figure.innerText()).toMatch(/Online ATP\s+3/);
});

test('who works in one tab is not signed out by another that nobody touches', async () => {
  const { page } = await openAs(browser, api, 'viewer');
  await page.context().clock.install();
  await page.reload();
  const navigation = (of: Page) => of.getByRole('navigation', { name: 'Pages' });
  const other = await page.context().newPage();
  await other.goto('/');
  await Promise.all([page, other].map((each) => navigation(each).waitFor()));
  await page.context().clock.fastForward('01:30:00');
  await other.keyboard.press('Shift');
  await page.context().clock.fastForward('01:00:00');
  const answer = await other.request.get('/api/session');
  expect(answer.status()).toBe(200);
  await navigation(page).waitFor();
  await page.context().clock.fastForward('01:01:00');
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('who signs in after another session has ended sees nothing of what that one saw', async () => {
  const { page } = await openAs(browser, api, 'admin');
  await page.goto('/settings?tab=users');
  await page.getByRole('region', { name: 'Users' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('tab', { name: 'Shops' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('viewer');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('tab', { name: 'Users' }).click();
  await page.getByText('Your role may not see this').waitFor();
  expect(await page.getByRole('region', { name: 'Users' }).count()).toBe(0);
});

test('text that was pasted is there again after its preview, and a file of another kind is told', async () => {
  const { page } = await openAs(browser, api, 'operator');
  await page.goto('/import');
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'stock.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK') },
  });
  await page.getByRole('alert').filter({ hasText: 'stock.xlsx is no CSV file' }).waitFor();
  await page.getByText('Pasted text').click();
  const text = 'facilityId,idValue,idType,resetByAtp,availableQty\nNEW_YORK,NO-SUCH-MUG,SKU,N,1\n';
  await page.getByRole('textbox', { name: 'CSV text' }).fill(text);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Choose another' }).click();
  expect(await page.getByRole('textbox', { name: 'CSV text' }).inputValue()).toBe(text);
});

test('where the type of a file cannot be told, it is chosen in its preview, and the file is looked at again', async () => {
  const { page } = await openAs(browser, api, 'operator');
  await page.goto('/import');
  const content = 'product-id,sku,name\nP-9,CUP-GREEN,Green cup\n';
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'products.csv', mimeType: 'text/csv', buffer: Buffer.from(content) },
  });
  await page.getByText('Nothing of it can be imported as it is').waitFor();
  await page.getByText('FEED_TYPE_UNKNOWN').waitFor();
  await page.getByText('Choose the type above').waitFor();
  await page.getByRole('combobox', { name: 'Source' }).waitFor();
  await chooseOption(page.getByRole('combobox', { name: 'Type' }), 'IMP_PRODUCT');
  await page.getByRole('button', { name: 'Apply 1 row' }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Type' }).inputValue()).toBe('IMP_PRODUCT');
});

test('a closed facility is not said to sell, though it is a member still', async () => {
  await api.post('/api/facility/set', { facilityId: 'BROOKLYN', closed: new Date().toISOString() });
  const { page } = await openAs(browser, api, 'viewer');
  await page.goto('/facilities/BROOKLYN');
  await page.getByRole('switch', { name: /is a member of .*, and does not sell/ }).waitFor();
  expect(await page.getByText('is now selling on').count()).toBe(0);
});

test('each tab of a page is in view on a phone', async () => {
  const { page } = await openAs(browser, api, 'admin', { width: 390, height: 844, scheme: 'light' });
  for (const path of ['/pipeline', '/settings']) {
    await page.goto(path);
    await page.getByRole('tab').first().waitFor();
    for (const tab of await page.getByRole('tab').all()) {
      const box = await tab.boundingBox();
      expect((box?.x ?? NaN) + (box?.width ?? NaN), `${path} ${await tab.innerText()}`).toBeLessThanOrEqual(
        390,
      );
    }
  }
});
