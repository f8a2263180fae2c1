/** What people do about stock in the console: import, facilities, channels, products, settings. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseOption, openBrowser, pressOn, typeInto } from './browser.ts';
import { axeFindings, countOf, openAs, openEmptyStore, openSmallStore } from './small-store.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const PAGES = [
  '/import',
  '/import/1',
  '/facilities',
  '/facilities/NEW_YORK',
  '/channels',
  '/channels/FAC_GRP',
  '/products',
  '/products/MUG-BLUE',
  '/settings',
  '/settings?tab=users',
  '/settings?tab=tokens',
  '/settings?tab=alerts',
  '/settings?tab=sources',
  '/no-such-page',
];

test('a count with two bad rows is looked at, applied, and then seen in its product and in the history', async () => {
  const api = await openSmallStore();
  const { page, faults } = await openAs(browser, api, 'operator');
  await page.goto('/import');
  const content = countOf(
    ['NEW_YORK', 'MUG-BLUE', 25],
    ['NEW_YORK', 'NO-SUCH-MUG', 1],
    ['NOWHERE', 'MUG-RED', 1],
    ['BROOKLYN', 'MUG-BLUE', 0],
  );
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'RESET_INVENTORY__night.csv', mimeType: 'text/csv', buffer: Buffer.from(content) },
  });

  const refused = page.getByRole('region', { name: 'Refused rows' });
  await refused.waitFor();
  expect(await refused.getByRole('row').allInnerTexts()).toEqual([
    expect.stringContaining('What is wrong'),
    expect.stringMatching(/3\s+There is no product with SKU "NO-SUCH-MUG"/),
    expect.stringMatching(/4\s+There is no facility "NOWHERE"/),
  ]);
  await page.getByText('14 → 25 (+11)').waitFor();
  await page.getByRole('tab', { name: /Biggest moves/ }).click();
  await page.getByRole('row', { name: 'MUG-BLUE NEW_YORK 10 25 +15' }).waitFor();
  await page.getByRole('row', { name: 'MUG-BLUE BROOKLYN 4 0 −4' }).waitFor();
  // Nothing of it has happened yet.
  expect((await api.ask('/api/import/list')).json).toMatchObject({ imports: [{ importId: 1 }] });

  await pressOn(page.getByRole('button', { name: 'Apply 2 rows' }));
  const told = page.getByRole('alert').filter({ hasText: 'RESET_INVENTORY__night.csv is applied' });
  const link = await told.getByRole('link').getAttribute('href');
  const newest = page.getByRole('region', { name: 'Imports' }).getByRole('row').nth(1);
  await expect.poll(() => newest.innerText()).toMatch(/applied\s+RESET_INVENTORY__night.csv/);
  await pressOn(newest);
  await page.getByRole('heading', { name: /^Import \d+$/ }).waitFor();
  expect(new URL(page.url()).pathname).toBe(link);
  await pressOn(page.getByRole('link', { name: 'MUG-BLUE' }).first());
  await page.getByRole('row', { name: 'Online ATP 25' }).waitFor();

  await page.goBack();
  await pressOn(page.getByRole('button', { name: 'Undo' }));
  const drawer = page.getByRole('dialog');
  await typeInto(drawer.getByRole('textbox', { name: 'Reason' }), 'it was the count of another night');
  await pressOn(drawer.getByRole('button', { name: 'Undo' }));
  await page.getByRole('definition').filter({ hasText: 'it was the count of another night' }).waitFor();
  await page.getByRole('link', { name: 'MUG-BLUE' }).first().click();
  await page.getByRole('row', { name: 'Online ATP 14' }).waitFor();
  expect(faults).toEqual([]);
});

test('columns that nobody knows are said once for a source, and the file is looked at again', async () => {
  const api = await openSmallStore();
  const { page } = await openAs(browser, api, 'operator');
  await page.goto('/import');
  await page.getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: 'RESET_INVENTORY' }).click();
  const content = 'Store;Article;Stock;Shelf\nNEW_YORK;MUG-BLUE;12;A\n';
  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'erp.csv', mimeType: 'text/csv', buffer: Buffer.from(content) },
  });
  await page.getByText('lacks the columns').waitFor();
  for (const [theirs, ours] of [
    ['Store', 'facilityId'],
    ['Article', 'idValue'],
    ['Stock', 'availableQty'],
  ] as const) {
    await page.getByRole('combobox', { name: `${theirs} is our column` }).click();
    await page.getByRole('option', { name: ours, exact: true }).click();
  }
  await page.getByRole('textbox', { name: 'Source' }).fill('erp');
  await page.getByRole('button', { name: /^Keep these columns/ }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Keep these columns/ })
    .click();

  await page.getByText('10 → 12 (+2)').waitFor();
  await page.getByText('Columns of erp are kept').waitFor();
  expect((await api.ask('/api/source/list')).json).toMatchObject([
    {
      source: 'erp',
      settings: { columns: { Store: 'facilityId', Article: 'idValue', Stock: 'availableQty' } },
    },
  ]);
});

test('a facility is switched off after a look at what moves; its membership has ended, and its history is kept', async () => {
  const api = await openSmallStore();
  const { page, faults } = await openAs(browser, api, 'operator');
  await page.goto('/facilities/NEW_YORK');
  const toggle = page.getByRole('switch', { name: /is now selling on/ });
  await pressOn(toggle, 'Space');
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('row', { name: 'MUG-BLUE 14 4 −10' }).waitFor();
  await drawer.getByRole('row', { name: 'MUG-RED 3 0 −3' }).waitFor();
  expect((await drawer.locator('dl').innerText()).replace(/\s+/g, ' ')).toContain(
    'SKUs that move 2 of 2 Go to zero 1 Come from zero 0 Units lost −13',
  );
  // It stands at what is so, until that has changed.
  expect(await toggle.isChecked()).toBe(true);

  await pressOn(drawer.getByRole('button', { name: /^Stop selling on/ }));
  await page.getByRole('switch', { name: /does not sell on/ }).waitFor();
  await page.getByRole('row', { name: /ended/ }).waitFor();
  await page.goto('/products/MUG-BLUE');
  await page.getByRole('row', { name: 'Online ATP 4' }).waitFor();
  expect(faults).toEqual([]);
});

test('products that are selected get a threshold after a look at what moves', async () => {
  const api = await openSmallStore();
  const { page, faults } = await openAs(browser, api, 'operator');
  await page.goto('/products');
  await pressOn(page.getByRole('checkbox', { name: 'Select all that are shown' }), 'Space');
  await page.getByRole('button', { name: 'Set 3 selected' }).waitFor();
  await pressOn(page.getByRole('checkbox', { name: 'Select MUG-WHITE' }), 'Space');
  await pressOn(page.getByRole('button', { name: 'Set 2 selected' }));
  const drawer = page.getByRole('dialog');
  // A list that is open and has no such option takes the Enter, too: the form is not sent without it.
  await typeInto(drawer.getByRole('combobox', { name: 'Facility group' }), 'no such group');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await chooseOption(drawer.getByRole('combobox', { name: 'Facility group' }), /./);
  await typeInto(drawer.getByRole('textbox', { name: 'Threshold' }), '5');
  await drawer.getByRole('row', { name: 'MUG-BLUE 14 9 −5' }).waitFor();
  await drawer.getByRole('row', { name: 'MUG-RED 3 0 −3' }).waitFor();
  expect(await drawer.getByRole('alert').count()).toBe(0);
  await pressOn(drawer.getByRole('button', { name: 'Set 2 selected' }));
  await page.getByRole('row', { name: /MUG-BLUE .* FAC_GRP 5/ }).waitFor();
  await page.getByRole('row', { name: /MUG-RED .* FAC_GRP 5/ }).waitFor();
  expect(faults).toEqual([]);
});

test('of several shops one is to be chosen before it is told how far a quantity has come', async () => {
  const api = await openSmallStore();
  for (const shopId of ['mugs', 'outlet']) {
    const shop = {
      ...{ shopId, domain: `${shopId}.myshopify.com`, locationId: 'gid://shopify/Location/1' },
      ...{ facilityGroupId: 'FAC_GRP', token: 'env:NO_TOKEN', noCheck: true },
    };
    expect((await api.post('/api/shop/add', shop)).status).toBe(200);
  }
  const { page, faults } = await openAs(browser, api, 'viewer');
  await page.goto('/products');
  const pushed = page.getByRole('columnheader', { name: 'Last push' });
  const advice = page.getByText('Choose a shop to see what Shopify shows');
  await advice.waitFor();
  expect(await pushed.count()).toBe(0);
  await chooseOption(page.getByRole('combobox', { name: 'Shop' }), 'outlet');
  await pushed.waitFor();
  expect(await advice.count()).toBe(0);
  expect(faults).toEqual([]);
});

test('a viewer sees all of it, and can do none of it', async () => {
  const api = await openSmallStore();
  const { page } = await openAs(browser, api, 'viewer');
  await page.goto('/import');
  await page.getByRole('region', { name: 'Imports' }).waitFor();
  expect(await page.locator('input[type=file]').count()).toBe(0);
  for (const path of [
    '/import/1',
    '/facilities/NEW_YORK',
    '/channels/FAC_GRP',
    '/products',
    '/products/MUG-BLUE',
  ]) {
    await page.goto(path);
    const acts = page.locator('main [aria-disabled]');
    await acts.first().waitFor();
    for (const act of await acts.all()) {
      expect(await act.getAttribute('aria-disabled'), path).toBe('true');
      await act.click({ force: true });
      expect(await page.getByRole('dialog').count(), path).toBe(0);
    }
  }
  await page.goto('/settings?tab=users');
  await page.getByText('Your role may not see this').waitFor();
});

test('what cannot be read says so and can be tried again; what Shopify shows is then unavailable, and not 0', async () => {
  const api = await openSmallStore();
  const shop = {
    ...{ shopId: 'mugs', domain: 'mugs.myshopify.com', locationId: 'gid://shopify/Location/1' },
    ...{ facilityGroupId: 'FAC_GRP', token: 'env:NO_TOKEN', noCheck: true },
  };
  expect((await api.post('/api/shop/add', shop)).status).toBe(200);
  const { page } = await openAs(browser, api, 'operator');
  await page.goto('/products/MUG-BLUE');
  const card = page.getByRole('region', { name: /On Shopify/ });
  await card.getByText('unavailable').first().waitFor();
  expect(await card.innerText()).not.toMatch(/Shows now\s+0/);

  await page.route('**/api/facility/list*', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.goto('/facilities');
  await page.getByRole('alert').getByText('This cannot be shown now').waitFor();
  await page.unroute('**/api/facility/list*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('row', { name: /Store NEW_YORK/ }).waitFor();
});

