/** What holds of every act of the console: what is decided, what is told, and where a person goes on. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { openBrowser } from './browser.ts';
import { openAs, openSmallStore } from './small-store.ts';

let browser: Browser;
let api: ApiUnderTest;
let page: Page;

beforeAll(async () => {
  [browser, api] = await Promise.all([openBrowser(), openSmallStore()]);
  ({ page } = await openAs(browser, api, 'operator'));
});
beforeEach(async () => {
  await page.goto('/channels/FAC_GRP');
  await page.getByRole('button', { name: 'Change settings' }).waitFor();
});
afterAll(() => browser.close());

const form = () => page.getByRole('dialog');

async function open(label: string): Promise<void> {
  await page.getByRole('button', { name: label }).click();
  await form().getByRole('button', { name: label }).waitFor();
}

async function channel(): Promise<unknown> {
  const { json } = await api.ask('/api/group/list');
  return (json as { readonly groups: readonly unknown[] }).groups[0];
}

test('whoever closes a form goes on at the button that opened it', async () => {
  const button = page.getByRole('button', { name: 'Change settings' });
  await button.focus();
  await page.keyboard.press('Enter');
  await form().getByRole('button', { name: 'Cancel' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('button:focus').filter({ hasText: 'Change settings' }).waitFor();
});

test('what another person has set while a form is open is not set back by it', async () => {
  await open('Change settings');
  const { status } = await api.post('/api/group/set', { facilityGroupId: 'FAC_GRP', threshold: 7 });
  expect(status).toBe(200);
  // The page has it behind the form, once it looks again: that it may be seen again makes it do so.
  await expect
    .poll(async () => {
      await page.evaluate('dispatchEvent(new Event("visibilitychange"))');
      return page.getByRole('definition').filter({ hasText: '7' }).count();
    })
    .toBeGreaterThan(0);
  await form().getByRole('textbox', { name: 'At most' }).fill('50');
  await form().getByRole('button', { name: 'Change settings' }).click();
  await page.getByText('FAC_GRP is changed').waitFor();
  expect(await channel()).toMatchObject({ threshold: 7, atMost: 50 });
});

test('what came of an act is told, also when its page is left meanwhile', async () => {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((done) => (letGo = done));
  await page.goto('/channels');
  await page.getByRole('row', { name: /FAC_GRP/ }).click();
  await page.route('**/api/group/set', async (route) => {
    await gate;
    await route.continue();
  });
  await open('Change settings');
  await form().getByRole('textbox', { name: 'At most' }).fill('60');
  await form().getByRole('button', { name: 'Change settings' }).click();
  await form().locator('button[data-loading]').waitFor();
  // Its form stays until that is known.
  await page.keyboard.press('Escape');
  await form().waitFor();
  await page.evaluate('history.back()');
  await form().waitFor({ state: 'detached' });
  letGo();
  await page.getByText('FAC_GRP is changed').waitFor();
  await page.unroute('**/api/group/set');
});

test('without a network an act is refused at once, and is not done later', async () => {
  await open('Change settings');
  await form().getByRole('textbox', { name: 'At most' }).fill('70');
  await page.context().setOffline(true);
  await form().getByRole('button', { name: 'Change settings' }).click();
  await form().getByText('SERVER_UNREACHABLE').waitFor();
  await page.context().setOffline(false);
  // What is looked at again has come: an act that waited for the network would have gone before it.
  await page.waitForResponse((response) => response.url().includes('/api/group/list?'));
  expect(await channel()).not.toMatchObject({ atMost: 70 });
});

const EFFECT = {
  ...{ levels: 2, unitsBefore: 13, unitsAfter: 0, toZero: 2, absent: 0, negative: 0 },
  moves: [{ sku: 'MUG-BLUE', facilityId: 'NEW_YORK', before: 10, after: 0 }],
};

test('a feed that a gate holds is looked at and approved, another rejected with why', async () => {
  for (const fileName of ['night.csv', 'morning.csv']) {
    await api.database.query(
      `INSERT INTO feed_import (import_key, file_name, source, feed_type, sent_at, state, row_count, reasons, effect)
       VALUES ($1, $1, 'erp', 'RESET_INVENTORY', now(), 'held', 2, $2, $3)`,
      [
        fileName,
        JSON.stringify([{ code: 'STOCK_TO_ZERO', detail: { toZero: 2, positive: 2 } }]),
        JSON.stringify(EFFECT),
      ],
    );
  }
  await page.goto('/approvals');
  const held = page.getByRole('region', { name: 'Held feeds' });
  await held.getByRole('heading', { name: 'night.csv' }).waitFor();
  await held.getByText('2 quantities would change: 13 → 0 units on hand, 2 to zero.').first().waitFor();
  await held
    .getByRole('row', { name: /MUG-BLUE NEW_YORK 10 0 −10/ })
    .first()
    .waitFor();

  for (const [label, feed, reason] of [
    ['Approve', 'night.csv', 'the store has closed'],
    ['Reject', 'morning.csv', 'the scanner was off'],
  ] as const) {
    await held.getByRole('button', { name: label }).first().click();
    await form().getByRole('textbox', { name: 'Reason' }).fill(reason);
    await form().getByRole('button', { name: label }).click();
    await form().waitFor({ state: 'detached' });
    await page.getByText(`${feed} is ${label === 'Approve' ? 'approved' : 'rejected'}`).waitFor();
    // The first one that is left is the next.
    await held.getByRole('heading', { name: feed }).waitFor({ state: 'detached' });
  }
  await page.getByText('Nothing waits for you').waitFor();
  const decided = await api.database.query(
    `SELECT file_name AS file, state, decided_by AS by, decision_reason AS reason FROM feed_import
     WHERE source = 'erp' ORDER BY import_id`,
  );
  expect(decided).toEqual([
    { file: 'night.csv', state: 'approved', by: 'operator', reason: 'the store has closed' },
    { file: 'morning.csv', state: 'rejected', by: 'operator', reason: 'the scanner was off' },
  ]);
});
