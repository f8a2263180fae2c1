/** What a manager does about files, held plans and differences, in a real browser on a whole installation. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { until } from '../setup/until.ts';
import { openBrowser, openPage, pressOn, typeInto, type OpenPage } from './browser.ts';
import { axeFindings } from './axe.ts';
import { serveConsole, signInAs } from './console.ts';

const SKUS = ['BEANIE', 'BLUE-SHIRT', 'RED-SHIRT', 'SCARF', 'SOCKS'];
const TEN_EACH = Object.fromEntries(SKUS.map((sku) => [sku, 10]));

let shop: Installation;
let api: ApiUnderTest;
let browser: Browser;
let operator: OpenPage;
let viewer: OpenPage;

beforeAll(async () => {
  shop = await Installation.open(SKUS);
  [api, browser] = await Promise.all([serveConsole(shop), openBrowser(), shop.startWorker()]);
  operator = await openPage(browser, api.url);
  viewer = await openPage(browser, api.url, { width: 390, height: 844, scheme: 'dark' });
  await signInAs(operator.page, 'operator');
  await signInAs(viewer.page, 'viewer');
});

afterAll(async () => {
  // `undefined` where it could not be opened.
  await (browser as Browser | undefined)?.close();
});

/** Goes to a page, and waits until all of it is there. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('main h1').waitFor();
  await until(async () => expect(await page.locator('[aria-busy="true"]').count()).toBe(0));
}

/** Does an act by its button and its form, by keyboard alone. */
async function act(page: Page, label: string, reason: string | null = null): Promise<void> {
  await pressOn(page.getByRole('main').getByRole('button', { name: label, exact: true }).first());
  const form = page.getByRole('dialog', { name: label });
  if (reason !== null) await typeInto(form.getByRole('textbox', { name: 'Reason' }), reason);
  await pressOn(form.getByRole('button', { name: label, exact: true }));
}