test('a store without anything says what would fill each page', async () => {
  const api = await openEmptyStore();
  const { page, faults } = await openAs(browser, api, 'admin');
  for (const [path, says] of [
    ['/import', 'Nothing was imported yet'],
    ['/products', 'There is no product yet'],
    ['/channels/FAC_GRP', 'No facility sells here'],
    ['/settings', 'There is no shop yet'],
    ['/settings?tab=alerts', 'Nobody is told when something is wrong'],
    ['/settings?tab=sources', 'Nothing was said of any sender'],
  ] as const) {
    await page.goto(path);
    await page.getByText(says).waitFor();
  }
  expect(faults).toEqual([]);
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing on any page, %s, also where it is narrow',
  async (scheme) => {
    const api = await openSmallStore();
    const { page, faults } = await openAs(browser, api, 'admin', { width: 390, height: 844, scheme });
    const findings: Record<string, readonly string[]> = {};
    for (const path of PAGES) {
      await page.goto(path);
      await page.locator('main h1').waitFor();
      await page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      const found = [
        ...(await axeFindings(page, scheme)),
        ...(width > 390 ? [`it is ${width} pixels wide`] : []),
      ];
      if (found.length > 0) findings[path] = found;
    }
    expect(findings).toEqual({});
    expect(faults).toEqual([]);
  },
);