/** Of the page in both colour schemes. */
async function axeFindingsOf(page: Page): Promise<readonly string[]> {
  const light = await axeFindings(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axeFindings(page, 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark];
}

const shownTo = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

describe('before anything was done', () => {
  test('each page says why it is empty, and what would fill it', async () => {
    const { page } = operator;

    await goTo(page, `/files/${SHOP}`);
    await shownTo(page, 'No file has been made yet');
    await goTo(page, `/files/${SHOP}?part=quarantine`);
    await shownTo(page, 'Nothing is quarantined');
    await goTo(page, '/approvals');
    await shownTo(page, 'Nothing waits for you');
    await goTo(page, '/verify');
    await shownTo(page, 'It was never verified');
    await goTo(page, '/audit?by=Nobody');
    await shownTo(page, 'Nobody did anything like that');
  });

  test('what is not there is told with its code, and what to do', async () => {
    const { page } = await openPage(browser, api.url);
    await signInAs(page, 'operator');

    await goTo(page, '/files/no-such-shop');
    await shownTo(page, 'SHOP_UNKNOWN');
    await goTo(page, `/files/${SHOP}/7`);
    await shownTo(page, 'UPLOAD_FILE_UNKNOWN');
    await goTo(page, `/approvals/${SHOP}/7`);
    await shownTo(page, 'PLAN_UNKNOWN');
  });
});

describe('a blocked lane', () => {
  beforeAll(async () => {
    await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', TEN_EACH);
    await shop.setLocationActive(false);
    await shop.hardSync();
    await shop.processUploads();
  });

  test('is looked at by a viewer, who can do nothing about it, in the page or around it', async () => {
    const { page } = viewer;
    await goTo(page, `/files/${SHOP}`);
    await shownTo(page, 'File 1 blocks the lane');

    for (const label of [
      'Resend',
      'Rewrite the file',
      'Leave it out',
      'Pause the lane',
      'Re-sync products',
    ]) {
      const button = page.getByRole('button', { name: label, exact: true });
      expect(await button.getAttribute('aria-disabled'), label).toBe('true');
      await button.focus();
      await shownTo(page, 'For the role operator');
      await page.keyboard.press('Enter');
      expect(await page.getByRole('dialog').count()).toBe(0);
    }
    for (const [path, input] of [
      ['/api/lane/retry', { shopId: SHOP, sequence: 1, reason: 'may I?' }],
      ['/api/lane/pause', { shopId: SHOP, reason: 'may I?' }],
      ['/api/lane/approve', { shopId: SHOP, plan: 1, reason: 'may I?' }],
      ['/api/shop/heal', { shopId: SHOP }],
    ] as const) {
      const headers = { authorization: `Bearer ${api.tokens.viewer}` };
      expect(await api.post(path, input, { headers }), path).toMatchObject({
        status: 403,
        json: { code: 'ROLE_INSUFFICIENT' },
      });
    }
  });

  test('is resolved by its reason, by keyboard alone: what is stored is sent again, and Shopify shows it', async () => {
    const { page } = operator;
    await goTo(page, '/files');
    await pressOn(page.getByRole('link', { name: SHOP }));
    await shownTo(page, 'File 1 blocks the lane');
    await shownTo(page, 'LOCATION_UNUSABLE');
    expect(await axeFindingsOf(page)).toEqual([]);

    await shop.setLocationActive(true);
    await act(page, 'Resend', 'the location is open again');
    await shownTo(page, 'File 1 is tried again');

    await until(async () => expect(await shop.readShown()).toEqual(TEN_EACH));
    await shownTo(page, 'every change is on Shopify');
    await goTo(page, `/files/${SHOP}?part=decisions`);
    await shownTo(page, 'the location is open again');
    expect(await page.getByRole('row', { name: /Resend/ }).innerText()).toContain('operator');
  });

  test('is told by stages of its file: read back only once it is verified', async () => {
    const { page } = operator;
    await goTo(page, `/files/${SHOP}/1`);
    await shownTo(page, 'not verified');
    await shownTo(page, 'Applied');

    await shop.verify();
    await goTo(page, `/files/${SHOP}/1`);
    await shownTo(page, 'of 5 still of this file, none differs');
  });
});

describe('a held plan', () => {
  beforeAll(async () => {
    const limits = ['--collapse-limit', '20', '--surge-limit', '300', '--sell-out-limit', '50'];
    expect(await shop.atp('shop', 'set', SHOP, ...limits)).toMatchObject({ exitCode: 0 });
    await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { BEANIE: 0, SCARF: 0, 'RED-SHIRT': 1 });
    await shop.recentChanges();
  });

  test('is looked at product by product, searched, saved as CSV, and approved as it was looked at', async () => {
    const { page } = operator;
    await goTo(page, '/approvals');
    await shownTo(page, '3 products would fall to a quarter or less, and no sales explain it');
    expect(await page.getByRole('link', { name: /Approvals\s*1\s*wait/ }).count()).toBe(1);
    await shownTo(page, '30');
    expect(await axeFindingsOf(page)).toEqual([]);
    await pressOn(page.getByRole('link', { name: 'Look at all 3 products' }));

    const rows = page.getByRole('region', { name: /Products of plan/ }).getByRole('row');
    await until(async () => expect(await rows.count()).toBe(4));
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining('SKU'),
      expect.stringMatching(/^BEANIE\s+10\s+10\s+0\s+−10\s+Collapse/),
      expect.stringMatching(/^SCARF\s+10\s+10\s+0\s+−10\s+Collapse/),
      expect.stringMatching(/^RED-SHIRT\s+10\s+10\s+1\s+−9\s+Collapse/),
    ]);
    await typeInto(page.getByRole('textbox', { name: /Only SKUs/ }), 'shirt');
    await until(async () => expect(await rows.count()).toBe(2));
    expect(new URL(page.url()).search).toBe('?search=shirt');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      pressOn(page.getByRole('button', { name: 'CSV' })),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^plan-\d+-blue-shirts\.csv$/);

    await act(page, 'Approve', 'the season has ended');
    await page.getByRole('link', { name: /^Approved: file 2 with 3 rows/ }).waitFor();
    await until(async () =>
      expect(await shop.readShown()).toEqual({ ...TEN_EACH, BEANIE: 0, SCARF: 0, 'RED-SHIRT': 1 }),
    );
    await shownTo(page, 'The products of a plan are listed while it is held');
  });

  test('is named by the file that its approval has made', async () => {
    const { page } = operator;
    await goTo(page, `/files/${SHOP}/2`);
    const plan = page.getByRole('link', { name: 'an approval of plan 2' });
    expect(await plan.getAttribute('href')).toBe(`/approvals/${SHOP}/2`);
  });

  test('is in the audit log with who and why, found by filters that a link keeps', async () => {
    const { page } = operator;
    await goTo(page, '/audit?act=lane.approve&by=operator');
    // Between noun and verb the name may be broken, which some take for a sign.
    await page.getByRole('row', { name: /lane\.\W?approve/ }).click();
    await shownTo(page.getByRole('dialog').page(), 'the season has ended');
    expect(await page.getByRole('row', { name: /lane\.\W?(retry|pause)/ }).count()).toBe(0);
  });
});

test('SKUs are typed one by one, each ended by Enter, and one more Enter sends them', async () => {
  const { page } = operator;
  await goTo(page, `/files/${SHOP}`);
  await pressOn(page.getByRole('main').getByRole('button', { name: 'Re-sync products', exact: true }));
  const form = page.getByRole('dialog', { name: 'Re-sync products' });
  await typeInto(form.getByRole('combobox', { name: 'Skus' }), 'BEANIE');
  await page.keyboard.press('Enter');
  await form.getByText('BEANIE', { exact: true }).first().waitFor();
  const sent = page.waitForRequest('**/api/job/run');
  await page.keyboard.press('Enter');
  expect((await sent).postDataJSON()).toMatchObject({ job: 'recent-changes', skus: ['BEANIE'] });
  await form.waitFor({ state: 'detached' });
});

test('a difference is found by a verification, chosen, and healed after an estimate', async () => {
  const { page } = operator;
  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [
    { sku: 'SOCKS', available: 17 },
  ]);
  await goTo(page, '/verify');
  await act(page, 'Verify everything');
  await page.getByRole('row', { name: /SOCKS/ }).waitFor();
  await shownTo(page, 'Verified: some differ');
  await page.getByRole('status').filter({ hasText: 'The verification that was begun here' }).waitFor();
  expect(await page.getByRole('row', { name: /SOCKS/ }).innerText()).toMatch(
    /10\s+17\s+\+7\s+Changed on Shopify/,
  );

  await pressOn(page.getByRole('checkbox', { name: 'Heal SOCKS' }), 'Space');
  await act(page, 'Heal 1 selected');
  const form = page.getByRole('dialog', { name: 'Heal 1 selected' });
  await shownTo(page, /has 1 product again: 7 units less and 0 more/);
  await pressOn(form.getByRole('button', { name: 'Yes, do it' }));
  await shownTo(page, /The next file has 1 product again/);

  await until(async () => expect(await shop.readShown()).toMatchObject({ SOCKS: 10 }));
});

test('a file that needed no write does not say that Shopify showed its values, where a sale is kept back', async () => {
  const { page } = operator;
  await shop.sellOnShopify('SOCKS', 2);
  await shop.hardSync();
  await shop.processUploads();
  const newest = await api.ask(`/api/lane/files?shopId=${SHOP}&limit=1`);
  const { sequence } = (newest.json as { readonly files: readonly [{ readonly sequence: number }] }).files[0];
  await goTo(page, `/files/${SHOP}/${sequence}`);
  await shownTo(page, '5 needed no write');
  expect(await shop.readShown()).toMatchObject({ SOCKS: 8 });
  await shownTo(page, 'No call was made');
  await shownTo(page, 'less what is kept back for sales whose orders are not imported');
});

test('no page has a violation of axe, light or dark, or is wider than a phone', async () => {
  const { page, faults } = await openPage(browser, api.url);
  await signInAs(page, 'operator');
  const found: string[] = [];
  for (const path of [
    ...['/files', `/files/${SHOP}`, `/files/${SHOP}/1`],
    ...['quarantine', 'left', 'decisions'].map((part) => `/files/${SHOP}?part=${part}`),
    ...['/approvals', `/approvals/${SHOP}/1`, '/verify', '/audit'],
  ]) {
    await goTo(page, path);
    found.push(...(await axeFindingsOf(page)).map((finding) => `${path} ${finding}`));
    await page.setViewportSize({ width: 390, height: 844 });
    if (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
      found.push(`${path} is wider than a phone`);
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  expect(found).toEqual([]);
  // That an act is to be confirmed is told by a refusal, which the browser calls an error.
  const others = [...operator.faults, ...viewer.faults].filter((fault) => !fault.includes('409 (Conflict)'));
  expect([...faults, ...others]).toEqual([]);
});
